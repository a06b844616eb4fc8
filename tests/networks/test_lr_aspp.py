"""Segmentation networks of MobileNetV3: sizes of the maps, and parameters by hand."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import params
from cnnclaims.verifiers.networks.lr_aspp import lr_aspp
from cnnclaims.verifiers.trace import trace, uninitialised

# Backbone: channels of the last map, half of them, channels inside the finer block
BACKBONES = {
    "mobilenet_v2": (320, 160, 192),
    "mobilenet_v3_large": (960, 480, 120),
    "mobilenet_v3_small": (576, 288, 88),
}


def run(*arguments, **named):
    with uninitialised():
        return trace(lr_aspp(*arguments, **named))


@pytest.mark.parametrize(("backbone", "channels"), BACKBONES.items())
def test_the_maps_have_the_output_stride_and_the_classes_the_image_s_size(backbone, channels):
    found = run(backbone)
    last = [path for path in found.layers if path and "." not in path][-2]
    assert found.layers[last].shape == (channels[1], 33, 65)
    assert found.layers["head.finer_logits"].shape == (19, 65, 129)
    assert found.nodes[found.output[0]].shape == (19, 513, 1025)


def test_at_stride_32_the_map_is_half_as_large():
    assert run(output_stride=32).layers["conv2"].shape == (480, 17, 33)


@pytest.mark.parametrize(("backbone", "channels"), BACKBONES.items())
@pytest.mark.parametrize("filters", [128, 256])
def test_the_head_is_that_of_a_count_by_hand(backbone, channels, filters):
    _, c, finer = channels
    lite = c * filters + 2 * filters + c * filters + filters + filters * 19 + 19 + finer * 19 + 19
    assert params(run(backbone, filters=filters), "head") == lite
    plain = 2 * c * filters + 2 * filters * filters + 3 * 2 * filters + filters * 19 + 19
    assert params(run(backbone, "R-ASPP", filters), "head") == plain


def test_the_whole_last_block_is_the_classifier_s():
    from cnnclaims.verifiers.networks.mobilenet_v3 import mobilenet_v3_large

    found = run(halved=False)
    with uninitialised():
        whole = trace(mobilenet_v3_large())
    behind = params(whole, "conv3") + params(whole, "conv4")
    assert params(found) - params(found, "head") == params(whole) - behind


def test_halving_keeps_the_inner_width_of_mobilenet_v2_s_first_block_only():
    with uninitialised():
        net = lr_aspp("mobilenet_v2")
    inner = [block.depthwise.conv.out_channels for block in [*net.bottleneck6, *net.bottleneck7]]
    assert inner == [576, 480, 480, 480]


def test_a_large_map_is_gated_in_places_and_a_small_one_as_a_whole():
    large, small = run(height=1025), run(height=513)
    assert large.layers["head.pooled"].shape == (128, 2, 5)
    assert small.layers["head.pooled"].shape == (128, 1, 1)


def test_it_runs_on_a_real_image():
    net = lr_aspp("mobilenet_v3_small", height=65, classes=3).eval()
    with torch.no_grad():
        assert net(torch.randn(1, 3, 65, 129)).shape == (1, 3, 65, 129)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backbone": "vgg16"}, "backbone is 'vgg16'; use one of mobilenet_v2"),
        ({"head": "ASPP"}, "head is 'ASPP'; use 'LR-ASPP' or 'R-ASPP'"),
        ({"output_stride": 8}, "output_stride is 8; use 16 or 32"),
        ({"width": 0}, "are above 0"),
        ({"filters": 0}, "are above 0"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        lr_aspp(**arguments)
