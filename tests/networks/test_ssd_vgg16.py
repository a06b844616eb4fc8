"""SSD on VGG-16 against the sizes of its maps and public counts."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.ssd_vgg16 import ssd_vgg16
from cnnclaims.verifiers.trace import trace, uninitialised

SIDES = {300: (38, 19, 10, 5, 3, 1), 512: (64, 32, 16, 8, 4, 2, 1)}
ANCHORS = {300: (4, 6, 6, 6, 4, 4), 512: (4, 6, 6, 6, 6, 4, 4)}


def run(**arguments):
    with uninitialised():
        return trace(ssd_vgg16(**arguments))


@pytest.mark.parametrize("resolution", SIDES)
def test_every_map_gives_boxes_and_classes(resolution):
    found = run(resolution=resolution)
    shapes = [found.nodes[index].shape for index in found.output]
    pairs = list(zip(ANCHORS[resolution], SIDES[resolution], strict=True))
    boxes = [(4 * a, s, s) for a, s in pairs]
    assert shapes == boxes + [(81 * a, s, s) for a, s in pairs]


def test_the_300_pixels_see_8732_boxes():
    assert sum(a * s * s for a, s in zip(ANCHORS[300], SIDES[300], strict=True)) == 8732


def test_parameters_are_the_public_ones():
    assert params(run(classes=90)) == 35_641_826  # torchvision's ssd300_vgg16
    assert params(run(classes=20)) == 26_285_486


def test_multiply_adds_are_the_public_ones():
    assert round(macs(run(classes=90)) / 1e9, 2) == 34.86  # torchvision's ssd300_vgg16


def test_conv4_3_is_brought_to_the_same_length_everywhere():
    with uninitialised():
        net = ssd_vgg16(classes=2)
    lengths = net.l2norm(torch.rand(1, 512, 3, 3)).norm(dim=1)
    assert torch.allclose(lengths, torch.full_like(lengths, 20.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 320}, "resolution is 320; use 300 or 512"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        ssd_vgg16(**arguments)
