"""The checks of low rank expansions hold, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, low_rank_expansions

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("low_rank_expansions.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(low_rank_expansions, name)()
    assert found.holds, found.found


def test_a_count_that_is_not_the_formulas_is_found_out():
    assert low_rank_expansions.equal([(18, 18)], (81, 18), "full").holds
    assert not low_rank_expansions.equal([(18, 18), (15, 14)], (81, 18), "full").holds


def test_a_control_that_costs_the_same_fails_the_check():
    assert not low_rank_expansions.equal([(18, 18)], (18, 18), "full").holds


def test_more_than_twice_the_order_is_found_out():
    assert low_rank_expansions.of_the_order([(3, 2)], (5, 2)).holds
    assert not low_rank_expansions.of_the_order([(5, 2)], (5, 2)).holds
    assert not low_rank_expansions.of_the_order([(3, 2)], (3, 2)).holds


def test_another_bound_is_found_out():
    assert not low_rank_expansions.pays_off_up_to(lambda d, n: Fraction(d * d * n, d * d)).holds


def test_a_gain_that_grows_with_the_square_is_found_out():
    assert not low_rank_expansions.proportional({3: Fraction(9, 6), 5: Fraction(25, 6)}).holds
