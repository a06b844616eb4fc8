"""The checks of EfficientNet's settings say what they find, and can turn out either way."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import efficientnet_settings as checks


@pytest.mark.parametrize("name", ["depth_base", "width_base", "resolution_base"])
def test_a_base_agrees_with_the_printed_compound_coefficients_on_the_papers_own_word(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert found.own_word
    assert "is not tested" in found.found


@pytest.mark.parametrize(
    ("dimension", "base"),
    [("depth", 1.1), ("depth", 1.3), ("width", 1.0), ("width", 1.2), ("resolution", 1.1), ("resolution", 1.21)],
)  # fmt: skip
def test_another_base_does_not(monkeypatch, dimension, base):
    bases = checks.BASES | {dimension: base}
    monkeypatch.setattr(checks, "BASES", bases)
    assert not checks.base_fits(dimension, checks.COMPOUND).holds


def test_coefficients_that_share_no_phi_fit_no_base():
    found = checks.base_fits("width", {"depth": "2.0", "width": "1.2", "resolution": "1.3"})
    assert not found.holds


def test_phi_is_two_where_the_coefficient_is_the_square():
    span = checks.exponents(1.1, "1.21")
    assert span.least < 2 < span.greatest
    assert span.greatest - span.least < 0.1


def test_b0_to_b7_drop_what_the_paper_says_on_its_own_word():
    found = checks.dropout_grows_from_b0_to_b7()
    assert found.holds, found.found
    assert found.own_word
    assert "drop 0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.5, 0.5 of" in found.found


def test_one_rate_for_all_networks_is_not_a_line_from_0_2_to_0_5(monkeypatch):
    monkeypatch.setattr(checks, "COEFFICIENTS", dict.fromkeys(checks.COEFFICIENTS, (0.25, 0.25, 64, 0.2)))
    assert not checks.dropout_grows_from_b0_to_b7().holds


def rates(*others, at_test=1000):
    """Eight networks on the printed line, but for those given as (place, rate, share that is gone)."""
    drawn = [(Fraction(2, 10) + Fraction(3 * i, 70), None) for i in range(8)]
    for place, rate, gone in others:
        drawn[place] = (rate, gone)
    return [
        checks.Dropped(rate, round(1000 * (rate if gone is None else gone)), 1000, at_test)
        for rate, gone in drawn
    ]


def test_rates_on_the_line_hold():
    assert checks.dropout_follows(rates()).holds


@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_rate_off_the_line_is_found(place):
    off = rates()[place].rate + Fraction(6, 100)
    assert not checks.dropout_follows(rates((place, off, None))).holds


def test_a_rate_by_which_too_few_are_gone_is_found():
    assert not checks.dropout_follows(rates((0, Fraction(2, 10), 0.1))).holds


def test_dropping_at_test_is_found():
    assert not checks.dropout_follows(rates(at_test=900)).holds
