"""The inverted residual by its definition, with values worked by hand."""

import pytest
import torch

from cnnclaims.verifiers.kernels.batch_norm import EPSILON
from cnnclaims.verifiers.kernels.inverted_residual import inverted_residual_by_definition


def ones(*shape):
    return torch.ones(shape, dtype=torch.float64)


def block(project):
    """From 1 channel to 3, filters with a 1 in the middle, and back by `project`; normalisations change nothing."""
    middle = 0 * ones(3, 1, 3, 3)
    middle[..., 1, 1] = 1
    weights = {"expand.conv.weight": torch.tensor([1.0, 2.0, -1.0]).double().reshape(3, 1, 1, 1)}
    weights |= {"depthwise.conv.weight": middle, "project.weight": project * ones(1, 3, 1, 1)}
    for name, channels in {"expand.bn": 3, "depthwise.bn": 3, "project_bn": 1}.items():
        weights |= {
            f"{name}.running_mean": 0 * ones(channels),
            f"{name}.running_var": ones(channels) - EPSILON,
        }
        weights |= {f"{name}.weight": ones(channels), f"{name}.bias": 0 * ones(channels)}
    return weights


def test_wide_values_are_cut_off_at_zero_and_six_and_narrow_ones_are_not():
    y, multiplications = inverted_residual_by_definition(4 * ones(1, 1, 1, 1), block(-2.0), stride=1)
    assert y.item() == pytest.approx(4 - 2 * (4 + 6 + 0))
    assert multiplications == 3 + 3 * 9 + 3


def test_with_stride_two_there_is_no_shortcut():
    y, multiplications = inverted_residual_by_definition(4 * ones(1, 1, 3, 3), block(1.0), stride=2)
    assert y.flatten().tolist() == pytest.approx([10] * 4)
    assert multiplications == 3 * 9 + 3 * 9 * 4 + 3 * 4


def test_a_map_of_one_pixel_has_no_shortcut_at_stride_two_though_its_shape_stays():
    y, _ = inverted_residual_by_definition(4 * ones(1, 1, 1, 1), block(1.0), stride=2)
    assert y.item() == pytest.approx(10)
