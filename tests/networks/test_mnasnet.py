"""MnasNet against Figure 7 and against public counts of the rebuilt networks."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.mnasnet import mnasnet_a1, mnasnet_b1, mnasnet_small
from cnnclaims.verifiers.trace import trace, uninitialised

HEAD = {"avgpool": (1280, 1, 1), "flatten": (1280,), "dropout": (1280,), "fc": (1000,)}
A1 = {
    "conv1": (32, 112, 112),
    "block1": (16, 112, 112),
    "block2": (24, 56, 56),
    "block3": (40, 28, 28),
    "block4": (80, 14, 14),
    "block5": (112, 14, 14),
    "block6": (160, 7, 7),
    "block7": (320, 7, 7),
    "conv2": (1280, 7, 7),
} | HEAD
B1 = A1 | {"block5": (96, 14, 14), "block6": (192, 7, 7)}
SMALL = A1 | {
    "conv1": (8, 112, 112),
    "block1": (8, 112, 112),
    "block2": (16, 56, 56),
    "block3": (16, 28, 28),
    "block4": (32, 14, 14),
    "block5": (32, 14, 14),
    "block6": (88, 7, 7),
    "block7": (144, 7, 7),
}


def built(build, *arguments, **named):
    with uninitialised():
        return build(*arguments, **named)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(("build", "expected"), [(mnasnet_a1, A1), (mnasnet_b1, B1), (mnasnet_small, SMALL)])
def test_every_stage_has_its_size(build, expected):
    assert sizes(built(build)) == expected


# osmr/imgclsmob and timm (A1, B1, small)
@pytest.mark.parametrize(
    ("build", "expected"),
    [(mnasnet_a1, 3_887_038), (mnasnet_b1, 4_383_312), (mnasnet_small, 2_030_264)],
)
def test_parameters_are_the_public_ones(build, expected):
    assert params(built(build)) == expected


@pytest.mark.parametrize(
    ("width", "expected"), [(1.4, 6_105_992), (0.75, 2_912_278), (0.5, 2_082_006), (0.35, 1_747_018)]
)
def test_the_depth_multiplier_thins_all_but_the_last_convolution(width, expected):
    net = built(mnasnet_a1, width)
    assert params(net) == expected
    assert sizes(net)["conv2"][0] == 1280


@pytest.mark.parametrize(
    ("build", "expected"), [(mnasnet_a1, 311.58), (mnasnet_b1, 314.42), (mnasnet_small, 68.34)]
)
def test_multiply_adds_are_the_public_ones(build, expected):
    assert round(macs(trace(built(build))) / 1e6, 2) == expected


def test_squeeze_and_excitation_takes_a_quarter_of_the_block_s_input():
    net = built(mnasnet_a1)
    assert [block.se.reduce.out_channels for block in net.block3] == [6, 10, 10]
    assert [block.se.reduce.out_channels for block in net.block6] == [28, 40, 40]
    assert not any(hasattr(block, "se") for block in [*net.block2, *net.block4, *net.block7])
    rounded = built(mnasnet_a1, se_multiple=8)
    assert [block.se.reduce.out_channels for block in rounded.block3] == [8, 16, 16]


def test_b1_has_no_squeeze_and_excitation():
    assert not [path for path, _ in built(mnasnet_b1).named_modules() if path.endswith(".se")]


def test_shortcuts_join_blocks_that_keep_the_map_and_its_channels():
    net = built(mnasnet_a1)
    assert [len(getattr(net, f"block{i}")) for i in range(1, 8)] == [1, 2, 3, 4, 2, 3, 1]
    assert sum(path.endswith(".add") for path, _ in net.named_modules()) == 9


def test_it_runs_and_trains_on_real_images():
    net = mnasnet_a1(0.35, resolution=32, classes=5)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (mnasnet_a1, {"width": 0}, "width is 0; use a number above 0"),
        (mnasnet_b1, {"resolution": 0}, "resolution is 0; use pixels"),
        (mnasnet_small, {"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
