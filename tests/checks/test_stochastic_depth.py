from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, stochastic_depth
from cnnclaims.verifiers.checks.agreement import agree

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("stochastic_depth.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(stochastic_depth, name)()
    assert found.holds, found.found


def test_all_checks_are_listed():
    assert len(NAMES) == 5


def test_another_decay_is_found():
    assert not stochastic_depth.equal_steps(lambda block, blocks: Fraction(1, 1 + block)).holds


def test_another_last_probability_has_another_expected_depth():
    assert not stochastic_depth.expected_depth(Fraction(3, 5)).holds


def test_a_branch_that_stays_is_no_identity():
    assert not agree("one", "other", stochastic_depth.dropped(0.1)).holds


def test_another_scale_does_not_keep_the_expectation():
    assert not agree("one", "other", stochastic_depth.scaled(lambda p: p * p)).holds


def test_another_number_of_subnetworks_is_found():
    assert not stochastic_depth.subnetworks(lambda blocks: 2**blocks - 1).holds
