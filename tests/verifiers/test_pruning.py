"""What pruning leaves, worked out by hand."""

import pytest
from torch import nn

from cnnclaims.verifiers.measures.pruning import pruned
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace
from cnnclaims.verifiers.traced import NoSuchPart


@pytest.fixture(scope="module")
def net():
    """54 weights and 2 biases, then 4 of normalisation, then 10 weights without a bias."""
    stages = {
        "conv": nn.Conv2d(3, 2, 3),
        "bn": nn.BatchNorm2d(2),
        "pool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(1),
        "fc": nn.Linear(2, 5, bias=False),
    }
    return trace(Network(stages, (3, 8, 8)))


def test_all_or_nothing_of_the_weights_is_kept(net):
    assert pruned(net, 1) == 54 + 2 + 4 + 10
    assert pruned(net, 0) == 2 + 4


def test_each_layer_keeps_a_whole_number_of_weights_rounded_up(net):
    assert pruned(net, 0.33) == 18 + 2 + 4 + 4  # 17.82 and 3.3


def test_a_share_is_the_decimal_that_is_written(net):
    assert pruned(net, 0.1, "fc") == 1  # the binary 0.1 is a little more


def test_a_part_is_counted_alone(net):
    assert pruned(net, 0.5, "conv") == 27 + 2


def test_a_part_that_is_not_there_and_a_share_above_one_are_refused(net):
    with pytest.raises(NoSuchPart, match="no part 'cnv'"):
        pruned(net, 0.5, "cnv")
    with pytest.raises(ValueError, match=r"keep is 1.5; use a share of 0 to 1"):
        pruned(net, 1.5)
