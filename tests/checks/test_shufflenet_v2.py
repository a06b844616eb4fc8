"""The checks of ShuffleNet V2 hold, and can fail."""

from fractions import Fraction

import pytest
from torch import nn

from cnnclaims.verifiers.checks import CHECKS, shufflenet_v2
from cnnclaims.verifiers.networks.shufflenet_v2 import DownUnit, Unit

# The formula that it is about is misprinted, so this one must not hold.
MISPRINTED = "reuse_as_printed"
NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("shufflenet_v2.")]
Layer = shufflenet_v2.Layer


@pytest.mark.parametrize("name", [name for name in NAMES if name != MISPRINTED])
def test_the_check_holds_at_full_scale(name):
    found = getattr(shufflenet_v2, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_the_misprinted_formula_counts_less_than_nothing():
    found = shufflenet_v2.reuse_as_printed()
    assert not found.holds
    assert "gives -31," in found.found


def test_random_layers_have_unequal_widths_that_the_groups_divide():
    for layer in shufflenet_v2.random_layers((2, 3, 4, 8)):
        assert layer.c1 != layer.c2
        assert layer.c1 % layer.g == layer.c2 % layer.g == 0


def test_a_formula_off_by_one_and_a_control_that_fits_are_found_out():
    layers, right = shufflenet_v2.random_layers((1,)), shufflenet_v2.access_formula
    assert not shufflenet_v2.accesses(layers, lambda x: right(x) + 1, lambda x: Fraction(0)).holds
    assert not shufflenet_v2.accesses(layers, right, right).holds


def test_the_two_forms_of_equation_2_are_one():
    for x in shufflenet_v2.random_layers((2, 3, 4, 8)):
        first = x.h**2 * (x.c1 + x.c2) + Fraction(x.c1 * x.c2, x.g)
        assert shufflenet_v2.grouped_formula(x) == first


def test_a_bound_that_is_too_high_and_one_that_nothing_reaches_are_found_out():
    assert not shufflenet_v2.bounded(lambda x: float(shufflenet_v2.access_formula(x)) + 1).holds
    assert not shufflenet_v2.bounded(lambda x: 0.0).holds


def test_a_bound_that_unequal_widths_reach_is_found_out():
    assert not shufflenet_v2.bounded(lambda x: float(shufflenet_v2.access_formula(x))).holds


def test_series_of_unequal_cost_or_of_one_group_do_not_grow():
    assert not shufflenet_v2.grows([[Layer(96, 24, 1, 7), Layer(96, 96, 2, 7)]]).holds
    assert not shufflenet_v2.grows([[Layer(96, 24, 1, 7), Layer(96, 24, 1, 7)]]).holds


def test_costs_that_differ_and_a_control_that_does_not_are_found_out():
    same, double = [(64, 64, 1), (64, 64, 1)], [(64, 64, 1), (64, 128, 1)]
    assert shufflenet_v2.alike({"a": same}, double).holds
    assert not shufflenet_v2.alike({"a": double}, double).holds
    assert not shufflenet_v2.alike({"a": same}, same).holds


def test_a_unit_that_passes_too_few_channels_is_found_out():
    assert shufflenet_v2.halves({8: 4}, 0).holds
    assert not shufflenet_v2.halves({8: 3}, 0).holds
    assert not shufflenet_v2.halves({8: 4}, 1).holds


def test_what_passes_is_counted_bit_by_bit():
    assert shufflenet_v2.passed(nn.Identity(), 8) == 8
    assert shufflenet_v2.passed(nn.ReLU(), 8) == 0
    assert shufflenet_v2.passed(Unit(8), 8) == 4
    assert shufflenet_v2.passed(DownUnit(8, 16), 8) == 0


def test_a_decay_by_another_factor_is_found_out():
    assert shufflenet_v2.decays([4, 2, 1], Fraction(1, 2)).holds
    assert not shufflenet_v2.decays([4, 3, 2], Fraction(1, 2)).holds


def test_other_units_and_other_costs_are_found_out():
    assert not shufflenet_v2.repeated([(1, 3), (1, 6), (1, 3)]).holds
    assert not shufflenet_v2.levels([40, 140, 400, 600]).holds
    assert not shufflenet_v2.levels([40, 140, 300, 499]).holds
