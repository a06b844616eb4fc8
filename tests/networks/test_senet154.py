"""SENet-154 against the released model and its public count."""

import torch
from torch import nn

from cnnclaims.verifiers.networks.senet154 import senet154
from cnnclaims.verifiers.trace import uninitialised

SIZES = {
    "conv1": (128, 112, 112),
    "maxpool": (128, 56, 56),
    "conv2_x": (256, 56, 56),
    "conv3_x": (512, 28, 28),
    "conv4_x": (1024, 14, 14),
    "conv5_x": (2048, 7, 7),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "dropout": (2048,),
    "fc": (1000,),
}


def built():
    with uninitialised():
        return senet154()


def test_every_stage_has_the_size_of_the_release_and_the_parameters_are_the_public_count():
    net = built()
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert found == SIZES
    assert sum(parameter.numel() for parameter in net.parameters()) == 115_088_984


def test_there_are_154_weighted_layers_on_the_way_gates_and_shortcuts_aside():
    paths = [
        path
        for path, layer in built().named_modules()
        if isinstance(layer, nn.Conv2d | nn.Linear) and ".se." not in path and ".shortcut." not in path
    ]
    assert len(paths) == 154


def test_only_shortcuts_that_halve_the_map_have_a_3x3():
    net = built()
    kernels = [
        stage[0].shortcut.conv.kernel_size for stage in (net.conv2_x, net.conv3_x, net.conv4_x, net.conv5_x)
    ]
    assert kernels == [(1, 1), (3, 3), (3, 3), (3, 3)]
    assert isinstance(net.conv3_x[1].shortcut, nn.Identity)


def test_the_first_1x1_has_half_the_channels_of_the_grouped_3x3():
    for stage in (built().conv2_x, built().conv5_x):
        residual = stage[1].residual
        assert 2 * residual.conv1.out_channels == residual.conv2.out_channels
        assert residual.conv2.groups == 64
