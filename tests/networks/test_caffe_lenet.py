"""The pruned LeNets against Tables 2 and 3 and Caffe's example."""

import pytest
import torch

from cnnclaims.verifiers.networks.caffe_lenet import lenet5_caffe, lenet_300_100

LENET_300_100 = {
    "flatten": (784,),
    "ip1": (300,),
    "relu1": (300,),
    "ip2": (100,),
    "relu2": (100,),
    "ip3": (10,),
}
LENET5 = {
    "conv1": (20, 24, 24),
    "pool1": (20, 12, 12),
    "conv2": (50, 8, 8),
    "pool2": (50, 4, 4),
    "flatten": (800,),
    "ip1": (500,),
    "relu1": (500,),
    "ip2": (10,),
}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


@pytest.mark.parametrize(("build", "stages"), [(lenet_300_100, LENET_300_100), (lenet5_caffe, LENET5)])
def test_every_stage_has_its_size(build, stages):
    assert sizes(build()) == stages


@pytest.mark.parametrize(
    ("build", "weights", "parameters"), [(lenet_300_100, 266_200, 266_610), (lenet5_caffe, 430_500, 431_080)]
)
def test_parameters_are_the_public_ones(build, weights, parameters):
    net = build()
    assert sum(p.numel() for name, p in net.named_parameters() if name.endswith("weight")) == weights
    assert sum(p.numel() for p in net.parameters()) == parameters
