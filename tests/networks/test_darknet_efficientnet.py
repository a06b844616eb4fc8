"""EfficientNet-B0* against the counts of the authors' configuration file."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.darknet_efficientnet import SqueezeExcitation, darknet_efficientnet_b0
from cnnclaims.verifiers.trace import trace, uninitialised


def built():
    with uninitialised():
        return darknet_efficientnet_b0()


def test_every_stage_has_the_size_of_the_file():
    net = built()
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert found == {
        "stage1": (32, 112, 112),
        "stage2": (16, 112, 112),
        "stage3": (24, 56, 56),
        "stage4": (40, 28, 28),
        "stage5": (80, 28, 28),
        "stage6": (112, 14, 14),
        "stage7": (192, 7, 7),
        "stage8": (320, 7, 7),
        "stage9": (1280, 7, 7),
        "avgpool": (1280, 1, 1),
        "classifier": (1000, 1, 1),
        "flatten": (1000,),
    }


def test_the_network_has_the_counts_of_the_file():
    net = built()
    assert sum(m.weight.numel() for m in net.modules() if isinstance(m, nn.Conv2d)) == 4_808_384
    assert sum(parameter.numel() for parameter in net.parameters()) == 4_853_720
    assert sum(node.macs for node in trace(net).nodes) == 457_458_752


def test_squeeze_and_excitation_scales_whole_channels():
    torch.manual_seed(1)
    x = torch.rand(1, 4, 3, 3) + 1
    factor = SqueezeExcitation(4, 2)(x) / x
    torch.testing.assert_close(factor, factor[:, :, :1, :1].expand_as(factor))


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        darknet_efficientnet_b0(classes=0)
