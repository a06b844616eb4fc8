import pytest
import torch

from cnnclaims.verifiers.networks.shake_shake import shake_resnext29, shake_shake

SIZES = {
    "conv1": (16, 32, 32),
    "stage1": (32, 32, 32),
    "stage2": (64, 16, 16),
    "stage3": (128, 8, 8),
    "fc": (10,),
}


def sizes(net):
    found = {}
    x = torch.zeros(1, *net.input_shape)
    for name, stage in net.eval().named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def test_every_stage_has_the_size_of_the_paper():
    with torch.no_grad():
        found = sizes(shake_shake())
    assert {name: found[name] for name in SIZES} == SIZES


@pytest.mark.parametrize(("width", "count"), [(32, 2923162), (64, 11653978), (96, 26192922), (112, 35640442)])
def test_parameters_are_those_of_the_released_code(width, count):
    with torch.device("meta"):
        assert parameters(shake_shake(width=width)) == count


def test_parameters_of_the_cifar100_network_are_those_of_the_released_code():
    with torch.device("meta"):
        assert parameters(shake_resnext29()) == 34529700


def test_an_empty_batch_runs_through_both_networks():
    for net in (shake_shake(), shake_resnext29(cardinality=1, width=8)):
        assert net.eval()(torch.zeros(0, *net.input_shape)).shape[0] == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"depth": 27}, "depth is 27; use 6n"),
        ({"width": 33}, "width is 33; use an even"),
        ({"classes": 0}, "classes is 0; use"),
    ],
)
def test_bad_arguments_name_the_repair(arguments, text):
    with pytest.raises(ValueError, match=text):
        shake_shake(**arguments)


def test_bad_arguments_of_the_cifar100_network_name_the_repair():
    with pytest.raises(ValueError, match="cardinality is 0; use at least 1"):
        shake_resnext29(cardinality=0)
