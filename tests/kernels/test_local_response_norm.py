"""Local response normalisation: values worked by hand, and the arguments that are refused."""

import pytest
import torch

from cnnclaims.verifiers.kernels.local_response_norm import (
    local_response_norm,
    local_response_norm_by_definition,
)
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.trace import trace

# one pixel of four channels; with n = 3 the sums of squares are 5, 14, 29, 25
PIXEL = torch.tensor([1.0, 2.0, 3.0, 4.0]).double().reshape(1, 4, 1, 1)


def test_the_sum_goes_over_n_neighbours_and_is_cut_off_at_the_ends():
    y = local_response_norm_by_definition(PIXEL, n=3, k=1.0, alpha=2.0, beta=1.0)
    assert y.flatten().tolist() == [1 / 11, 2 / 29, 3 / 59, 4 / 51]


def test_the_power_is_beta():
    y = local_response_norm_by_definition(PIXEL, n=3, k=4.0, alpha=1.0, beta=0.5)
    assert y.flatten()[0].item() == 1 / 3


def test_with_caffes_division_alpha_is_a_share_of_the_mean_square_of_n_channels():
    y = local_response_norm_by_definition(PIXEL, n=3, k=1.0, alpha=6.0, beta=1.0, divides=True)
    assert y.flatten().tolist() == pytest.approx([1 / 11, 2 / 29, 3 / 59, 4 / 51])


def test_the_defaults_are_those_of_the_paper():
    y = local_response_norm(4, 1)(100 * PIXEL).flatten()
    sums = (14, 30, 30, 29)  # of squares of 5 neighbours; times 100^2 and 1e-4
    assert y.tolist() == pytest.approx(
        [100 * (i + 1) / (2 + s) ** 0.75 for i, s in enumerate(sums)], rel=1e-12
    )
    assert macs(trace(local_response_norm(4, 1))) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 0}, "channels is 0; use a whole number of at least 1"),
        ({"size": 0}, "size is 0; use a whole number of at least 1"),
        ({"n": 0}, "n is 0; use a whole number of at least 1"),
        ({"n": 4}, "n is 4, which has no middle; use an odd number, such as 5"),
        ({"k": 0.0}, "k is 0.0 and alpha is 0.0001; use k above 0"),
        ({"alpha": -0.1}, "k is 2.0 and alpha is -0.1; use k above 0 and alpha of at least 0"),
    ],
)
@pytest.mark.parametrize("divides", [False, True])
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message, divides):
    with pytest.raises(ValueError, match=message):
        local_response_norm(**{"channels": 4, "size": 2, "divides": divides} | arguments)


def test_without_alpha_every_value_is_divided_by_a_power_of_k():
    assert torch.equal(local_response_norm(4, 1, k=4.0, alpha=0.0, beta=0.5)(PIXEL), PIXEL / 2)


def test_one_channel_of_one_value_is_normalised_by_hand():
    a = torch.full((1, 1, 1, 1), 100.0, dtype=torch.float64)
    assert local_response_norm_by_definition(a).item() == 100 / 3**0.75
