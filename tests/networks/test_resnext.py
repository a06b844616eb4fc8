"""ResNeXt against Table 1, Section 5.3 and public counts."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.networks.resnext import (
    resnext,
    resnext29,
    resnext50_32x4d,
    resnext101_32x4d,
    resnext101_64x4d,
    resnext_block,
)
from cnnclaims.verifiers.trace import trace, uninitialised

IMAGENET = {
    "conv1": (64, 112, 112),
    "bn1": (64, 112, 112),
    "relu": (64, 112, 112),
    "maxpool": (64, 56, 56),
    "conv2": (256, 56, 56),
    "conv3": (512, 28, 28),
    "conv4": (1024, 14, 14),
    "conv5": (2048, 7, 7),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "fc": (1000,),
}
CIFAR = {
    "conv1": (64, 32, 32),
    "bn1": (64, 32, 32),
    "relu": (64, 32, 32),
    "stage1": (256, 32, 32),
    "stage2": (512, 16, 16),
    "stage3": (1024, 8, 8),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
    "fc": (10,),
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


# torchvision's counts; 32x8d is a setting of its, not of the paper.
@pytest.mark.parametrize(
    ("network", "arguments", "count"),
    [
        (resnext50_32x4d, {}, 25_028_904),
        (resnext101_32x4d, {}, 44_177_704),
        (resnext101_64x4d, {}, 83_455_272),
        (resnext, {"depth": 101, "cardinality": 32, "width": 8}, 88_791_336),
    ],
)
def test_every_stage_has_the_size_of_table_1_and_the_parameters_are_the_public_count(
    network, arguments, count
):
    net = built(network, **arguments)
    assert sizes(net) == IMAGENET
    assert params(net) == count


@pytest.mark.parametrize(("cardinality", "count"), [(8, 34_426_698), (16, 68_155_210)])
def test_the_cifar_networks_have_the_sizes_of_section_5_3_and_imgclsmob_s_counts(cardinality, count):
    net = built(resnext29, cardinality=cardinality)
    assert sizes(net) == CIFAR
    assert params(net) == count


def test_one_path_of_width_64_is_resnet_50_with_its_stride_on_the_3x3():
    one, other = built(resnext, cardinality=1, width=64), built(resnet50, stride="3x3")
    assert params(one) == params(other) == 25_557_032
    assert macs(one) == macs(other)


def test_the_networks_have_the_public_costs():
    assert macs(built(resnext50_32x4d)) == 4_230_479_872
    assert round(macs(built(resnext101_64x4d)) / 1e6) == 15_460


def test_the_width_of_a_path_doubles_with_every_stage():
    net = built(resnext, cardinality=8, width=14)
    for stage, width in ((net.conv2, 14), (net.conv3, 28), (net.conv4, 56), (net.conv5, 112)):
        layer = stage[1].conv2
        assert (layer.in_channels, layer.out_channels, layer.groups) == (8 * width, 8 * width, 8)


def test_a_width_of_100_makes_stages_of_100_to_800_channels():
    net = built(resnext, depth=101, cardinality=1, width=100)
    assert [stage[0].conv1.out_channels for stage in (net.conv2, net.conv3, net.conv4, net.conv5)] == [
        100,
        200,
        400,
        800,
    ]


def test_the_stride_is_on_the_grouped_3x3_of_the_first_block():
    first, second = built(resnext50_32x4d).conv3[:2]
    assert [layer.stride for layer in (first.conv1, first.conv2, first.shortcut.conv)] == [
        (1, 1),
        (2, 2),
        (2, 2),
    ]
    assert second.conv2.stride == (1, 1)
    assert isinstance(second.shortcut, nn.Identity)


@pytest.mark.parametrize("form", ["a", "b", "c"])
def test_the_three_forms_have_equal_parameters_and_costs(form):
    net = built(resnext_block, form=form)
    assert params(net) == 70_144 + 2 * (128 + 128 + 256)
    assert macs(net) == 70_144 * 56 * 56


def test_the_forms_have_the_number_of_convolutions_that_figure_3_draws():
    counts = {
        form: sum(isinstance(layer, nn.Conv2d) for layer in built(resnext_block, form=form).modules())
        for form in ("a", "b", "c")
    }
    assert counts == {"a": 3 * 32, "b": 2 * 32 + 1, "c": 3}


def test_classes_set_the_width_of_the_last_layer():
    assert sizes(built(resnext29, classes=100)) == CIFAR | {"fc": (100,)}


@pytest.mark.parametrize(
    ("network", "arguments", "message"),
    [
        (resnext, {"depth": 18}, "depth is 18; use 50, 101 or 152"),
        (resnext, {"cardinality": 0}, "cardinality is 0; use at least 1"),
        (resnext, {"width": 0}, "width is 0; use at least 1"),
        (resnext29, {"classes": 0}, "classes is 0; use at least 1"),
        (resnext_block, {"form": "d"}, "form is 'd'; use 'a', 'b' or 'c'"),
        (resnext_block, {"size": 0}, "size is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)
