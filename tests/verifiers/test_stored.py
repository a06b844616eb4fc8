"""Running statistics, on networks small enough to be counted by hand and against torch's buffers."""

import pytest
from torch import nn

from cnnclaims.verifiers.measures.stored import statistics, stored
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.trace import trace, uninitialised


@pytest.fixture(scope="module")
def net():
    """A convolution of 3 * 8 weights and 8 biases, 16 scales and shifts, and as many means and variances."""
    return trace(Network({"conv": nn.Conv2d(3, 8, 1), "bn": nn.BatchNorm2d(8)}, (3, 5, 5)))


def test_a_channel_has_one_mean_and_one_variance(net):
    assert statistics(net) == 16


def test_a_file_has_four_bytes_for_each_parameter_and_statistic(net):
    assert stored(net) == 4 * (24 + 8 + 16 + 16)
    assert stored(net, bits=8) == 24 + 8 + 16 + 16


def test_layer_normalisation_keeps_no_statistics():
    net = trace(Network({"conv": nn.Conv2d(3, 8, 1), "norm": nn.GroupNorm(2, 8)}, (3, 5, 5)))
    assert statistics(net) == 0
    assert stored(net) == 4 * (24 + 8 + 16)


def test_resnet_50_has_as_many_as_torch_keeps_in_buffers():
    with uninitialised():
        net = resnet50()
    buffers = sum(buffer.numel() for name, buffer in net.named_buffers() if "running" in name)
    assert statistics(trace(net)) == buffers == 53_120
