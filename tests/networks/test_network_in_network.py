"""Network In Network against the authors' definitions and against public counts of the rebuilt networks."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.network_in_network import nin_cifar, nin_imagenet, nin_mnist, nin_svhn

SIZES = {
    nin_cifar: {
        "mlpconv1": (96, 32, 32),
        "pool1": (96, 16, 16),
        "dropout1": (96, 16, 16),
        "mlpconv2": (192, 16, 16),
        "pool2": (192, 8, 8),
        "dropout2": (192, 8, 8),
        "mlpconv3": (10, 8, 8),
        "poolg": (10, 1, 1),
        "flatten": (10,),
    },
    nin_svhn: {
        "mlpconv1": (64, 32, 32),
        "pool1": (64, 16, 16),
        "dropout1": (64, 16, 16),
        "mlpconv2": (128, 16, 16),
        "pool2": (128, 8, 8),
        "dropout2": (128, 8, 8),
        "mlpconv3": (10, 8, 8),
        "poolg": (10, 1, 1),
        "flatten": (10,),
    },
    nin_mnist: {
        "mlpconv1": (48, 28, 28),
        "pool1": (48, 14, 14),
        "dropout1": (48, 14, 14),
        "mlpconv2": (48, 14, 14),
        "pool2": (48, 7, 7),
        "dropout2": (48, 7, 7),
        "mlpconv3": (10, 7, 7),
        "poolg": (10, 1, 1),
        "flatten": (10,),
    },
    nin_imagenet: {
        "mlpconv1": (96, 54, 54),
        "pool1": (96, 27, 27),
        "mlpconv2": (256, 27, 27),
        "pool2": (256, 13, 13),
        "mlpconv3": (384, 13, 13),
        "pool3": (384, 6, 6),
        "dropout3": (384, 6, 6),
        "mlpconv4": (1000, 6, 6),
        "poolg": (1000, 1, 1),
        "flatten": (1000,),
    },
}
# Weights and biases of the convolutions and 1 x 1 layers, worked out from the definition file of CIFAR-10
CIFAR_LAYERS = {
    "mlpconv1.conv1": 14_592,
    "mlpconv1.cccp1": 30_880,
    "mlpconv1.cccp2": 15_456,
    "mlpconv2.conv2": 460_992,
    "mlpconv2.cccp3": 37_056,
    "mlpconv2.cccp4": 37_056,
    "mlpconv3.conv3": 331_968,
    "mlpconv3.cccp5": 37_056,
    "mlpconv3.cccp6": 1_930,
}
BUILDERS = list(SIZES)


def params(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("build", BUILDERS)
def test_every_stage_has_the_size_of_the_definition(build):
    net = build()
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert found == SIZES[build]


def test_every_layer_for_cifar_10_has_its_parameters():
    found = {name: params(m) for name, m in nin_cifar().named_modules() if isinstance(m, nn.Conv2d)}
    assert found == CIFAR_LAYERS


def test_totals_are_the_public_ones():
    assert params(nin_cifar()) == 966_986
    assert params(nin_cifar(classes=100)) == 984_356


def test_totals_of_the_other_networks_are_the_sums_of_their_layers():
    svhn = (9_728, 12_384, 6_208, 512_320, 82_176, 32_896, 1_229_184, 98_560, 2_570)
    mnist = (2_496, 6_208, 3_120, 153_728, 12_384, 4_656, 153_728, 12_384, 970)
    assert params(nin_svhn()) == sum(svhn)
    assert params(nin_mnist()) == sum(mnist)
    assert params(nin_imagenet()) == 7_595_176


@pytest.mark.parametrize("build", BUILDERS)
def test_every_convolution_is_followed_by_a_rectifier(build):
    modules = [m for m in build().modules() if isinstance(m, nn.Conv2d | nn.ReLU)]
    assert [type(m) for m in modules] == [nn.Conv2d, nn.ReLU] * (len(modules) // 2)


def test_without_dropout_there_are_no_such_layers_and_as_many_parameters():
    net = nin_cifar(dropout=0)
    assert not [m for m in net.modules() if isinstance(m, nn.Dropout)]
    assert params(net) == 966_986


@pytest.mark.parametrize("build", BUILDERS)
def test_it_runs_and_trains_on_real_images(build):
    net = build()
    out = net(torch.rand(2, *net.input_shape))
    assert out.shape[0] == 2
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize("build", BUILDERS)
def test_bad_arguments_are_refused_with_a_repair(build):
    with pytest.raises(ValueError, match="classes is 0; use a whole number of at least 1"):
        build(classes=0)
    with pytest.raises(ValueError, match=r"dropout is 1; use a probability below 1, such as the paper's 0.5"):
        build(dropout=1)
