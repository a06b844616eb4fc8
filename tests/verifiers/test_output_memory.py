"""Memory of one map, by hand."""

import pytest
from torch import nn

from cnnclaims.verifiers.measures.output_memory import output_memory
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace
from cnnclaims.verifiers.traced import NoSuchPart


def run():
    stages = {
        "conv": nn.Conv2d(3, 5, 3, stride=2, padding=1),
        "flatten": nn.Flatten(1),
        "fc": nn.Linear(80, 7),
    }
    return trace(Network(stages, input_shape=(3, 8, 8)))


@pytest.mark.parametrize(
    ("part", "bits", "expected"),
    [("conv", 32, 5 * 4 * 4 * 4), ("conv", 16, 5 * 4 * 4 * 2), ("fc", 8, 7), ("fc", 1, 7 / 8)],
)
def test_it_is_channels_times_places_times_bytes(part, bits, expected):
    assert output_memory(run(), part, bits) == expected


def test_a_part_that_is_not_there_is_named():
    with pytest.raises(NoSuchPart, match="has no part 'pool'"):
        output_memory(run(), "pool")
