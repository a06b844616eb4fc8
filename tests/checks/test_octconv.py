"""Every check of octave convolution holds, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import octconv as checks
from cnnclaims.verifiers.checks.octconv import Point

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("octconv.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_one_weight_more_is_found_out():
    assert checks.weights_stay([9, 9], 9, 5).holds
    assert not checks.weights_stay([9, 10], 9, 5).holds
    assert not checks.weights_stay([9, 9], 9, 9).holds
    assert not checks.weights_stay([], 9, 5).holds


def test_another_formula_is_found_out():
    points = checks.counted(checks.macs, equal=True)
    assert not checks.follows(points, lambda a: 1 - a / 2, checks.memory, "x").holds
    assert not checks.follows(points, checks.cost, checks.cost, "x").holds


def test_one_multiply_add_more_is_found_out():
    points = checks.counted(checks.macs, equal=True)
    points[3] = Point(points[3].alpha, points[3].counted + Fraction(1, 10**9))
    assert not checks.follows(points, checks.cost, checks.memory, "x").holds


def test_formulas_are_those_of_the_paper():
    assert checks.cost(Fraction(1, 2)) == Fraction(7, 16)
    assert checks.memory(Fraction(1, 2)) == Fraction(5, 8)
