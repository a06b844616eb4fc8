"""SE-ResNet and SE-ResNeXt against Table 1 and against public counts."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.networks.senet import (
    POSITIONS,
    SEBottleneck,
    SqueezeExcitation,
    se_resnet50,
    se_resnet101,
    se_resnet152,
    se_resnext50_32x4d,
    se_resnext101_32x4d,
)
from cnnclaims.verifiers.trace import trace, uninitialised

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


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


# The counts of the released models, as pretrainedmodels and imgclsmob build them.
@pytest.mark.parametrize(
    ("network", "count"),
    [
        (se_resnet50, 28_088_024),
        (se_resnet101, 49_326_872),
        (se_resnet152, 66_821_848),
        (se_resnext50_32x4d, 27_559_896),
        (se_resnext101_32x4d, 48_955_416),
    ],
)
def test_every_stage_has_the_size_of_table_1_and_the_parameters_are_the_public_count(network, count):
    net = built(network)
    assert sizes(net) == SIZES
    assert params(net) == count


def test_the_linear_layers_have_the_sizes_of_table_1():
    net = built(se_resnet50)
    found = [
        (stage[0].se.fc1.out_features, stage[0].se.fc2.out_features)
        for stage in (net.conv2_x, net.conv3_x, net.conv4_x, net.conv5_x)
    ]
    assert found == [(16, 256), (32, 512), (64, 1024), (128, 2048)]
    assert sum(isinstance(module, SqueezeExcitation) for module in net.modules()) == 16


def test_without_its_gates_it_is_resnet():
    net, plain = built(se_resnet50), built(resnet50)
    gates = sum(parameter.numel() for name, parameter in net.named_parameters() if ".se." in name)
    assert params(net) - gates == params(plain)
    assert macs(net) - macs(plain) == 2_514_944


@pytest.mark.parametrize(
    ("stages", "added"),
    [("2", 24_576), ("3", 131_072), ("4", 786_432), ("5", 1_572_864), ("2345", 2_514_944)],
)
def test_stages_choose_where_blocks_stand(stages, added):
    net = built(se_resnet50, stages=stages, bias=False)
    assert params(net) - 25_557_032 == added
    assert sizes(net) == SIZES


@pytest.mark.parametrize(
    ("position", "added"),
    [
        ("standard", 2_514_944),
        ("pre", 1_991_168),
        ("post", 2_514_944),
        ("identity", 1_991_168),
        ("3x3", 157_184),
    ],
)
def test_positions_gate_the_channels_that_they_meet(position, added):
    net = built(se_resnet50, position=position, bias=False)
    assert params(net) - 25_557_032 == added
    assert sizes(net) == SIZES


def test_without_the_squeeze_the_layers_run_on_every_place():
    net = built(se_resnet50, squeeze=False, bias=False)
    assert sizes(net) == SIZES
    assert params(net) == params(built(se_resnet50, bias=False))
    assert macs(net) - macs(built(resnet50)) == 411_041_792


def block(position):
    """A block whose residual branch passes its input on and whose gates are all a half."""
    torch.manual_seed(1)
    net = built(se_resnet50, position=position)
    chosen = net.conv2_x[1].eval()
    assert isinstance(chosen, SEBottleneck)
    chosen.residual = nn.Sequential()
    chosen.se = SqueezeExcitation(256)
    nn.init.zeros_(chosen.se.fc2.weight)
    nn.init.zeros_(chosen.se.fc2.bias)
    return chosen


@pytest.mark.parametrize(
    ("position", "factor"), [("standard", 1.5), ("pre", 1.5), ("identity", 1.5), ("post", 1.0)]
)
def test_the_gates_scale_one_side_or_the_sum(position, factor):
    x = torch.rand(2, 256, 4, 4, generator=torch.Generator().manual_seed(2))
    assert torch.allclose(block(position)(x), factor * x)


def test_the_block_behind_the_3x3_stands_between_the_convolutions():
    order = list(dict(built(se_resnet50, position="3x3").conv2_x[0].residual.named_children()))
    assert order == ["conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "se", "conv3", "bn3"]
    assert set(POSITIONS) == {"standard", "pre", "post", "identity", "3x3"}


def test_gates_are_one_for_each_channel_between_nought_and_one():
    se = SqueezeExcitation(32, reduction=4)
    x = torch.randn(3, 32, 5, 7, generator=torch.Generator().manual_seed(1))
    gates = se.gates(x)
    assert gates.shape == (3, 32)
    assert ((gates > 0) & (gates < 1)).all()
    assert torch.allclose(se(x), x * gates.view(3, 32, 1, 1))


def test_resnet_halves_its_maps_on_the_1x1_and_resnext_on_the_3x3():
    one, other = (built(network).conv3_x[0].residual for network in (se_resnet50, se_resnext50_32x4d))
    assert (one.conv1.stride, one.conv2.stride) == ((2, 2), (1, 1))
    assert (other.conv1.stride, other.conv2.stride, other.conv2.groups) == ((1, 1), (2, 2), 32)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reduction": 0}, "reduction is 0; use at least 1"),
        ({"reduction": 300}, "reduction is 300; use at most the 256 channels"),
        ({"stages": "6"}, "stages is '6'; use digits of 2 to 5"),
        ({"stages": ""}, "stages is ''; use digits of 2 to 5"),
        ({"position": "behind"}, "position is 'behind'; use one of standard, pre, post, identity, 3x3"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        se_resnet50(**arguments)
