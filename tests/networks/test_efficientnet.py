"""EfficientNet against Table 1 and against public counts of the rebuilt networks."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks import efficientnet as networks
from cnnclaims.verifiers.networks.efficientnet import (
    MBConv,
    StochasticDepth,
    efficientnet,
    efficientnet_b0,
    scaled_depth,
    scaled_width,
)
from cnnclaims.verifiers.trace import uninitialised

TABLE_1 = {
    "stage1": (32, 112, 112),
    "stage2": (16, 112, 112),
    "stage3": (24, 56, 56),
    "stage4": (40, 28, 28),
    "stage5": (80, 14, 14),
    "stage6": (112, 14, 14),
    "stage7": (192, 7, 7),
    "stage8": (320, 7, 7),
    "stage9": (1280,),
    "dropout": (1280,),
    "fc": (1000,),
}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(p.numel() for p in net.parameters())


def built(name, **arguments):
    with uninitialised():
        return getattr(networks, name)(**arguments)


def test_every_stage_has_the_size_of_table_1():
    assert sizes(built("efficientnet_b0")) == TABLE_1


# open-mmlab/mmpretrain, configs/efficientnet/metafile.yml: the same networks rebuilt
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("efficientnet_b0", 5_288_548),
        ("efficientnet_b1", 7_794_184),
        ("efficientnet_b2", 9_109_994),
        ("efficientnet_b3", 12_233_232),
        ("efficientnet_b4", 19_341_616),
        ("efficientnet_b5", 30_389_784),
        ("efficientnet_b6", 43_040_704),
        ("efficientnet_b7", 66_347_960),
    ],
)
def test_parameters_are_those_of_the_public_list(name, expected):
    assert params(built(name)) == expected


@pytest.mark.parametrize(
    ("name", "resolution", "last"),
    [
        ("efficientnet_b1", 240, (320, 8, 8)),
        ("efficientnet_b4", 380, (448, 12, 12)),
        ("efficientnet_b7", 600, (640, 19, 19)),
    ],
)
def test_the_larger_networks_have_their_resolution_and_width(name, resolution, last):
    net = built(name)
    assert net.input_shape == (3, resolution, resolution)
    assert sizes(net)["stage8"] == last


def test_widths_are_multiples_of_eight_and_never_much_smaller():
    assert [scaled_width(c, 1.1) for c in (32, 16, 24, 40, 80, 112, 192, 320, 1280)] == [
        32, 16, 24, 48, 88, 120, 208, 352, 1408,
    ]  # fmt: skip
    assert scaled_width(10, 1.0) == 16  # 8 would be below nine tenths of 10
    assert scaled_width(1, 1.0) == 8


def test_layers_are_rounded_up():
    assert [scaled_depth(layers, 1.1) for layers in (1, 2, 3, 4)] == [2, 3, 4, 5]
    assert [scaled_depth(layers, 1.0) for layers in (1, 2, 3, 4)] == [1, 2, 3, 4]


def test_a_block_without_expansion_starts_with_its_depthwise_convolution():
    net = built("efficientnet_b0")
    assert next(iter(dict(net.stage2[0].branch.named_children()))) == "dw"
    assert net.stage3[0].branch.expand.out_channels == 6 * 16


def test_the_shortcut_stands_where_the_map_and_the_channels_stay():
    net = built("efficientnet_b0")
    residual = [block.residual for block in net.modules() if isinstance(block, MBConv)]
    assert residual.count(True) == 9
    assert not net.stage3[0].residual
    assert net.stage3[1].residual


def test_squeeze_is_a_quarter_of_the_channels_that_come_into_the_block():
    net = built("efficientnet_b0")
    assert net.stage2[0].branch.se.reduce.out_channels == 8
    assert net.stage3[1].branch.se.reduce.out_channels == 6
    assert net.stage3[1].branch.se.reduce.in_channels == 144


def test_survival_falls_evenly_from_one():
    net = built("efficientnet_b0")
    survival = [
        round(block.drop.survival, 4)
        for block in net.modules()
        if isinstance(block, MBConv) and block.residual
    ]
    assert survival[0] == 0.975  # the third of 16 blocks
    assert survival == sorted(survival, reverse=True)
    assert min(survival) > 0.8


def test_stochastic_depth_drops_images_while_training_only():
    layer, x = StochasticDepth(0.8), torch.ones(2000, 1, 2, 2)
    assert torch.equal(layer.eval()(x), x)
    torch.manual_seed(0)
    y = layer.train()(x)
    assert set(y.flatten().tolist()) == {0.0, 1.25}
    assert abs(y.mean().item() - 1) < 0.05
    assert torch.equal(y.amin((1, 2, 3)), y.amax((1, 2, 3)))  # an image is kept or dropped as a whole


def test_the_output_of_a_block_is_linear_without_activation():
    net = built("efficientnet_b0")
    assert isinstance(net.stage3[0].branch[-1], nn.BatchNorm2d)


def test_it_runs_and_trains_on_real_images():
    net = efficientnet(width=0.25, depth=0.5, resolution=32, classes=5)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize("resolution", [32, 33, 47, 225])
def test_odd_maps_are_halved_and_rounded_up(resolution):
    side = resolution
    for _ in range(5):
        side = -(-side // 2)
    assert sizes(built("efficientnet", resolution=resolution))["stage8"] == (320, side, side)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width is 0; use a number above 0"),
        ({"depth": -1}, "depth is -1; use a number above 0"),
        ({"resolution": 0}, "resolution is 0; use pixels"),
        ({"dropout": 1}, "dropout is 1; use at least 0 and less than 1"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        efficientnet(**arguments)


def test_the_default_is_b0():
    assert params(built("efficientnet")) == params(efficientnet_b0())
