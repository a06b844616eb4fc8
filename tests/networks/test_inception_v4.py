import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.inception_v4 import (
    Residual,
    inception_resnet_v1,
    inception_resnet_v2,
    inception_v4,
)


def head(channels):
    return {
        "avgpool": (channels, 1, 1),
        "flatten": (channels,),
        "dropout": (channels,),
        "linear": (1000,),
    }


V4 = {
    "stem": (384, 35, 35),
    "A": (384, 35, 35),
    "redA": (1024, 17, 17),
    "B": (1024, 17, 17),
    "redB": (1536, 8, 8),
    "C": (1536, 8, 8),
    **head(1536),
}
RESNET_V1 = {
    "stem": (256, 35, 35),
    "A": (256, 35, 35),
    "redA": (896, 17, 17),
    "B": (896, 17, 17),
    "redB": (1792, 8, 8),
    "C": (1792, 8, 8),
    **head(1792),
}
RESNET_V2 = {
    "stem": (384, 35, 35),
    "A": (384, 35, 35),
    "redA": (1152, 17, 17),
    "B": (1152, 17, 17),
    "redB": (2144, 8, 8),
    "C": (2144, 8, 8),
    **head(2144),
}
RELEASED_RESNET_V2 = {
    "stem": (320, 35, 35),
    "A": (320, 35, 35),
    "redA": (1088, 17, 17),
    "B": (1088, 17, 17),
    "redB": (2080, 8, 8),
    "C": (2080, 8, 8),
    "conv": (1536, 8, 8),
    **head(1536),
}


@pytest.fixture(autouse=True)
def without_initialisation(monkeypatch):
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def sizes(net, x=None):
    x = torch.zeros(0, *net.input_shape) if x is None else x
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def parameters(net):
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (inception_v4, V4),
        (lambda: inception_v4(layout="released"), V4),
        (inception_resnet_v1, RESNET_V1),
        (inception_resnet_v2, RESNET_V2),
        (lambda: inception_resnet_v2(layout="released"), RELEASED_RESNET_V2),
    ],
)
def test_every_stage_has_the_size_of_its_figure(build, expected):
    net = build()
    assert net.input_shape == (3, 299, 299)
    assert sizes(net) == expected


def test_the_stem_of_inception_v4_has_the_sizes_of_figure_3():
    for net in (inception_v4(), inception_resnet_v2()):
        assert sizes(net.stem, torch.zeros(0, 3, 299, 299)) == {
            "conv1": (32, 149, 149),
            "conv2": (32, 147, 147),
            "conv3": (64, 147, 147),
            "3a": (160, 73, 73),
            "4a": (192, 71, 71),
            "5a": (384, 35, 35),
        }


def test_the_stem_of_inception_resnet_v1_has_the_sizes_of_figure_14():
    assert sizes(inception_resnet_v1().stem, torch.zeros(0, 3, 299, 299)) == {
        "conv1": (32, 149, 149),
        "conv2": (32, 147, 147),
        "conv3": (64, 147, 147),
        "pool1": (64, 73, 73),
        "conv4": (80, 73, 73),
        "conv5": (192, 71, 71),
        "conv6": (256, 35, 35),
    }


@pytest.mark.parametrize(
    ("build", "count"),
    [
        (inception_v4, 42_679_816),
        (lambda: inception_v4(layout="released"), 42_679_816),
        (inception_resnet_v1, 22_756_328),
        (inception_resnet_v2, 32_433_928),
        (lambda: inception_resnet_v2(layout="released"), 55_843_464),
    ],
)
def test_the_networks_have_these_parameters(build, count):
    assert parameters(build()) == count


@pytest.mark.parametrize(
    ("build", "blocks"),
    [
        (inception_v4, (4, 7, 3)),
        (inception_resnet_v1, (5, 10, 5)),
        (inception_resnet_v2, (5, 10, 5)),
        (lambda: inception_resnet_v2(layout="released"), (10, 20, 10)),
    ],
)
def test_the_networks_have_these_blocks(build, blocks):
    net = build()
    assert (len(net.A), len(net.B), len(net.C)) == blocks


