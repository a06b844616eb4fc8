"""MobileNetV2 against Table 2 and against public counts of the rebuilt network."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.mobilenet_v2 import (
    InvertedResidual,
    divisible,
    inverted_residual,
    mobilenet_v2,
)
from cnnclaims.verifiers.trace import trace, uninitialised

TABLE_2 = {
    "conv1": (32, 112, 112),
    "bottleneck1": (16, 112, 112),
    "bottleneck2": (24, 56, 56),
    "bottleneck3": (32, 28, 28),
    "bottleneck4": (64, 14, 14),
    "bottleneck5": (96, 14, 14),
    "bottleneck6": (160, 7, 7),
    "bottleneck7": (320, 7, 7),
    "conv2": (1280, 7, 7),
    "avgpool": (1280, 1, 1),
    "dropout": (1280, 1, 1),
    "conv3": (1000, 1, 1),
    "flatten": (1000,),
}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def built(**arguments):
    with uninitialised():
        return mobilenet_v2(**arguments)


def params(net):
    return sum(p.numel() for p in net.parameters())


def test_every_stage_has_the_size_of_table_2():
    assert sizes(built()) == TABLE_2


@pytest.mark.parametrize(("resolution", "last_map"), [(192, 6), (160, 5), (128, 4), (96, 3)])
def test_the_resolution_multiplier_shrinks_every_map(resolution, last_map):
    found = sizes(built(resolution=resolution))
    assert found["conv1"] == (32, resolution // 2, resolution // 2)
    assert found["conv2"] == (1280, last_map, last_map)


# torchvision's counts of the network with these multipliers
@pytest.mark.parametrize(
    ("width", "expected"),
    [(1.0, 3_504_872), (1.4, 6_108_776), (0.75, 2_636_424), (0.5, 1_968_680), (0.35, 1_677_128)],
)
def test_parameters_are_the_public_ones(width, expected):
    assert params(built(width=width)) == expected


# timm and the authors' release: 300.8 M and 582 M
@pytest.mark.parametrize(("width", "expected"), [(1.0, 300_774_272), (1.4, 582_195_824)])
def test_multiply_adds_are_the_public_ones(width, expected):
    assert macs(trace(built(width=width))) == expected


def test_the_last_convolution_widens_above_one_and_never_thins():
    assert sizes(built(width=0.35))["conv2"][0] == 1280
    assert sizes(built(width=1.4))["conv2"][0] == 1792


def test_the_first_block_has_an_expansion_only_where_asked():
    assert not hasattr(built().bottleneck1[0], "expand")
    assert built(first_expansion=True).bottleneck1[0].expand.conv.weight.shape == (32, 32, 1, 1)


def test_the_expansion_is_that_of_all_blocks_but_the_first():
    net = built(expansion=4)
    assert net.bottleneck7[0].expand.conv.out_channels == 640
    assert not hasattr(net.bottleneck1[0], "expand")


def test_shortcuts_join_blocks_that_keep_the_map_and_its_channels():
    blocks = [block for name, stage in built().named_children() if "bottleneck" in name for block in stage]
    assert len(blocks) == 17
    assert sum(hasattr(block, "add") for block in blocks) == 10


def test_the_narrowing_convolution_has_no_activation():
    block = InvertedResidual(8, 48, 8, stride=1).eval()
    with torch.no_grad():
        block.project_bn.bias.fill_(-5.0)
        block.project_bn.weight.fill_(0.0)
        assert torch.equal(block(torch.zeros(1, 8, 4, 4)), torch.full((1, 8, 4, 4), -5.0))


@pytest.mark.parametrize(
    ("channels", "expected"), [(32 * 0.35, 16), (24 * 0.35, 8), (33.6, 32), (44.8, 48), (3, 8), (11.9, 16)]
)
def test_channels_are_rounded_to_multiples_of_eight_and_not_far_down(channels, expected):
    assert divisible(channels) == expected


def test_without_classes_the_network_ends_in_the_pooled_features():
    net = built(classes=None)
    assert sizes(net)["flatten"] == (1280,)
    assert params(built()) - params(net) == 1280 * 1000 + 1000


def test_a_block_alone_is_that_of_section_4():
    net = inverted_residual(c_in=64, c_out=128)
    assert net.block.expand.conv.out_channels == 384
    assert net(torch.zeros(0, 64, 14, 14)).shape == (0, 128, 14, 14)
    assert inverted_residual(64, 64, stride=2)(torch.zeros(0, 64, 14, 14)).shape == (0, 64, 7, 7)


def test_it_runs_and_trains_on_real_images():
    net = mobilenet_v2(width=0.35, resolution=32, classes=5)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width is 0; use a number above 0"),
        ({"resolution": 0}, "resolution is 0; use pixels"),
        ({"expansion": 0}, "expansion is 0; use a whole number"),
        ({"classes": 0}, "classes is 0; use at least 1, or None"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        mobilenet_v2(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"c_in": 0}, "c_in is 0; use at least 1"), ({"stride": 3}, "stride is 3; use 1 or 2")],
)
def test_a_bad_block_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        inverted_residual(**{"c_in": 8, "c_out": 8} | arguments)
