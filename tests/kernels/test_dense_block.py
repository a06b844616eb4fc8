"""A dense block by its definition, with values worked by hand."""

import pytest
import torch

from cnnclaims.verifiers.kernels.batch_norm import EPSILON
from cnnclaims.verifiers.kernels.dense_block import dense_block_by_definition


def ones(*shape):
    return torch.ones(shape, dtype=torch.float64)


def identity(name, channels):
    """A normalisation that changes nothing."""
    return {
        f"{name}.running_mean": 0 * ones(channels),
        f"{name}.running_var": ones(channels) - EPSILON,
        f"{name}.weight": ones(channels),
        f"{name}.bias": 0 * ones(channels),
    }


def test_every_layer_reads_all_maps_before_it():
    weights = {"layer1.new.conv1.weight": ones(1, 1, 3, 3), "layer2.new.conv1.weight": ones(1, 2, 3, 3)}
    weights |= identity("layer1.new.bn1", 1) | identity("layer2.new.bn1", 2)
    y, multiplications = dense_block_by_definition(5 * ones(1, 1, 1, 1), weights, 2, bottleneck=False)
    assert y.flatten().tolist() == pytest.approx([5, 5, 10])  # the input, the input again, the sum of both
    assert multiplications == 9 + 2 * 9


def test_a_bottleneck_stands_before_the_3x3():
    weights = {"layer1.new.conv1.weight": 2 * ones(4, 1, 1, 1), "layer1.new.conv2.weight": ones(1, 4, 3, 3)}
    weights |= identity("layer1.new.bn1", 1) | identity("layer1.new.bn2", 4)
    y, multiplications = dense_block_by_definition(5 * ones(1, 1, 1, 1), weights, 1, bottleneck=True)
    assert y.flatten().tolist() == pytest.approx([5, 40])
    assert multiplications == 4 + 4 * 9


def test_negative_maps_are_cut_off_before_the_convolution_and_put_out_as_they_are():
    weights = {"layer1.new.conv1.weight": ones(1, 1, 3, 3)} | identity("layer1.new.bn1", 1)
    y, _ = dense_block_by_definition(-5 * ones(1, 1, 1, 1), weights, 1, bottleneck=False)
    assert y.flatten().tolist() == [-5, 0]
