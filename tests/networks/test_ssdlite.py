"""The detectors against the sizes of their maps and against counts by hand."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.ssdlite import (
    ssdlite_mnasnet_a1,
    ssdlite_mobilenet_v1,
    ssdlite_mobilenet_v2,
    ssdlite_mobilenet_v3_large,
    ssdlite_mobilenet_v3_small,
)
from cnnclaims.verifiers.trace import trace, uninitialised

SIDES = (20, 10, 5, 3, 2, 1)
BUILT = {
    "mobilenet_v1": (ssdlite_mobilenet_v1, {}, 512, 1024),
    "mobilenet_v2": (ssdlite_mobilenet_v2, {}, 576, 1280),
    "mobilenet_v2 at 0.5": (ssdlite_mobilenet_v2, {"width": 0.5}, 288, 640),
    "mobilenet_v2 with SSD": (ssdlite_mobilenet_v2, {"lite": False}, 576, 1280),
    "mnasnet_a1": (ssdlite_mnasnet_a1, {}, 672, 1280),
    "mobilenet_v3_large": (ssdlite_mobilenet_v3_large, {}, 672, 960),
    "mobilenet_v3_large, reduced": (ssdlite_mobilenet_v3_large, {"reduced": True}, 672, 480),
    "mobilenet_v3_small": (ssdlite_mobilenet_v3_small, {}, 288, 576),
    "mobilenet_v3_small, reduced": (ssdlite_mobilenet_v3_small, {"reduced": True}, 288, 288),
}


def run(build, **arguments):
    with uninitialised():
        return trace(build(**arguments))


@pytest.mark.parametrize("name", BUILT)
def test_six_maps_give_boxes_and_classes(name):
    build, arguments, c4, c5 = BUILT[name]
    found = run(build, **arguments)
    shapes = [found.nodes[index].shape for index in found.output]
    anchors = (3, 6, 6, 6, 6, 6)
    assert shapes[:6] == [(4 * a, side, side) for a, side in zip(anchors, SIDES, strict=True)]
    assert shapes[6:] == [(81 * a, side, side) for a, side in zip(anchors, SIDES, strict=True)]
    assert found.layers["c4"].shape == (c4, 20, 20)
    last_stage = [path for path in found.layers if path and "." not in path][-2]
    assert found.layers[last_stage].shape == (c5, 10, 10)


def test_the_layers_of_ssd_are_those_of_a_count_by_hand():
    maps = (576, 1280, 512, 256, 256, 128)
    outputs = (3 * 85, *[6 * 85] * 5)
    extras = ((1280, 256, 512), (512, 128, 256), (256, 128, 256), (256, 64, 128))
    full = sum(9 * c * out + out for c, out in zip(maps, outputs, strict=True))
    full += sum(c * half + 9 * half * out + 2 * (half + out) for c, half, out in extras)
    assert params(run(ssdlite_mobilenet_v2, lite=False), "ssd") == full
    lite = sum(2 * (9 * c + 2 * c) + c * out + out for c, out in zip(maps, outputs, strict=True))
    lite += sum(c * half + 9 * half + half * out + 2 * (2 * half + out) for c, half, out in extras)
    assert params(run(ssdlite_mobilenet_v2), "ssd") == lite


def test_the_network_before_the_layers_of_ssd_is_the_classifier_s():
    from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2

    found = run(ssdlite_mobilenet_v2)
    with uninitialised():
        whole = trace(mobilenet_v2(resolution=320, classes=None))
    assert params(found) - params(found, "ssd") == params(whole)
    assert macs(found) - macs(found, "ssd") == macs(whole)


def test_it_runs_and_trains_on_real_images():
    net = ssdlite_mobilenet_v3_small(classes=2)
    found = net(torch.randn(2, 3, 320, 320))
    sum(x.sum() for x in found).backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (ssdlite_mobilenet_v2, {"width": 0}, "width is 0; use a number above 0"),
        (ssdlite_mnasnet_a1, {"width": -1}, "width is -1; use a number above 0"),
        (ssdlite_mobilenet_v1, {"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
