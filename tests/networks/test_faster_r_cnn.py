"""Region proposal networks against the paper's receptive fields and the sizes of the authors' release."""

import pytest
import torch

from cnnclaims.verifiers.networks.faster_r_cnn import rpn
from cnnclaims.verifiers.networks.vgg import vgg16
from cnnclaims.verifiers.trace import uninitialised

VGG16 = {
    "relu1_2": (64, 600, 1000),
    "relu2_2": (128, 300, 500),
    "relu3_3": (256, 150, 250),
    "relu4_3": (512, 75, 125),
    "relu5_3": (512, 38, 63),
    "rpn": (512, 38, 63),
}
ZF = {
    "conv1": (96, 300, 500),
    "pool1": (96, 151, 251),
    "conv2": (256, 76, 126),
    "pool2": (256, 39, 64),
    "conv3": (384, 39, 64),
    "conv4": (384, 39, 64),
    "conv5": (256, 39, 64),
    "rpn": (256, 39, 64),
}


def build(network=rpn, *arguments, **named):
    with uninitialised():
        return network(*arguments, **named)


@pytest.mark.parametrize(("backbone", "stages"), [("vgg16", VGG16), ("zf", ZF)], ids=["vgg16", "zf"])
def test_stages_have_the_sizes_of_the_release(backbone, stages):
    net = build(rpn, backbone)
    x, found = torch.zeros(0, *net.input_shape), {}
    for name, stage in net.named_children():
        if name not in ("scores", "boxes"):
            x = stage(x)
            found[name] = tuple(x.shape[1:])
    assert {name: found[name] for name in stages} == stages


@pytest.mark.parametrize("backbone", ["vgg16", "zf"])
def test_each_place_has_two_scores_and_four_numbers_of_a_box_for_nine_anchors(backbone):
    scores, boxes = build(rpn, backbone)(torch.zeros(0, 3, 64, 96))
    assert scores.shape[1:] == (18, *boxes.shape[2:])
    assert boxes.shape[1] == 36


def test_the_convolutions_are_those_of_vgg16():
    def shapes(net):
        return {
            name: tuple(parameter.shape)
            for name, parameter in net.named_parameters()
            if name.startswith("conv")
        }

    assert shapes(build()) == shapes(build(vgg16))


def test_parameters_are_counted_by_hand():
    heads = 512 * 512 * 9 + 512 + (512 + 1) * (18 + 36)
    assert sum(parameter.numel() for parameter in build().parameters()) == 14_714_688 + heads


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"backbone": "resnet"}, "backbone is 'resnet'; use 'vgg16' or 'zf'"),
        ({"anchors": 0}, "anchors is 0; use at least 1"),
        ({"height": 8}, "height is 8; use at least 32"),
        ({"width": 8}, "width is 8; use at least 32"),
    ],
)
def test_a_bad_argument_is_refused(named, message):
    with pytest.raises(ValueError, match=message):
        rpn(**named)
