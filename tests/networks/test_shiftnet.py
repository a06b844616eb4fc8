"""ShiftNet against sizes by hand, ShiftResNet against the counts that its authors print."""

import pytest
import torch

from cnnclaims.verifiers.networks.resnet_cifar import resnet_cifar
from cnnclaims.verifiers.networks.shiftnet import shiftnet_a, shiftnet_b, shiftresnet_cifar
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = {
    "conv1": (32, 112, 112),
    "group1": (64, 56, 56),
    "group2": (128, 28, 28),
    "group3": (256, 14, 14),
    "group4": (512, 7, 7),
    "bn": (512, 7, 7),
    "relu": (512, 7, 7),
    "avgpool": (512, 1, 1),
    "flatten": (512,),
    "fc": (1000,),
}
CIFAR_SIZES = {
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


def test_every_stage_of_shiftnet_a_has_its_size():
    assert sizes(built(shiftnet_a)) == SIZES


def test_every_stage_of_shiftnet_b_has_half_the_channels():
    halved = {name: size if name == "fc" else (size[0] // 2, *size[1:]) for name, size in SIZES.items()}
    assert sizes(built(shiftnet_b)) == halved


def test_every_stage_of_shiftresnet_has_its_size():
    assert sizes(built(shiftresnet_cifar)) == CIFAR_SIZES


# The authors' README prints 95,642 and 272,474; the others are counts of their code.
@pytest.mark.parametrize(
    ("depth", "expansion", "count"),
    [
        (20, 1, 34_906),
        (20, 3, 95_642),
        (20, 6, 186_746),
        (20, 9, 277_850),
        (56, 3, 294_554),
        (110, 1, 202_906),
        (110, 9, 1_762_970),
    ],
)
def test_parameters_of_shiftresnet_are_those_of_the_authors(depth, expansion, count):
    assert params(built(shiftresnet_cifar, depth, expansion)) == count


def test_the_resnet_beside_it_has_projections():
    assert params(built(resnet_cifar, 20, "B")) == 272_474


def test_counts_of_shiftnet():
    a, b = built(shiftnet_a), built(shiftnet_b)
    assert (params(a), macs(a)) == (4_188_680, 1_424_306_176)
    assert (params(b), macs(b)) == (1_183_480, 370_956_288)


def test_modules_are_as_many_as_the_table_says():
    net = built(shiftnet_a)
    assert [len(net.get_submodule(f"group{n}")) for n in range(1, 5)] == [5, 6, 7, 3]
    assert [len(built(shiftresnet_cifar, depth).stage2) for depth in (20, 56, 110)] == [3, 9, 18]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"depth": 21}, "depth is 21"), ({"expansion": 0}, "expansion is 0"), ({"classes": 0}, "classes is 0")],
)
def test_an_argument_without_meaning_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        shiftresnet_cifar(**arguments)
