"""The CIFAR-10 networks against Section 4.2 and against public counts."""

import pytest
import torch

from cnnclaims.verifiers.networks.resnet_cifar import plain_cifar, resnet_cifar
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = {
    "conv1": (16, 32, 32),
    "bn1": (16, 32, 32),
    "relu": (16, 32, 32),
    "stage1": (16, 32, 32),
    "stage2": (32, 16, 16),
    "stage3": (64, 8, 8),
    "avgpool": (64, 1, 1),
    "flatten": (64,),
    "fc": (10,),
}
PUBLIC = {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962, 1202: 19_421_274}


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


@pytest.mark.parametrize("depth", PUBLIC)
def test_every_stage_has_the_size_of_section_4_2_and_the_parameters_are_the_public_count(depth):
    net = built(resnet_cifar, depth)
    assert sizes(net) == SIZES
    assert params(net) == PUBLIC[depth]


def test_option_a_has_the_parameters_of_the_plain_network():
    plain = built(plain_cifar, 56)
    assert sizes(plain) == SIZES
    assert params(plain) == PUBLIC[56]


def test_options_b_and_c_project_in_two_blocks_and_in_all():
    projections = {
        option: sum(
            "shortcut.conv" in name for name, _ in built(resnet_cifar, 20, option=option).named_modules()
        )
        for option in "ABC"
    }
    assert projections == {"A": 0, "B": 2, "C": 9}


def test_a_residual_network_adds_and_a_plain_one_does_not():
    added = [
        sum(node.op == "add" for node in trace(built(net, 20)).nodes) for net in (resnet_cifar, plain_cifar)
    ]
    assert added == [9, 0]


def test_classes_set_the_width_of_the_last_layer():
    assert sizes(built(resnet_cifar, 20, classes=100))["fc"] == (100,)


@pytest.mark.parametrize(
    ("depth", "message"),
    [
        (21, r"depth is 21; use 6n \+ 2, such as 20 or 26"),
        (19, r"depth is 19; use 6n \+ 2, such as 14 or 20"),
        (2, r"depth is 2; use 6n \+ 2, 8 or more"),
        (-4, r"depth is -4; use 6n \+ 2, 8 or more"),
    ],
)
@pytest.mark.parametrize("network", [resnet_cifar, plain_cifar])
def test_a_depth_that_is_not_6n_and_2_is_named_with_the_nearest(network, depth, message):
    with pytest.raises(ValueError, match=message):
        network(depth)


def test_classes_below_one_are_named():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        resnet_cifar(20, classes=0)
