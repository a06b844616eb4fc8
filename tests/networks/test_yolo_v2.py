"""YOLOv2 against the sizes of its maps and public counts."""

import pytest
import torch

from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.yolo_v2 import Stack, yolo_v2
from cnnclaims.verifiers.trace import trace, uninitialised

STAGES = {
    "conv1": (32, 416, 416),
    "conv2": (64, 208, 208),
    "conv3": (128, 104, 104),
    "conv4": (256, 52, 52),
    "conv5": (512, 26, 26),
    "conv6": (1024, 13, 13),
    "conv7": (1024, 13, 13),
    "passthrough": (2048, 13, 13),
    "concat": (3072, 13, 13),
    "conv8": (1024, 13, 13),
    "conv9": (425, 13, 13),
}


def run(**arguments):
    with uninitialised():
        return trace(yolo_v2(**arguments))


def test_every_stage_has_its_size():
    found = run()
    assert {name: found.layers[name].shape for name in STAGES} == STAGES


def test_the_later_models_pass_64_channels():
    found = run(passthrough=64)
    assert found.layers["passthrough"].shape == (256, 13, 13)
    assert params(found) == 50_962_889


# darknet prints 29.47 G operations for the model with 64 channels at 416 pixels, two a multiply-add
def test_multiply_adds_are_half_of_the_operations_that_darknet_prints():
    assert round(2 * macs(run(passthrough=64)) / 1e9, 2) == 29.46


def test_four_places_are_stacked_and_none_is_lost():
    x = torch.arange(32.0).reshape(1, 2, 4, 4)
    y = Stack()(x)
    assert y.shape == (1, 8, 2, 2)
    assert sorted(y.flatten().tolist()) == x.flatten().tolist()
    assert y[0, :, 0, 0].tolist() == [0, 16, 1, 17, 4, 20, 5, 21]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 400}, "resolution is 400; use a multiple of 32"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        yolo_v2(**arguments)
