"""PeleeNet and Pelee against the paper's tables and the authors' code."""

import pytest
import torch

from cnnclaims.verifiers.networks.peleenet import TwoWayDenseLayer, pelee304, peleenet
from cnnclaims.verifiers.trace import trace, uninitialised


def built(network, **arguments):
    with uninitialised():
        return network(**arguments)


def sizes(net, stages):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name in stages:
        x = getattr(net, name)(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


def test_every_stage_has_the_size_of_table_1():
    net = built(peleenet)
    assert sizes(net, [name for name, _ in net.named_children()]) == {
        "stem": (32, 56, 56),
        "stage1": (128, 56, 56),
        "pool1": (128, 28, 28),
        "stage2": (256, 28, 28),
        "pool2": (256, 14, 14),
        "stage3": (512, 14, 14),
        "pool3": (512, 7, 7),
        "stage4": (704, 7, 7),
        "avgpool": (704, 1, 1),
        "flatten": (704,),
        "fc": (1000,),
    }


def test_peleenet_has_the_2_8_million_parameters_and_508_million_multiply_adds_of_its_paper():
    net = built(peleenet)
    assert params(net) == 2_802_248
    assert round(macs(net) / 1e6) == 508
    assert params(built(peleenet, classes=None)) == 2_802_248 - 705_000


def test_the_maps_of_pelee_are_those_of_its_paper():
    net = built(pelee304)
    stages = [name for name, _ in net.named_children() if name != "predict"]
    found = sizes(net, stages)
    read = [found[name] for name in ("stage3", "stage4", "extra1", "extra2", "extra3")]
    assert read == [(512, 19, 19), (704, 10, 10), (256, 5, 5), (256, 3, 3), (256, 1, 1)]


def test_pelee_puts_out_boxes_and_classes_on_six_scales():
    maps = built(pelee304)(torch.zeros(0, 3, 304, 304))
    assert [x.shape[1:] for x in maps[:6]] == [(24, side, side) for side in (19, 19, 10, 5, 3, 1)]
    assert [x.shape[1:] for x in maps[6:]] == [(126, side, side) for side in (19, 19, 10, 5, 3, 1)]


def test_pelee_has_the_5_43_million_parameters_of_its_paper_and_1_2_billion_multiply_adds():
    net = built(pelee304)
    assert round(params(net) / 1e6, 2) == 5.43
    assert round(macs(net) / 1e9, 1) == 1.2


def test_a_dense_layer_keeps_its_input_in_front_of_two_ways_of_16_maps():
    torch.manual_seed(1)
    layer = TwoWayDenseLayer(32, 1).eval()
    x = torch.randn(1, 32, 7, 7)
    y = layer(x)
    assert y.shape == (1, 64, 7, 7)
    assert torch.equal(y[:, :32], x)
    other = x.clone()
    other[..., 0, 0] += 10
    changed = (layer(other) != y).any(1)[0]
    assert changed[:3, :3].any()
    assert not changed[3:].any()


@pytest.mark.parametrize("network", [peleenet, pelee304])
def test_a_bad_number_of_classes_is_named_with_its_repair(network):
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        network(classes=0)
