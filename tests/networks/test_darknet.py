"""Darknet's networks against the counts of the authors' configuration files."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.darknet import (
    basic,
    darknet53,
    darknet_extraction,
    darknet_reference,
    darknet_resnet10,
    darknet_resnet50,
    darknet_resnext50,
)
from cnnclaims.verifiers.trace import trace, uninitialised

STEM = {"conv1": (64, 128, 128), "maxpool": (64, 64, 64)}
WIDE = STEM | {
    "stage1": (256, 64, 64),
    "stage2": (512, 32, 32),
    "stage3": (1024, 16, 16),
    "stage4": (2048, 8, 8),
    "avgpool": (2048, 1, 1),
}
BASIC = STEM | {
    "stage1": (64, 64, 64),
    "stage2": (128, 32, 32),
    "stage3": (256, 16, 16),
    "stage4": (512, 8, 8),
    "avgpool": (512, 1, 1),
}
DARKNET53 = {
    "conv1": (32, 256, 256),
    "stage1": (64, 128, 128),
    "stage2": (128, 64, 64),
    "stage3": (256, 32, 32),
    "stage4": (512, 16, 16),
    "stage5": (1024, 8, 8),
    "avgpool": (1024, 1, 1),
}
REFERENCE = {
    "conv1": (16, 256, 256),
    "maxpool1": (16, 128, 128),
    "conv2": (32, 128, 128),
    "maxpool2": (32, 64, 64),
    "conv3": (64, 64, 64),
    "maxpool3": (64, 32, 32),
    "conv4": (128, 32, 32),
    "maxpool4": (128, 16, 16),
    "conv5": (256, 16, 16),
    "maxpool5": (256, 8, 8),
    "conv6": (512, 8, 8),
    "maxpool6": (512, 4, 4),
    "conv7": (1024, 4, 4),
    "avgpool": (1024, 1, 1),
}
# Weights, parameters and multiply-adds of the configuration files. That of ResNet-50 has its classifier on 8x8 places:
# 63 times 2,048,000 multiply-adds more.
FILES = {
    darknet_resnet50: (WIDE, 22_734_016, 22_780_456, 4_999_610_368 - 63 * 2_048_000),
    darknet_resnext50: (WIDE, 22_190_784, 22_252_328, 5_055_135_744),
    darknet_resnet10: (BASIC, 5_240_000, 5_244_968, 1_136_119_808),
    darknet53: (DARKNET53, 41_573_216, 41_609_928, 9_285_115_904),
    darknet_reference: (REFERENCE, 7_314_352, 7_319_416, 482_320_384),
}


def built(network, **arguments):
    with uninitialised():
        return network(**arguments)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


@pytest.mark.parametrize("network", FILES, ids=lambda network: network.__name__)
def test_every_stage_has_the_size_and_the_network_the_counts_of_the_file(network):
    expected, weights, params, macs = FILES[network]
    net = built(network)
    assert sizes(net) == expected | {"classifier": (1000, 1, 1), "flatten": (1000,)}
    assert sum(m.weight.numel() for m in net.modules() if isinstance(m, nn.Conv2d)) == weights
    assert sum(parameter.numel() for parameter in net.parameters()) == params
    assert sum(node.macs for node in trace(net).nodes) == macs


def test_a_shortcut_without_projection_adds_the_channels_that_it_has():
    torch.manual_seed(1)
    block = basic(2, 4, stride=2).eval()
    for parameter in block.layers.parameters():
        nn.init.zeros_(parameter)
    x = torch.rand(1, 2, 6, 6)
    y = block(x)
    assert torch.equal(y[:, :2], x[:, :, ::2, ::2])
    assert not y[:, 2:].any()


def test_darknet_53_has_53_convolutions_with_its_classifier():
    assert sum(node.op == "conv" for node in trace(built(darknet53)).nodes) == 53


def test_extraction_has_the_maps_and_the_21_convolutions_that_darknet_lists():
    net = built(darknet_extraction)
    assert sizes(net) == {
        "conv1": (64, 112, 112),
        "maxpool1": (64, 56, 56),
        "conv2": (192, 56, 56),
        "maxpool2": (192, 28, 28),
        "conv3": (512, 28, 28),
        "maxpool3": (512, 14, 14),
        "conv4": (1024, 14, 14),
        "maxpool4": (1024, 7, 7),
        "conv5": (1024, 7, 7),
        "classifier": (1000, 7, 7),
        "avgpool": (1000, 1, 1),
        "flatten": (1000,),
    }
    sides = [m.kernel_size[0] for m in net.modules() if isinstance(m, nn.Conv2d)]
    assert sides == [7, 3] + [1, 3] * 9 + [1]


def test_extraction_refuses_no_classes():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        darknet_extraction(classes=0)


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        darknet53(classes=0)