@pytest.mark.parametrize(
    ("stage", "branches"),
    [
        ("A", {"pool": 96, "1x1": 96, "3x3": 96, "3x3x2": 96}),
        ("B", {"pool": 128, "1x1": 384, "7x7": 256, "7x7x2": 256}),
        ("C", {"pool": 256, "1x1": 256, "3x3": 512, "3x3x2": 512}),
    ],
)
def test_the_branches_of_a_block_of_inception_v4_put_out(stage, branches):
    channels, side, _ = V4[stage]
    x = torch.zeros(0, channels, side, side)
    block = inception_v4().get_submodule(stage)[0]
    assert {name: branch(x).shape[1] for name, branch in block.items()} == branches


@pytest.mark.parametrize(
    ("build", "widths"),
    [
        (inception_resnet_v1, [(32, 32, 32), (128, 128), (192, 192)]),
        (inception_resnet_v2, [(32, 32, 64), (192, 192), (192, 256)]),
        (lambda: inception_resnet_v2(layout="released"), [(32, 32, 64), (192, 192), (192, 256)]),
    ],
)
def test_the_branches_of_residual_blocks_put_out(build, widths):
    net = build()
    for stage, expected in zip("ABC", widths, strict=True):
        block = net.get_submodule(stage)[0]
        x = torch.zeros(0, block.expand.out_channels, 9, 9)
        assert tuple(branch(x).shape[1] for branch in block.branches.values()) == expected


def test_the_expansion_of_a_residual_block_has_a_bias_and_neither_normalisation_nor_relu():
    for block in inception_resnet_v1().modules():
        if isinstance(block, Residual):
            assert block.expand.bias is not None
            assert [name for name, _ in block.named_children()] == ["branches", "expand", "scale", "relu"]


def test_a_residual_block_adds_its_scaled_residual_and_rectifies_the_sum():
    torch.manual_seed(0)
    block = inception_resnet_v1().A[0].eval().double()
    for p in block.parameters():
        nn.init.normal_(p, std=0.3)
    x = torch.randn(1, 256, 5, 5, dtype=torch.float64)
    with torch.no_grad():
        residual = block.expand(block.branches(x))
        assert torch.allclose(block(x), (x + 0.17 * residual).relu(), rtol=0, atol=1e-12)
        assert not torch.allclose(block(x), (x + residual).relu(), rtol=0, atol=1e-3)


def test_the_released_network_neither_scales_nor_rectifies_its_last_block():
    *others, last = inception_resnet_v2(layout="released").C
    assert [block.scale.factor for block in others] == [0.2] * 9
    assert last.scale.factor == 1.0
    assert not any(isinstance(m, nn.ReLU) for m in [last.relu])


def kernels(module):
    return [m.kernel_size for m in module.modules() if isinstance(m, nn.Conv2d)]


def test_the_release_turns_some_kernels_round():
    drawn, released = inception_v4(), inception_v4(layout="released")
    assert kernels(drawn.stem.get_submodule("4a.7x7")) == [(1, 1), (7, 1), (1, 7), (3, 3)]
    assert kernels(released.stem.get_submodule("4a.7x7")) == [(1, 1), (1, 7), (7, 1), (3, 3)]
    assert kernels(drawn.B[0]["7x7x2"]) == [(1, 1), (1, 7), (7, 1), (1, 7), (7, 1)]
    assert kernels(released.B[0]["7x7x2"]) == [(1, 1), (7, 1), (1, 7), (7, 1), (1, 7)]
    assert kernels(drawn.B[0]["7x7"]) == kernels(released.B[0]["7x7"])
    assert kernels(drawn.C[0]["3x3x2"]) == [(1, 1), (1, 3), (3, 1), (1, 3), (3, 1)]
    assert kernels(released.C[0]["3x3x2"]) == [(1, 1), (3, 1), (1, 3), (1, 3), (3, 1)]


@pytest.mark.parametrize("build", [inception_v4, inception_resnet_v2])
def test_an_unknown_layout_is_refused_with_the_known_ones(build):
    with pytest.raises(ValueError, match="layout is 'slim'; use one of printed, released"):
        build(layout="slim")
