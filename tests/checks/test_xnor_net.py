"""The checks of XNOR-Net hold, and can fail."""

from fractions import Fraction

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, xnor_net

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("xnor_net.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(xnor_net, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_another_scale_is_not_the_best():
    filters = torch.randn(10, 6, dtype=torch.float64)
    assert xnor_net.scale_is_best(filters, lambda w: w.abs().mean(1)).holds
    assert not xnor_net.scale_is_best(filters, lambda w: w.abs().median(1).values).holds
    assert not xnor_net.scale_is_best(filters, lambda w: w.abs().mean(1) + 1e-5).holds


def test_filters_of_one_size_settle_nothing():
    assert not xnor_net.scale_is_best(torch.ones(3, 4, dtype=torch.float64), lambda w: w.abs().mean(1)).holds


def test_a_wrong_count_of_bits_is_found_out():
    assert not xnor_net.popcounts_agree(lambda agree, n: 2 * agree - n + 1).holds
    assert not xnor_net.popcounts_agree(lambda agree, n: agree - n).holds


def test_a_small_filter_saves_too_little():
    assert not xnor_net.saves(9, scales=1).holds
    assert not xnor_net.saves(2304, scales=100).holds


def test_a_count_that_is_off_is_found_out():
    right, control = xnor_net.speed_up(64, 1), xnor_net.speed_up(48, 1)
    assert right == (64, Fraction(32), Fraction(32), True)
    assert xnor_net.counts_agree([right], control).holds
    assert not xnor_net.counts_agree([(64, Fraction(31), Fraction(32), True)], control).holds
    assert not xnor_net.counts_agree([(64, Fraction(32), Fraction(32), False)], control).holds
    assert not xnor_net.counts_agree([right], right).holds


def test_a_bit_stands_for_a_sign():
    assert xnor_net.word(torch.tensor([1.0, -1.0, 1.0])) == 0b101
