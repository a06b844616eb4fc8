"""Every check of the guide to convolution arithmetic holds, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import conv_arithmetic as checks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("conv_arithmetic.")]
OF_SIZES = [f"relationship_{number}" for number in (1, 2, 3, 4, 5, 6, 7, 15)]
FIGURES = ["figure_1_1", "figure_1_2", "figure_1_5", "figure_1_6"]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_every_relationship_but_those_of_transposes_is_checked():
    assert {*OF_SIZES, *FIGURES, "effective_size", "equal_sizes"} == set(NAMES)


@pytest.mark.parametrize("name", OF_SIZES)
def test_a_size_off_by_one_in_one_layer_is_found(monkeypatch, name):
    agree = checks.sizes_agree

    def off(rule, inside, outside, **others):
        return agree(lambda x: rule(x) + (x is inside[-1]), inside, outside, **others)

    monkeypatch.setattr(checks, "sizes_agree", off)
    assert not getattr(checks, name)().holds


@pytest.mark.parametrize("name", OF_SIZES)
def test_a_rule_that_is_right_outside_of_its_conditions_too_has_no_control(monkeypatch, name):
    agree = checks.sizes_agree
    monkeypatch.setattr(
        checks, "sizes_agree", lambda rule, inside, outside, **others: agree(rule, inside, inside)
    )
    assert not getattr(checks, name)().holds


def test_places_are_counted_as_by_hand():
    assert checks.places(checks.Layer(i=6, k=3, s=2, p=1)) == 3
    assert checks.places(checks.Layer(i=7, k=3, s=1, p=0, d=2)) == 3
    assert checks.places(checks.Layer(i=3, k=3, s=4, p=0)) == 1


def test_sizes_that_change_below_the_stride_are_refused():
    multiples = checks.layers(lambda x: x.s > 1 and x.remainder == 0, number=9)
    assert checks.sizes_stay(multiples, range).holds
    assert not checks.sizes_stay(multiples, lambda s: range(s + 1)).holds
    assert not checks.sizes_stay(checks.layers(lambda x: x.s > 1 and x.remainder > 0, number=9), range).holds


def test_another_span_is_refused_and_so_is_a_control_that_is_the_rule():
    assert not checks.reaches_agree(lambda k, d: k * d, lambda k, d: k).holds
    assert not checks.reaches_agree(lambda k, d: d * (k - 1) + 1, lambda k, d: d * (k - 1) + 1).holds


@pytest.mark.parametrize("name", FIGURES)
def test_one_other_digit_in_a_figure_is_found(monkeypatch, name):
    constant = name.upper()
    rows = [list(row) for row in getattr(checks, constant)]
    rows[1][2] += 0.1 if name == "figure_1_5" else 1
    monkeypatch.setattr(checks, constant, rows)
    assert not getattr(checks, name)().holds


def test_a_figure_needs_a_control_that_differs():
    values = checks.as_map(checks.FIGURE_1_6)
    assert not checks.values_agree(checks.FIGURE_1_6, values, values).holds
