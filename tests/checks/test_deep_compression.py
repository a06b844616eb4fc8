"""The checks of Deep Compression give their verdicts, and can give the other."""

from fractions import Fraction

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, deep_compression

NAMES = {name.partition(".")[2] for name in CHECKS if name.startswith("deep_compression.")}
# what the tables of the paper contradict
REFUTED = {"distances_of_convolutions", "distances_of_full_layers", "huffman_saves"}
# what is counted or run here; the others are arithmetic on the paper's own tables
COUNTED = {"gradient_of_a_shared_value_is_a_sum", "numbers_of_compressed_rows", "rate_of_shared_weights"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_check_gives_its_verdict_at_full_scale(name):
    found = getattr(deep_compression, name)()
    assert found.holds == (name not in REFUTED), found.found
    assert not found.scaled_down
    assert found.own_word == (name not in COUNTED)


def test_other_ends_are_found_out():
    rates = {"AlexNet": Fraction(35), "VGG-16": Fraction(49)}
    control = {"AlexNet": Fraction(27), "VGG-16": Fraction(31)}
    assert deep_compression.ends_are(rates, (35, 49), control).holds
    assert not deep_compression.ends_are(rates, (35, 50), control).holds
    assert not deep_compression.ends_are(rates, (35, 49), rates).holds


def test_savings_within_the_limits_hold():
    assert deep_compression.savings_within({"a": ("4", "3"), "b": ("10", "8")}, (20, 30)).holds
    assert not deep_compression.savings_within({"a": ("4", "3"), "b": ("10", "6.9")}, (20, 30)).holds


def test_equal_bits_hold():
    assert deep_compression.all_have({"a": 5, "b": 5}, 5).holds
    assert not deep_compression.all_have({"a": 5, "b": 4}, 5).holds


def test_a_mean_outside_the_limits_is_found_out():
    times = {"a": (2.0, 1.0), "b": (8.0, 1.0)}  # geometric mean 4, arithmetic mean 5
    assert deep_compression.geometric_mean_is(times, (3.9, 4.1)).holds
    assert not deep_compression.geometric_mean_is(times, (4.9, 5.1)).holds
    assert not deep_compression.geometric_mean_is(times, (3.9, 5.1)).holds


def test_one_bit_too_many_is_found_out():
    n, k, bits = deep_compression.shared_bits(64, 4)
    assert bits == 64 * 2 + 4 * 32
    assert deep_compression.rates_agree([(n, k, bits)]).holds
    assert not deep_compression.rates_agree([(n, k, bits + 1)]).holds
    assert not deep_compression.rates_agree([(n, k, 64 * 2)]).holds


def test_a_gradient_that_is_a_mean_is_found_out():
    shared_by = torch.tensor([[0, 0], [1, 1]])
    of_weights = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    sums = torch.tensor([3.0, 7.0], dtype=torch.float64)
    assert deep_compression.sums_agree(sums, of_weights, shared_by).holds
    assert not deep_compression.sums_agree(sums / 2, of_weights, shared_by).holds


def test_values_that_nobody_shares_settle_nothing():
    alone = torch.tensor([[0, 1]])
    gradient = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert not deep_compression.sums_agree(gradient, gradient.view(1, 2), alone).holds


def test_a_wrong_count_of_numbers_is_found_out():
    right = deep_compression.kept_numbers(torch.eye(3))
    assert right == (3, 3, 3, 10, 10, 9)
    assert deep_compression.numbers_agree([right]).holds
    assert not deep_compression.numbers_agree([(3, 3, 3, 11, 10, 9)]).holds
    assert not deep_compression.numbers_agree([(3, 3, 3, 10, 10, 10)]).holds
