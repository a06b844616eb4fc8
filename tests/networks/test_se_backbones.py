"""SE blocks in VGG, Inception and MobileNet against the released model and against counts by hand."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.inception_v2 import bn_inception
from cnnclaims.verifiers.networks.inception_v4 import inception_resnet_v2
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.se_backbones import (
    se_bn_inception,
    se_inception_resnet_v2,
    se_mobilenet_v1,
    se_vgg16_bn,
    vgg16_bn,
)
from cnnclaims.verifiers.networks.senet import SqueezeExcitation
from cnnclaims.verifiers.trace import uninitialised

POOLS = {
    "pool1": (64, 112, 112),
    "pool2": (128, 56, 56),
    "pool3": (256, 28, 28),
    "pool4": (512, 14, 14),
    "pool5": (512, 7, 7),
    "flatten": (25088,),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
}


def built(network, *arguments, **named):
    with uninitialised():
        return network(*arguments, **named)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


def gated(net):
    """Channels of every SE block, in the order of the network."""
    return [module.fc2.out_features for module in net.modules() if isinstance(module, SqueezeExcitation)]


def added(channels):
    """Parameters of SE blocks for these channels, by hand: two layers with biases, 16 times narrower inside."""
    return sum(2 * c * (c // 16) + c // 16 + c for c in channels)


def test_vgg_16_with_normalisation_has_the_sizes_of_vgg_and_torchvision_s_count():
    net = built(vgg16_bn)
    assert {name: size for name, size in sizes(net).items() if name in POOLS} == POOLS
    assert params(net) == 138_365_992


def test_every_convolution_of_vgg_has_an_se_block_behind_its_relu():
    net = built(se_vgg16_bn)
    assert gated(net) == [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    assert params(net) - 138_365_992 == added(gated(net))
    names = list(dict(net.named_children()))
    assert names[:4] == ["conv1_1", "bn1_1", "relu1_1", "se1_1"]
    assert {name: size for name, size in sizes(net).items() if name in POOLS} == POOLS


def test_every_module_of_bn_inception_has_the_se_block_of_the_release():
    net, plain = built(se_bn_inception), built(bn_inception, stem="dense", projection=128)
    assert gated(net) == [256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024]
    assert [c // 16 for c in gated(net)] == [16, 20, 36, 36, 36, 38, 38, 66, 64, 64]
    assert params(net) - params(plain) == added(gated(net))
    found = sizes(net)
    for name in ("3a", "3c", "4e", "5b"):
        assert found[f"{name}_se"] == found[name]
    assert found["5b_se"] == (1024, 7, 7)


def test_every_residual_module_of_inception_resnet_is_gated_before_its_sum():
    net, plain = built(se_inception_resnet_v2), built(inception_resnet_v2, layout="released")
    assert gated(net) == [320] * 10 + [1088] * 20 + [2080] * 10
    assert params(net) - params(plain) == added(gated(net))
    assert sizes(net) == sizes(plain)


def test_every_separable_pair_of_mobilenet_has_an_se_block_behind_it():
    net, plain = built(se_mobilenet_v1), built(mobilenet_v1)
    assert gated(net) == [64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]
    assert params(net) - params(plain) == added(gated(net))
    assert sizes(net) == sizes(plain)
    assert isinstance(list(net.conv7.children())[-1], SqueezeExcitation)


@pytest.mark.parametrize("network", [se_vgg16_bn, se_bn_inception, se_inception_resnet_v2, se_mobilenet_v1])
def test_a_reduction_beyond_the_channels_is_refused(network):
    with pytest.raises(ValueError, match="reduction is 5000; use at most the"):
        built(network, reduction=5000)


def test_the_linear_layers_of_vgg_follow_the_classes():
    assert isinstance(built(vgg16_bn, classes=10).fc8, nn.Linear)
    assert built(vgg16_bn, classes=10).fc8.out_features == 10
