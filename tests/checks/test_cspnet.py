"""The checks of what a dense block of CSPNet reads and writes hold, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import cspnet as checks
from cnnclaims.verifiers.checks.cspnet import Block

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("cspnet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down
    assert not found.own_word


def test_the_worked_values_of_the_formulas_are_right():
    block = Block(c=64, m=12, d=12)
    assert checks.whole(block) == 64 * 12 + (144 + 12) * 12 // 2 == 1704
    assert checks.partial(block) == (64 * 12 + (144 + 12) * 12) // 2 == 1320


def test_a_block_of_two_layers_is_counted_by_hand():
    assert checks.counted(Block(c=6, m=2, d=4)) == (6 + 4) + (6 + 4 + 4)


def test_a_formula_that_leaves_out_the_outputs_is_refused():
    def inputs(block):
        return checks.whole(block) - block.m * block.d

    assert not checks.traffic_fits(checks.counted, inputs, control=checks.partial).holds


def test_a_formula_that_halves_the_growth_too_is_refused_for_half_the_channels():
    def count(block):
        return checks.counted(checks.half(block))

    assert not checks.traffic_fits(count, lambda block: checks.whole(block) / 2, control=checks.whole).holds


def test_the_control_must_not_fit():
    assert not checks.traffic_fits(checks.counted, checks.whole, control=checks.whole).holds


def test_a_saving_of_more_than_half_is_refused():
    def count(block):
        return checks.counted(block._replace(c=block.c // 4))

    assert not checks.saving_below_half(count).holds


def test_a_saving_that_stays_far_from_half_is_refused():
    def count(block):
        return checks.counted(block) * Fraction(3, 4)

    assert not checks.saving_below_half(count).holds
