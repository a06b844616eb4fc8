"""DeepLabv3 on mobile networks: sizes of the maps, and parameters by hand."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.mobile_deeplab_v3 import SCALES, DeepLab, mobile_deeplab_v3
from cnnclaims.verifiers.trace import trace, uninitialised

CHANNELS = {"mobilenet_v1": 1024, "mobilenet_v2": 320, "resnet101": 2048}
LAST = {"mobilenet_v1": "conv14", "mobilenet_v2": "bottleneck7", "resnet101": "conv5_x"}


def run(*arguments, **named):
    with uninitialised():
        return trace(mobile_deeplab_v3(*arguments, **named))


@pytest.mark.parametrize("backbone", CHANNELS)
@pytest.mark.parametrize(("output_stride", "side"), [(16, 33), (8, 65)])
def test_the_last_map_has_the_output_stride(backbone, output_stride, side):
    found = run(backbone, True, output_stride)
    assert found.layers[LAST[backbone]].shape == (CHANNELS[backbone], side, side)
    assert found.layers["head"].shape == (21, side, side)
    assert found.nodes[found.output[0]].shape == (21, 513, 513)


@pytest.mark.parametrize("backbone", CHANNELS)
def test_the_output_stride_changes_no_parameter(backbone):
    assert params(run(backbone, True, 8)) == params(run(backbone, True, 16))


@pytest.mark.parametrize(("backbone", "c"), CHANNELS.items())
def test_the_head_is_that_of_a_count_by_hand(backbone, c):
    plain = 2 * 256 * c + 2 * 256 * 256 + 3 * 2 * 256 + 256 * 21 + 21
    branches = 3 * (9 * c * 256 + 2 * 256) + 3 * 256 * 256
    assert params(run(backbone), "head") == plain
    assert params(run(backbone, True), "head") == plain + branches


def test_resnet_101_is_the_public_one_but_for_its_first_convolutions():
    found = run("resnet101")
    public = 44_549_160 - 2048 * 1000 - 1000  # torchvision's, without the classifier
    first = 9 * (3 * 64 + 64 * 64 + 64 * 128) + 2 * (64 + 64 + 128) - (49 * 3 * 64 + 2 * 64)
    wider = 64 * (64 + 256)  # the first block reads 128 channels, not 64
    assert params(found) - params(found, "head") == public + first + wider


def test_strides_that_are_taken_out_become_dilations():
    with uninitialised():
        net = mobile_deeplab_v3(output_stride=8)
    rates = [
        block.depthwise.conv.dilation[0]
        for name in ("bottleneck4", "bottleneck5")
        for block in getattr(net, name)
    ]
    assert rates == [1, 2, 2, 2, 2, 2, 2]
    assert [block.depthwise.conv.dilation[0] for block in net.bottleneck6] == [2, 4, 4]
    assert all(block.depthwise.conv.stride == (1, 1) for block in net.bottleneck6)


def test_twelve_images_cost_what_their_sizes_cost():
    single = sum(macs(run(output_stride=8, resolution=side)) for side in (257, 385, 513, 641, 769, 897))
    assert macs(run(output_stride=8, multi_scale=True)) == 2 * single


def test_twelve_images_give_mirrored_classes_for_a_mirrored_image():
    net = DeepLab({"conv": torch.nn.Conv2d(3, 4, 3, padding=1)}, input_shape=(3, 65, 65))
    net.scales = SCALES
    x = torch.randn(1, 3, 65, 65)
    with torch.no_grad():
        assert torch.allclose(net(x.flip(3)), net(x).flip(3), atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backbone": "vgg16"}, "backbone is 'vgg16'; use one of mobilenet_v1"),
        ({"output_stride": 32}, "output_stride is 32; use 16 or 8"),
        ({"resolution": 1}, "resolution is 1; use at least 33"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        mobile_deeplab_v3(**arguments)
