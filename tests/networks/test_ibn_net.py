"""IBN-Net against the sizes of the original networks and against public counts."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks import ibn_net
from cnnclaims.verifiers.networks.ibn_net import (
    InstanceBatchNorm,
    InstanceNorm,
    NormalisedSum,
    densenet121_ibn_a,
    densenet169_ibn_a,
    resnet18_ibn_a,
    resnet34_ibn_a,
    resnet50_ibn_a,
    resnet50_ibn_b,
    resnet101_ibn_a,
    resnext101_ibn_a,
    se_resnet101_ibn_a,
)
from cnnclaims.verifiers.networks.resnet import Add
from cnnclaims.verifiers.trace import uninitialised

SIZES = {
    "conv1": (64, 112, 112),
    "bn1": (64, 112, 112),
    "relu": (64, 112, 112),
    "maxpool": (64, 56, 56),
    "conv2_x": (256, 56, 56),
    "conv3_x": (512, 28, 28),
    "conv4_x": (1024, 14, 14),
    "conv5_x": (2048, 7, 7),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "fc": (1000,),
}
DENSE_SIZES = {
    "conv": (64, 112, 112),
    "conv_bn": (64, 112, 112),
    "conv_relu": (64, 112, 112),
    "maxpool": (64, 56, 56),
    "block1": (256, 56, 56),
    "transition1": (128, 28, 28),
    "block2": (512, 28, 28),
    "transition2": (256, 14, 14),
    "block3": (1024, 14, 14),
    "transition3": (512, 7, 7),
    "block4": (1024, 7, 7),
    "bn": (1024, 7, 7),
    "relu": (1024, 7, 7),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
    "fc": (1000,),
}


def built(network):
    with uninitialised():
        return network()


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


@pytest.mark.parametrize("network", [resnet50_ibn_a, resnet101_ibn_a, se_resnet101_ibn_a, resnet50_ibn_b])
def test_every_stage_has_the_size_of_the_residual_network(network):
    assert sizes(built(network)) == SIZES


def test_every_stage_of_resnext_has_its_size():
    assert sizes(built(resnext101_ibn_a)) == {name.removesuffix("_x"): size for name, size in SIZES.items()}


def test_every_stage_of_densenet_has_its_size():
    assert sizes(built(densenet121_ibn_a)) == DENSE_SIZES


# imgclsmob prints the counts of both forms of ResNet-50; the others are those of the original networks.
@pytest.mark.parametrize(
    ("network", "count"),
    [
        (resnet18_ibn_a, 11_689_512),
        (resnet34_ibn_a, 21_797_672),
        (resnet50_ibn_a, 25_557_032),
        (resnet50_ibn_b, 25_558_568),
        (resnet101_ibn_a, 44_549_160),
        (resnext101_ibn_a, 44_177_704),
        (se_resnet101_ibn_a, 49_326_872),
        (densenet121_ibn_a, 7_978_856),
        (densenet169_ibn_a, 14_149_480),
    ],
)
def test_parameters_are_those_of_the_public_counts(network, count):
    assert sum(parameter.numel() for parameter in built(network).parameters()) == count


def changed(net, kind):
    return [path for path, module in net.named_modules() if isinstance(module, kind)]


@pytest.mark.parametrize(
    ("network", "blocks"), [(resnet18_ibn_a, 6), (resnet50_ibn_a, 13), (resnext101_ibn_a, 30)]
)
def test_the_last_stage_is_as_before(network, blocks):
    paths = changed(built(network), InstanceBatchNorm)
    assert len(paths) == blocks
    assert not any(path.startswith("conv5") for path in paths)


def test_ibn_b_normalises_three_places():
    paths = changed(built(resnet50_ibn_b), InstanceNorm)
    assert paths == ["bn1", "conv2_x.2.add.instance", "conv3_x.3.add.instance"]


def test_every_third_layer_of_densenet_is_split_forty_to_sixty():
    net = built(densenet121_ibn_a)
    assert changed(net, InstanceBatchNorm)[:3] == [
        "block1.layer1.new.bn1",
        "block1.layer4.new.bn1",
        "block2.layer1.new.bn1",
    ]
    split = net.get_submodule("block1.layer1.new.bn1")
    assert (split.batch.num_features, split.instance.num_channels) == (38, 26)
    assert list(dict(net.get_submodule("block1.layer1.new").named_children()))[:2] == ["bn1", "relu1"]


def test_instance_normalisation_is_torchs_own():
    layer, other = InstanceNorm(5).double(), nn.InstanceNorm2d(5, affine=True).double()
    for one in (layer, other):
        with torch.no_grad():
            one.weight.copy_(torch.arange(1, 6))
            one.bias.copy_(torch.arange(5))
    x = torch.randn(3, 5, 7, 6, dtype=torch.float64)
    assert torch.allclose(layer(x), other(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("instance_first", [True, False])
def test_a_split_normalisation_sends_each_channel_to_its_own_side(instance_first):
    layer = InstanceBatchNorm(5, 2, instance_first).eval()  # running means are 0, running variances 1
    x = torch.randn(2, 5, 8, 8) + 3
    by_instance = layer(x).mean((2, 3)).abs() < 1e-5
    expected = [True, True, False, False, False]
    assert by_instance.tolist() == [expected if instance_first else expected[::-1]] * 2


def test_a_normalised_sum_normalises_behind_the_addition():
    layer = NormalisedSum(Add(), 2)
    x, y = torch.randn(2, 1, 2, 6, 6)
    assert torch.allclose(layer(x, y), InstanceNorm(2)(x + y))
    assert not torch.allclose(layer(x, y), InstanceNorm(2)(x) + InstanceNorm(2)(y))


def test_the_shallow_stages_are_the_first_three():
    assert ibn_net.IBN_A_STAGES == ("conv2_x", "conv3_x", "conv4_x")
