"""The checks of EfficientNet's settings say what they find, and can turn out either way."""

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
    assert "in use at most 0.000" in found.found


def test_one_rate_for_all_networks_is_not_a_line_from_0_2_to_0_5(monkeypatch):
    rows = dict.fromkeys(checks.COEFFICIENTS, (0.25, 0.25, 64, 0.2))
    monkeypatch.setattr(checks, "COEFFICIENTS", rows)
    assert not checks.dropout_grows_from_b0_to_b7().holds


@pytest.mark.parametrize("i", [0, 3, 7])
def test_a_rate_off_the_line_is_found(i):
    shares = [checks.Dropped(0.2 + 0.3 * j / 7, 0.0) for j in range(8)]
    assert checks.dropout_follows(shares).holds
    shares[i] = checks.Dropped(shares[i].training + 0.06, 0.0)
    assert not checks.dropout_follows(shares).holds


def test_dropping_in_use_is_found():
    shares = [checks.Dropped(0.2 + 0.3 * j / 7, 0.1) for j in range(8)]
    assert not checks.dropout_follows(shares).holds
