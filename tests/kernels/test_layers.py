"""Layers of a block by their definitions: which weights they take, and how their multiplications add up."""

import torch

from cnnclaims.verifiers.kernels.batch_norm import EPSILON
from cnnclaims.verifiers.kernels.layers import Layers, relu


def filled(value, *shape):
    return torch.full(shape, value, dtype=torch.float64)


WEIGHTS = {
    "one.weight": filled(2.0, 3, 2, 1, 1),
    "in.parts.weight": filled(3.0, 2, 1, 3, 3),
    "part.conv.weight": filled(5.0, 1, 2, 1, 1),
    "part.bn.running_mean": filled(4.0, 1),
    "part.bn.running_var": filled(4.0 - EPSILON, 1),
    "part.bn.weight": filled(6.0, 1),
    "part.bn.bias": filled(1.0, 1),
}


def test_a_convolution_takes_its_weights_by_name_and_counts_them_at_every_pixel():
    layer = Layers(WEIGHTS)
    y = layer.conv(filled(1.0, 1, 2, 4, 4), "one")
    assert y.unique().tolist() == [4.0]
    assert layer.multiplications == 3 * 2 * 16


def test_padding_is_half_the_kernel_and_stride_and_groups_are_as_given():
    layer = Layers(WEIGHTS)
    y = layer.conv(filled(1.0, 1, 2, 3, 3), "in.parts", stride=2, groups=2)
    assert y.tolist() == [
        [[[12.0, 12.0], [12.0, 12.0]]] * 2
    ]  # four of the nine pixels of a corner lie on the map
    assert layer.multiplications == 2 * 9 * 4


def test_a_convolution_and_its_normalisation_stand_in_one_part():
    layer = Layers(WEIGHTS)
    y = layer.conv_bn(filled(1.0, 1, 2, 1, 1), "part")
    assert y.item() == 1 + 6 * (10 - 4) / 2
    assert layer.multiplications == 2


def test_multiplications_of_several_layers_add_up():
    layer = Layers(WEIGHTS)
    layer.conv(filled(1.0, 5, 2, 1, 1), "one")  # five images count as one
    layer.conv_bn(filled(1.0, 5, 2, 1, 1), "part")
    assert layer.multiplications == 3 * 2 + 2


def test_relu_cuts_off_at_zero():
    assert relu(torch.tensor([-2.0, 0.0, 3.0])).tolist() == [0, 0, 3]
