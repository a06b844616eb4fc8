"""ShuffleNet V2's units by their definitions: what passes, and where it goes."""

import pytest
import torch

from cnnclaims.verifiers.kernels.batch_norm import EPSILON
from cnnclaims.verifiers.kernels.shufflenet_v2_unit import (
    shufflenet_v2_down_unit_by_definition,
    shufflenet_v2_unit_by_definition,
)


def ones(*shape):
    return torch.ones(shape, dtype=torch.float64)


def part(name, weight):
    """A convolution and a normalisation that changes nothing."""
    channels = len(weight)
    return {
        f"{name}.conv.weight": weight,
        f"{name}.bn.running_mean": 0 * ones(channels),
        f"{name}.bn.running_var": ones(channels) - EPSILON,
        f"{name}.bn.weight": ones(channels),
        f"{name}.bn.bias": 0 * ones(channels),
    }


def middle(channels):
    weight = 0 * ones(channels, 1, 3, 3)
    weight[..., 1, 1] = 1
    return weight


def branch(c_in, c_out):
    pw1 = part("branch.pw1", ones(2, c_in, 1, 1))
    return pw1 | part("branch.dw", middle(2)) | part("branch.pw2", ones(c_out, 2, 1, 1))


def test_the_first_half_passes_and_takes_turns_with_what_is_made_of_the_second():
    x = torch.tensor([-1.0, 2.0, 10.0, 20.0]).double().reshape(1, 4, 1, 1)
    y, multiplications = shufflenet_v2_unit_by_definition(x, branch(2, 2))
    assert y.flatten().tolist() == pytest.approx([-1, 60, 2, 60])
    assert multiplications == 2 * 2 + 2 * 9 + 2 * 2


def test_with_stride_two_all_channels_go_both_ways():
    x = torch.tensor([1.0, 7.0]).double().reshape(1, 1, 1, 2)
    projection = part("projection.dw", middle(1)) | part("projection.pw", 3 * ones(1, 1, 1, 1))
    y, multiplications = shufflenet_v2_down_unit_by_definition(x, projection | branch(1, 1))
    assert y.flatten().tolist() == pytest.approx([3, 2])
    assert multiplications == (9 + 1) + (2 * 2 + 2 * 9 + 2)
