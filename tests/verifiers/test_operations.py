"""Cheap operations beside the multiply-adds, worked by hand on a small network."""

from collections import OrderedDict

import pytest
from torch import nn

from cnnclaims.verifiers.measures.operations import operations
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace


@pytest.fixture
def run():
    """3x4x4 -> conv 3x3 to 2 channels, normalisation, ReLU, 2x2 pooling -> 2x2x2 -> mean of the map -> linear to 5."""
    stages = OrderedDict(
        conv=nn.Conv2d(3, 2, 3, padding=1, bias=False),
        bn=nn.BatchNorm2d(2),
        relu=nn.ReLU(),
        pool=nn.MaxPool2d(2),
        mean=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(1),
        fc=nn.Linear(2, 5),
    )

    class Run:
        def traced(self, input=None):
            return trace(Network(stages, (3, 4, 4)), input)

    return Run()


MULT_ADDS = 3 * 9 * 2 * 16 + 2 * 5


def test_without_switches_it_is_the_multiply_adds(run):
    assert operations(run) == MULT_ADDS


def test_every_output_of_a_relu_counts(run):
    assert operations(run, relu=1) == MULT_ADDS + 2 * 16


def test_every_value_that_a_pooling_reads_counts(run):
    assert operations(run, pooling=1) == MULT_ADDS + 2 * 16 + 2 * 4


def test_every_normalised_value_counts_as_often_as_asked(run):
    assert operations(run, norm=2) == MULT_ADDS + 2 * 2 * 16


def test_every_added_bias_counts_and_convolutions_without_bias_have_none(run):
    assert operations(run, bias=1) == MULT_ADDS + 5


def test_at_twice_the_side_all_but_the_linear_layer_grow_fourfold(run):
    assert operations(run, relu=1, pooling=1, input=8) == 4 * (3 * 9 * 2 * 16 + 32 + 32 + 8) + 10


def test_overlapping_windows_read_a_value_more_than_once():
    net = Network({"pool": nn.AvgPool2d(3, stride=1, padding=1)}, (1, 4, 4))

    class Run:
        def traced(self, input=None):
            return trace(net, input)

    assert operations(Run(), pooling=1) == 16 * 9
