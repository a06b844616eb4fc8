"""ShuffleNet's unit by its definition: what groups see, and the joined unit of stride 2, by hand."""

import pytest
import torch

from cnnclaims.verifiers.kernels.batch_norm import EPSILON
from cnnclaims.verifiers.kernels.shufflenet_v1_unit import shufflenet_v1_unit_by_definition


def ones(*shape):
    return torch.ones(shape, dtype=torch.float64)


def unit(c_in, m, made, groups):
    """Weights of 1, filters with a 1 in the middle, normalisations that change nothing."""
    middle = 0 * ones(m, 1, 3, 3)
    middle[..., 1, 1] = 1
    weights = {"branch.compress.weight": ones(m, c_in // groups, 1, 1), "branch.dw.weight": middle}
    weights |= {"branch.expand.weight": ones(made, m // groups, 1, 1)}
    for name, channels in {"compress_bn": m, "dw_bn": m, "expand_bn": made}.items():
        name = f"branch.{name}"
        weights |= {
            f"{name}.running_mean": 0 * ones(channels),
            f"{name}.running_var": ones(channels) - EPSILON,
        }
        weights |= {f"{name}.weight": ones(channels), f"{name}.bias": 0 * ones(channels)}
    return weights


def test_every_group_behind_the_shuffle_sees_one_channel_of_each_group_before_it():
    x = torch.tensor([1.0, 2.0, 10.0, 20.0]).double().reshape(1, 4, 1, 1)
    y, multiplications = shufflenet_v1_unit_by_definition(x, unit(4, 4, 4, 2), groups=2, stride=1)
    # groups sum to 3 and 30, twice each; shuffled 3, 30, 3, 30, and summed in pairs
    assert y.flatten().tolist() == pytest.approx([34, 35, 43, 53])
    assert multiplications == 4 * 2 + 4 * 9 + 4 * 2


def test_with_stride_two_the_means_of_3x3_pixels_come_first():
    x = torch.arange(1.0, 5.0).double().reshape(1, 1, 2, 2)
    y, multiplications = shufflenet_v1_unit_by_definition(x, unit(1, 1, 2, 1), groups=1, stride=2)
    assert y.flatten().tolist() == pytest.approx([10 / 9, 1, 1])  # zeros of the padding count
    assert multiplications == 4 + 9 + 2


def test_the_sum_is_rectified():
    y, _ = shufflenet_v1_unit_by_definition(-ones(1, 1, 1, 1), unit(1, 1, 1, 1), groups=1, stride=1)
    assert y.item() == 0
