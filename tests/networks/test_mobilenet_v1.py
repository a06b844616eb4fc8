"""MobileNet v1 against Table 1 and against public counts of the rebuilt network."""

import pytest
import torch

from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1

TABLE_1 = {
    "conv1": (32, 112, 112),
    "conv2": (64, 112, 112),
    "conv3": (128, 56, 56),
    "conv4": (128, 56, 56),
    "conv5": (256, 28, 28),
    "conv6": (256, 28, 28),
    "conv7": (512, 14, 14),
    "conv8": (512, 14, 14),
    "conv9": (512, 14, 14),
    "conv10": (512, 14, 14),
    "conv11": (512, 14, 14),
    "conv12": (512, 14, 14),
    "conv13": (1024, 7, 7),
    "conv14": (1024, 7, 7),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
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


def test_every_stage_has_the_size_of_table_1():
    assert sizes(mobilenet_v1()) == TABLE_1


def test_the_full_convolution_twin_has_the_same_sizes():
    assert sizes(mobilenet_v1(conv="full")) == TABLE_1


def test_the_shallow_network_lacks_the_five_equal_pairs_and_keeps_the_other_names():
    left = {name: size for name, size in TABLE_1.items() if name not in {f"conv{i}" for i in range(8, 13)}}
    assert sizes(mobilenet_v1(shallow=True)) == left


@pytest.mark.parametrize(("resolution", "last_map"), [(224, 7), (192, 6), (160, 5), (128, 4)])
def test_the_resolution_multiplier_shrinks_every_map(resolution, last_map):
    net = mobilenet_v1(resolution=resolution)
    assert net.input_shape == (3, resolution, resolution)
    assert sizes(net)["conv1"] == (32, resolution // 2, resolution // 2)
    assert sizes(net)["conv14"] == (1024, last_map, last_map)


@pytest.mark.parametrize("resolution", [32, 33, 47, 225])
def test_odd_maps_are_halved_and_rounded_up(resolution):
    side = resolution
    for _ in range(5):
        side = -(-side // 2)
    assert sizes(mobilenet_v1(resolution=resolution))["conv14"] == (1024, side, side)


# osmr/imgclsmob, gluon/README.md: the same network rebuilt, with normalisation and the bias of the classifier
@pytest.mark.parametrize(
    ("width", "expected"), [(1.0, 4_231_976), (0.75, 2_585_560), (0.5, 1_331_592), (0.25, 470_072)]
)
def test_parameters_are_those_of_the_public_list(width, expected):
    assert params(mobilenet_v1(width=width)) == expected


def test_the_width_multiplier_spares_the_image_and_the_classes():
    net = mobilenet_v1(width=0.25)
    assert net.conv1.conv.in_channels == 3
    assert net.conv1.conv.out_channels == 8
    assert (net.fc.in_features, net.fc.out_features) == (256, 1000)


def test_a_layer_keeps_at_least_eight_channels():
    assert mobilenet_v1(width=0.01).conv3.pw.out_channels == 8


def test_the_resolution_changes_no_parameter():
    assert params(mobilenet_v1(resolution=128)) == params(mobilenet_v1())


def test_without_classes_the_network_ends_in_the_pooled_features():
    net = mobilenet_v1(classes=None)
    assert "fc" not in dict(net.named_children())
    assert sizes(net)["flatten"] == (1024,)
    assert params(mobilenet_v1()) - params(net) == 1024 * 1000 + 1000


def test_the_stride_sits_in_the_depthwise_layer_and_the_last_one_has_none():
    net = mobilenet_v1()
    strides = [stage.dw.stride[0] for name, stage in net.named_children() if hasattr(stage, "dw")]
    assert strides == [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    assert all(stage.pw.stride == (1, 1) for _, stage in net.named_children() if hasattr(stage, "pw"))


def test_it_runs_and_trains_on_real_images():
    net = mobilenet_v1(width=0.25, resolution=32, classes=5)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_it_builds_and_runs_on_meta():
    with torch.device("meta"):
        net = mobilenet_v1()
        assert net(torch.zeros(1, *net.input_shape)).shape == (1, 1000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width is 0; use a number above 0"),
        ({"width": -0.5}, "width is -0.5; use a number above 0"),
        ({"resolution": 0}, "resolution is 0; use pixels"),
        ({"conv": "half"}, "conv is 'half'; use 'separable' or 'full'"),
        ({"classes": 0}, "classes is 0; use at least 1, or None"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        mobilenet_v1(**arguments)
