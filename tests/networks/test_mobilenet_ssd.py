"""SSD300 on MobileNet v1 against its release."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.mobilenet_ssd import ssd300_mobilenet
from cnnclaims.verifiers.trace import trace, uninitialised


def built(**arguments):
    with uninitialised():
        return ssd300_mobilenet(**arguments)


def test_the_six_maps_have_19_10_5_3_2_and_1_places_a_side():
    found = built()(torch.zeros(0, 3, 300, 300))
    anchors = [3, 6, 6, 6, 6, 6]
    places = [19, 10, 5, 3, 2, 1]
    expected = [(4 * a, side, side) for a, side in zip(anchors, places, strict=True)]
    assert [x.shape[1:] for x in found[:6]] == expected
    assert [x.shape[1:] for x in found[6:]] == [(21 * c // 4, *side) for c, *side in expected]


def test_the_boxes_are_the_1917_of_the_release():
    found = built()(torch.zeros(0, 3, 300, 300))
    assert sum(x.shape[1] // 4 * x.shape[2] * x.shape[3] for x in found[:6]) == 1917


def test_weights_without_normalisation_are_5_77_million():
    weights = sum(layer.weight.numel() for layer in built().modules() if isinstance(layer, nn.Conv2d))
    assert round(weights / 1e6, 2) == 5.77


def test_multiply_adds_are_1_15_billion():
    assert sum(node.macs for node in trace(built()).nodes) == 1_148_479_168


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        ssd300_mobilenet(classes=0)
