"""Squeeze-and-excitation: a gate worked by hand, its cost, and the arguments that are refused."""

import pytest
import torch

from cnnclaims.verifiers.kernels.squeeze_excitation import (
    squeeze_excitation,
    squeeze_excitation_by_definition,
)
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.measures.elementwise import elementwise
from cnnclaims.verifiers.trace import trace


def test_a_gate_of_two_channels_by_hand():
    u = torch.tensor([[[[1.0, 3.0]], [[2.0, 2.0]]]]).double()  # means 2 and 2
    w1, b1 = torch.tensor([[1.0, -2.0]]).double(), torch.tensor([5.0]).double()  # 2 - 4 + 5 = 3
    w2, b2 = (
        torch.tensor([[1.0], [0.0]]).double(),
        torch.tensor([-3.0, 0.0]).double(),
    )  # 0 and 0: gates of a half
    y, multiplications = squeeze_excitation_by_definition(u, w1, b1, w2, b2)
    assert y.tolist() == (u / 2).tolist()
    assert multiplications == 2 + 2 + 4
    closed, _ = squeeze_excitation_by_definition(u, w1, b1 - 9, w2, b2)  # the ReLU cuts off: sigmoid(-3)
    assert closed[0, 0, 0, 0].item() == pytest.approx(1 / (1 + 2.718281828459045**3))


def test_cost_is_that_of_two_layers_and_a_product_a_value_beside():
    run = trace(squeeze_excitation(64, 7))  # the paper's reduction of 16
    assert macs(run) == 2 * 64 * 4
    assert params(run) == 2 * 64 * 4 + 4 + 64
    assert elementwise(run, "mul") == 64 * 49


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 0}, "channels is 0; use a whole number of at least 1"),
        ({"size": 0}, "size is 0; use a whole number of at least 1"),
        ({"reduction": 0}, "reduction is 0; use a whole number of at least 1"),
        ({"channels": 8, "reduction": 9}, "reduction is 9, which leaves none of 8 channels; use at most 8"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        squeeze_excitation(**{"channels": 32, "size": 4} | arguments)


def test_as_many_channels_as_the_reduction_leave_one_neuron():
    assert squeeze_excitation(8, 1, reduction=8).se.fc1.out_features == 1
