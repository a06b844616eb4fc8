"""MobileNetV3 against Tables 1 and 2 and against public counts of the rebuilt networks."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.mobilenet_v3 import (
    LARGE,
    SMALL,
    HardSwish,
    halved,
    mobilenet_v3_large,
    mobilenet_v3_small,
)
from cnnclaims.verifiers.trace import trace, uninitialised

TABLE_1 = {
    "conv1": (16, 112, 112),
    "bneck1": (16, 112, 112),
    "bneck2": (24, 56, 56),
    "bneck3": (24, 56, 56),
    "bneck4": (40, 28, 28),
    "bneck5": (40, 28, 28),
    "bneck6": (40, 28, 28),
    "bneck7": (80, 14, 14),
    "bneck8": (80, 14, 14),
    "bneck9": (80, 14, 14),
    "bneck10": (80, 14, 14),
    "bneck11": (112, 14, 14),
    "bneck12": (112, 14, 14),
    "bneck13": (160, 7, 7),
    "bneck14": (160, 7, 7),
    "bneck15": (160, 7, 7),
    "conv2": (960, 7, 7),
    "pool": (960, 1, 1),
    "conv3": (1280, 1, 1),
    "dropout": (1280, 1, 1),
    "conv4": (1000, 1, 1),
    "flatten": (1000,),
}
TABLE_2 = {
    "conv1": (16, 112, 112),
    "bneck1": (16, 56, 56),
    "bneck2": (24, 28, 28),
    "bneck3": (24, 28, 28),
    "bneck4": (40, 14, 14),
    "bneck5": (40, 14, 14),
    "bneck6": (40, 14, 14),
    "bneck7": (48, 14, 14),
    "bneck8": (48, 14, 14),
    "bneck9": (96, 7, 7),
    "bneck10": (96, 7, 7),
    "bneck11": (96, 7, 7),
    "conv2": (576, 7, 7),
    "pool": (576, 1, 1),
    "conv3": (1024, 1, 1),
    "dropout": (1024, 1, 1),
    "conv4": (1000, 1, 1),
    "flatten": (1000,),
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


def test_every_stage_of_large_has_the_size_of_table_1():
    assert sizes(built(mobilenet_v3_large)) == TABLE_1


def test_every_stage_of_small_has_the_size_of_table_2():
    assert sizes(built(mobilenet_v3_small)) == TABLE_2


@pytest.mark.parametrize(("build", "table"), [(mobilenet_v3_large, LARGE), (mobilenet_v3_small, SMALL)])
def test_the_inner_widths_are_the_exp_sizes_of_the_table(build, table):
    net = built(build)
    widths = [getattr(net, f"bneck{i}").depthwise.conv.out_channels for i in range(1, len(table) + 1)]
    assert widths == [row.exp_size for row in table]


# torchvision and d-li14/mobilenetv3.pytorch
@pytest.mark.parametrize(
    ("build", "width", "expected"),
    [
        (mobilenet_v3_large, 1.0, 5_483_032),
        (mobilenet_v3_small, 1.0, 2_542_856),
        (mobilenet_v3_large, 0.75, 3_993_528),
        (mobilenet_v3_small, 0.75, 2_041_872),
    ],
)
def test_parameters_are_the_public_ones(build, width, expected):
    assert params(built(build, width)) == expected


# d-li14/mobilenetv3.pytorch prints 216.6, 154.57, 56.52 and 43.4 M
@pytest.mark.parametrize(
    ("build", "width", "expected"),
    [
        (mobilenet_v3_large, 1.0, 216.59),
        (mobilenet_v3_large, 0.75, 154.56),
        (mobilenet_v3_small, 1.0, 56.51),
        (mobilenet_v3_small, 0.75, 43.40),
    ],
)
def test_multiply_adds_are_the_public_ones(build, width, expected):
    assert round(macs(trace(built(build, width))) / 1e6, 2) == expected


def test_the_layer_behind_the_pooling_keeps_its_width():
    assert built(mobilenet_v3_large, 0.5).conv3[0].out_channels == 1280
    assert built(mobilenet_v3_small, 0.5, feature_layer=1280).conv3[0].out_channels == 1280


def test_minimalistic_networks_have_no_squeeze_no_h_swish_and_no_wide_kernel():
    for build in (mobilenet_v3_large, mobilenet_v3_small):
        net = built(build, minimalistic=True)
        assert not [
            path
            for path, module in net.named_modules()
            if path.endswith(".se") or "HardS" in type(module).__name__
        ]
        kernels = {module.kernel_size[0] for module in net.modules() if isinstance(module, torch.nn.Conv2d)}
        assert kernels == {1, 3}


def test_the_original_last_stage_ends_in_1280_channels_at_7x7():
    found = sizes(built(mobilenet_v3_large, last_stage="original"))
    assert found["bneck16"] == (320, 7, 7)
    assert found["conv2"] == (1280, 7, 7)
    assert "conv3" not in found


def test_halving_spares_the_map_of_stride_16():
    rows = halved(LARGE, expansion_too=False)
    assert [row.out for row in rows[11:]] == [112, 80, 80, 80]
    assert [row.exp_size for row in rows[11:]] == [672, 672, 480, 480]
    assert halved(LARGE, expansion_too=True)[12].exp_size == 336
    assert [row.exp_size for row in halved(SMALL, expansion_too=True)[8:]] == [144, 288, 288]


def test_h_swish_is_nothing_below_minus_three_and_x_above_three():
    x = torch.tensor([-9.0, -3.0, 0.0, 3.0, 9.0])
    assert HardSwish()(x).tolist() == [0.0, 0.0, 0.0, 3.0, 9.0]


def test_it_runs_and_trains_on_real_images():
    net = mobilenet_v3_small(0.35, resolution=32, classes=5)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (mobilenet_v3_large, {"width": 0}, "width is 0; use a number above 0"),
        (mobilenet_v3_small, {"resolution": 0}, "resolution is 0; use pixels"),
        (mobilenet_v3_large, {"last_stage": "old"}, "last_stage is 'old'; use 'efficient' or 'original'"),
        (mobilenet_v3_large, {"first": 0}, "first is 0; use at least 1"),
        (mobilenet_v3_small, {"feature_layer": 0}, "feature_layer is 0; use at least 1"),
        (mobilenet_v3_small, {"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
