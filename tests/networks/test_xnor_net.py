"""The binary AlexNets against the layers of the authors' program."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.networks.xnor_net import BinaryConv2d, XnorConv2d, bwn_alexnet, signs, xnor_alexnet

STAGES = {
    "conv1": (96, 55, 55),
    "conv1_pool": (96, 27, 27),
    "conv2": (256, 27, 27),
    "conv2_pool": (256, 13, 13),
    "conv3": (384, 13, 13),
    "conv4": (384, 13, 13),
    "conv5": (256, 13, 13),
    "conv5_pool": (256, 6, 6),
    "fc6": (4096, 1, 1),
    "fc7": (4096, 1, 1),
    "fc8": (1000, 1, 1),
    "flatten": (1000,),
}


@pytest.mark.parametrize("build", [xnor_alexnet, bwn_alexnet])
def test_every_stage_has_its_size(build):
    with torch.device("meta"):
        net = build().eval()
        x = torch.zeros(1, *net.input_shape)
        found = {}
        for name, stage in net.named_children():
            x = stage(x)
            found[name] = tuple(x.shape[1:])
    assert {name: size for name, size in found.items() if not name.endswith(("bn", "relu"))} == STAGES


# AlexNet without groups has 62,378,344; here each normalised map adds two
@pytest.mark.parametrize(
    ("build", "maps"),
    [
        (xnor_alexnet, 96 + 96 + 256 + 384 + 384 + 256 + 4096 + 4096),
        (bwn_alexnet, 96 + 256 + 384 + 384 + 256 + 4096 + 4096),
    ],
)
def test_parameters_are_those_of_alexnet_without_groups_and_of_normalisation(build, maps):
    with torch.device("meta"):
        assert sum(p.numel() for p in build().parameters()) == 62_378_344 + 2 * maps


def test_normalisation_comes_before_binary_inputs_and_after_binary_weights():
    with torch.device("meta"):
        xnor, bwn = (list(dict(build().named_children())) for build in (xnor_alexnet, bwn_alexnet))
    assert xnor.index("conv2_bn") == xnor.index("conv2") - 1
    assert bwn.index("conv2_bn") == bwn.index("conv2") + 1


def test_a_binary_filter_is_its_signs_times_their_mean_size():
    layer = BinaryConv2d(1, 2, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[[1.0, -2.0], [3.0, -4.0]]], [[[1.0, 1.0], [1.0, -1.0]]]]))
    assert layer.binary().flatten(1).tolist() == [[2.5, -2.5, 2.5, -2.5], [1, 1, 1, -1]]


def test_an_xnor_convolution_scales_by_the_mean_size_of_its_window():
    layer = XnorConv2d(2, 1, 3, padding=0, input_scale=True)
    plain = XnorConv2d(2, 1, 3, padding=0, input_scale=False)
    plain.load_state_dict(layer.state_dict())
    image = torch.randn(1, 2, 3, 3)
    expected = F.conv2d(image.sign(), layer.binary(), layer.bias) * image.abs().mean()
    assert torch.allclose(layer(image), expected)
    assert torch.allclose(plain(image), F.conv2d(image.sign(), layer.binary(), layer.bias))


def test_the_gradient_of_a_sign_passes_between_minus_one_and_one():
    x = torch.tensor([-2.0, -0.5, 0.5, 2.0], requires_grad=True)
    out = signs(x)
    out.sum().backward()
    assert out.tolist() == [-1, -1, 1, 1]
    assert x.grad.tolist() == [0, 1, 1, 0]
