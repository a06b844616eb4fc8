"""Pre-activation ResNet against the authors' code and against public counts."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.preact_resnet import (
    PreActivationUnit,
    bottleneck,
    preact_resnet,
    preact_resnet152,
    preact_resnet200,
)
from cnnclaims.verifiers.trace import trace, uninitialised


def cifar(channels, classes=10):
    return {
        "conv1": (16, 32, 32),
        "stage1": (channels, 32, 32),
        "stage2": (2 * channels, 16, 16),
        "stage3": (4 * channels, 8, 8),
        "bn": (4 * channels, 8, 8),
        "relu": (4 * channels, 8, 8),
        "avgpool": (4 * channels, 1, 1),
        "flatten": (4 * channels,),
        "fc": (classes,),
    }


IMAGENET = {
    "conv1": (64, 112, 112),
    "bn1": (64, 112, 112),
    "relu1": (64, 112, 112),
    "maxpool": (64, 56, 56),
    "conv2_x": (256, 56, 56),
    "conv3_x": (512, 28, 28),
    "conv4_x": (1024, 14, 14),
    "conv5_x": (2048, 7, 7),
    "bn": (2048, 7, 7),
    "relu": (2048, 7, 7),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "fc": (1000,),
}


def built(network, *arguments, **named):
    with uninitialised():
        return network(*arguments, **named)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


# The counts of imgclsmob, which builds the authors' code.
@pytest.mark.parametrize(("depth", "count"), [(164, 1_703_258), (1001, 10_327_706)])
def test_bottleneck_networks_have_the_stages_and_the_public_counts(depth, count):
    net = built(preact_resnet, depth)
    assert sizes(net) == cifar(64)
    assert params(net) == count


@pytest.mark.parametrize("unit", ["basic", "single"])
def test_units_of_3x3_keep_the_narrow_widths_and_the_parameters_of_resnet_110(unit):
    net = built(preact_resnet, 110, unit=unit)
    assert sizes(net) == cifar(16)
    assert params(net) == 1_727_962


# imgclsmob's networks activate twice before the first unit: 2 x 64 parameters more.
@pytest.mark.parametrize(
    ("network", "count"), [(preact_resnet152, 60_185_256 - 128), (preact_resnet200, 64_666_280 - 128)]
)
def test_imagenet_networks_have_the_stages_and_the_public_counts(network, count):
    net = built(network)
    assert sizes(net) == IMAGENET
    assert params(net) == count


def test_resnet_200_has_the_public_cost_with_the_stride_on_the_3x3():
    paper, popular = built(preact_resnet200), built(preact_resnet200, stride="3x3")
    assert round(macs(paper) / 1e6) == 14_776
    assert round(macs(popular) / 1e6) == 15_007
    assert params(paper) == params(popular)
    assert sizes(popular) == IMAGENET


def test_the_two_networks_of_54_units_cost_about_the_same():
    assert macs(built(preact_resnet, 164)) == 244_500_992
    assert macs(built(preact_resnet, 110, unit="basic")) == 252_887_680


def test_only_units_that_change_the_width_share_their_activation_and_project():
    net = built(preact_resnet, 29)
    units = [unit for stage in (net.stage1, net.stage2, net.stage3) for unit in stage]
    assert [len(unit.shared) > 0 for unit in units] == [True, False, False] * 3
    assert [isinstance(unit.shortcut, nn.Conv2d) for unit in units] == [True, False, False] * 3


def test_the_stem_of_the_imagenet_networks_activates_for_the_first_unit():
    first, second = built(preact_resnet152).conv2_x[:2]
    assert not len(first.shared)
    assert next(iter(first.residual)) is first.residual.conv1
    assert isinstance(next(iter(second.residual)), nn.BatchNorm2d)


def test_a_unit_without_residual_passes_everything_on_unchanged():
    unit = bottleneck(32, 8, 1).eval()
    nn.init.zeros_(unit.residual.conv3.weight)
    x = torch.randn(2, 32, 5, 5, generator=torch.Generator().manual_seed(1))
    assert torch.equal(unit(x), x)
    assert (x < 0).any()


def test_a_branch_normalises_and_activates_before_it_convolves():
    kinds = [type(layer).__name__ for layer in bottleneck(32, 8, 1).residual]
    assert kinds == ["BatchNorm2d", "ReLU", "Conv2d"] * 3
    assert isinstance(bottleneck(32, 8, 1), PreActivationUnit)


def test_classes_set_the_width_of_the_last_layer():
    assert sizes(built(preact_resnet, 20, classes=100)) == cifar(64, classes=100)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 165}, r"depth is 165; use 9n \+ 2, such as 164 or 173"),
        ({"depth": 5}, r"depth is 5; use 9n \+ 2, 11 or more"),
        ({"depth": 111, "unit": "basic"}, r"depth is 111; use 6n \+ 2, such as 110 or 116"),
        ({"depth": 111, "unit": "single"}, r"depth is 111; use 3n \+ 2, such as 110 or 113"),
        ({"unit": "wide"}, "unit is 'wide'; use 'bottleneck', 'basic' or 'single'"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        preact_resnet(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": "2x2"}, "stride is '2x2'; use '1x1' or '3x3'"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_of_the_imagenet_networks_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        preact_resnet200(**arguments)
