"""The checks of vector quantization hold, and can fail."""

from fractions import Fraction

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, vector_quantization

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("vector_quantization.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(vector_quantization, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_one_bit_too_many_is_found_out():
    control = ("another", Fraction(3), 5.0)
    assert vector_quantization.rates_agree([("right", Fraction(32, 5), 6.4)], control).holds
    assert not vector_quantization.rates_agree([("wrong", Fraction(3200, 501), 6.4)], control).holds


def test_a_control_that_fits_the_formula_fails_the_check():
    right = ("right", Fraction(32, 5), 6.4)
    assert not vector_quantization.rates_agree([right], right).holds


@pytest.mark.parametrize(("bits", "count"), [(1, 9), (3, 5), (5, 7), (8, 4)])
def test_packed_codes_come_back(bits, count):
    codes = torch.arange(count) % 2**bits
    packed = vector_quantization.pack(codes, bits)
    assert len(packed) == -(-bits * count // 8)
    assert torch.equal(vector_quantization.unpack(packed, bits, count), codes)


def test_codes_that_do_not_fit_their_bits_are_lost():
    assert vector_quantization.packed_rate(torch.tensor([1, 2, 9, 4]), 3) == 0
    assert vector_quantization.packed_rate(torch.tensor([1, 2, 7, 4, 0, 0, 0, 0]), 4) == 8


def test_k_means_finds_two_heaps():
    values = torch.tensor([0.0, 1.0, 2.0, 10.0, 11.0, 12.0], dtype=torch.float64)
    assert torch.allclose(
        vector_quantization.kmeans(values, 2), torch.tensor([1.0, 11.0], dtype=torch.float64)
    )
