"""The network for characters against Table 1 of 1405.3866."""

import pytest
import torch

from cnnclaims.verifiers.networks.low_rank_expansions import Maxout, charnet

SIZES = {
    "conv1": (96, 16, 16),
    "maxout1": (48, 16, 16),
    "conv2": (128, 8, 8),
    "maxout2": (64, 8, 8),
    "conv3": (512, 1, 1),
    "maxout3": (128, 1, 1),
    "conv4": (148, 1, 1),
    "maxout4": (37, 1, 1),
    "flatten": (37,),
}


def params(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("bases", [{}, {"basis2": 31, "basis3": 26}])
def test_every_stage_has_its_size(bases):
    net = charnet(**bases)
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert found == SIZES


def test_the_full_network_has_its_parameters():
    # filters x (maps x side^2 + 1), layer by layer
    assert params(charnet()) == 96 * (81 + 1) + 128 * (48 * 81 + 1) + 512 * (64 * 64 + 1) + 148 * (128 + 1)


def test_a_basis_shrinks_only_its_layer():
    full, small = charnet(), charnet(basis2=31)
    assert params(small.conv2) == 31 * 9 * (48 + 128) + 128
    assert params(small.conv3) == params(full.conv3)
    assert params(charnet(basis3=26).conv3) == 26 * 8 * (64 + 512) + 512


def test_maxout_takes_the_largest_of_maps_that_follow_each_other():
    x = torch.tensor([1.0, 3.0, -2.0, -5.0]).reshape(1, 4, 1, 1)
    assert Maxout(2)(x).flatten().tolist() == [3, -2]


@pytest.mark.parametrize("name", ["basis2", "basis3"])
def test_a_basis_of_no_filters_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0; use at least 1, or None"):
        charnet(**{name: 0})
