"""Bytes of code books and codes, worked by hand."""

from fractions import Fraction

import pytest
from torch import nn

from cnnclaims.verifiers.measures.coded import coded
from cnnclaims.verifiers.measures.quantities import NoSuchPart
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.quantized_cnn import LookupLinear
from cnnclaims.verifiers.trace import trace


@pytest.fixture(scope="module")
def traced():
    stages = {
        "flatten": nn.Flatten(),
        "fc1": LookupLinear(8, 10, subvector=2, centres=5),
        "fc2": nn.Linear(10, 3),
    }
    return trace(Network(stages, input_shape=(8, 1, 1)))


# fc1: 4 books of 5 centres of 2 numbers, 10 biases, 40 codes of 3 bits, since 5 centres need 3
FC1 = Fraction((4 * 5 * 2 + 10) * 32 + 40 * 3, 8)


def test_centres_are_numbers_and_codes_have_the_bits_that_tell_centres_apart(traced):
    assert coded(traced, part="fc1") == FC1 == 215


def test_a_layer_without_codes_takes_its_parameters(traced):
    assert coded(traced, part="fc2") == 33 * 4
    assert coded(traced) == FC1 + 33 * 4


def test_centres_may_have_half_the_bits(traced):
    assert coded(traced, part="fc1", bits=16) == Fraction(50 * 16 + 120, 8)


def test_a_misspelt_part_is_no_zero(traced):
    with pytest.raises(NoSuchPart, match="fc1"):
        coded(traced, part="fc3")
