"""Operations of one a value, on a network small enough to be counted by hand."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.measures.elementwise import elementwise
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.senet import SqueezeExcitation
from cnnclaims.verifiers.trace import trace


class Shortcut(nn.Module):
    def __init__(self, branch):
        super().__init__()
        self.branch = branch

    def forward(self, x):
        return x + self.branch(x)


@pytest.fixture(scope="module")
def net():
    """3x10x10 -> conv -> 8x10x10 -> relu -> shortcut round an SE block with 2 units inside -> global pool."""
    stages = {
        "conv": nn.Conv2d(3, 8, 3, padding=1),
        "relu": nn.ReLU(),
        "block": Shortcut(SqueezeExcitation(8, reduction=4)),
        "pool": nn.AdaptiveAvgPool2d(1),
    }
    return trace(Network(stages, (3, 10, 10)), name="small()")


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("add", 8 * 100),
        ("mul", 8 * 100),
        ("mean", 8 * 100),  # what it reads; it puts out 8
        ("relu", 8 * 100 + 2),
        ("sigmoid", 8),
        ("batch_norm", 0),
        ("dropout", 0),
    ],
)
def test_every_value_counts_once(net, kind, count):
    assert elementwise(net, kind) == count


def test_a_kind_with_weights_or_windows_is_refused(net):
    for kind in ("conv", "linear", "avg_pool"):
        with pytest.raises(ValueError, match=f"'{kind}' is no elementwise kind"):
            elementwise(net, kind)


def test_a_misspelt_kind_is_no_zero(net):
    with pytest.raises(ValueError, match=r"small\(\) has no 'adds'; it has .*add, .*relu"):
        elementwise(net, "adds")


def test_a_mean_of_the_input_itself_reads_the_input():
    class Mean(nn.Module):
        def forward(self, x):
            return torch.mean(x, (2, 3))

    assert elementwise(trace(Network({"mean": Mean()}, (3, 4, 4))), "mean") == 48
