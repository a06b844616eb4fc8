"""Every formula for costs holds, and another is refused."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import conv_costs as checks
from cnnclaims.verifiers.checks.found import Found

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("conv_costs.")]
OF_COUNTS = [name for name in NAMES if name.endswith(("_parameters", "_multiply_adds"))]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


@pytest.mark.parametrize("name", OF_COUNTS)
def test_a_formula_that_is_off_by_one_is_refused(monkeypatch, name):
    agree = checks.counts_agree
    monkeypatch.setattr(
        checks,
        "counts_agree",
        lambda what, count, build, formula, control: agree(
            what, count, build, lambda x: formula(x) + (x.k == 7), control
        ),
    )
    assert not getattr(checks, name)().holds


@pytest.mark.parametrize("name", OF_COUNTS)
def test_a_formula_without_a_control_that_differs_is_refused(monkeypatch, name):
    agree = checks.counts_agree
    monkeypatch.setattr(
        checks,
        "counts_agree",
        lambda what, count, build, formula, control: agree(what, count, build, formula, ("itself", formula)),
    )
    assert not getattr(checks, name)().holds


def test_the_two_counts_of_multiply_adds_are_those_by_hand():
    assert checks.multiply_adds(checks.standard(checks.Layer(3, 4, 6, 2, 5, 2))) == 9 * 4 * 6 * 25


def test_normalisation_that_keeps_nothing_is_refused():
    holds = Found(True, "")
    assert checks.kept_beside(holds, nn.BatchNorm2d).holds
    assert not checks.kept_beside(holds, lambda c: nn.BatchNorm2d(c, track_running_stats=False)).holds


def test_another_limit_of_the_rank_is_refused():
    holds = Found(True, "")
    assert not checks.pays_below(holds, lambda m, n: min(m, n)).holds


def test_another_ratio_is_refused():
    right = lambda x: checks.Fraction(1, x.c_out) + checks.Fraction(1, x.k**2)  # noqa: E731
    wrong = lambda x: checks.Fraction(1, x.k**2)  # noqa: E731
    assert checks.ratios_agree(right, wrong).holds
    assert not checks.ratios_agree(wrong, right).holds
    assert not checks.ratios_agree(right, right).holds


@pytest.mark.parametrize("first", [71, 73])
def test_another_number_of_channels_is_refused(first):
    assert not checks.saves_from(first).holds


def test_fields_by_another_rule_are_refused():
    assert not checks.fields_agree(lambda j, s: j + s, lambda j, s: 1).holds
    assert not checks.fields_agree(lambda j, s: j * s, lambda j, s: j * s).holds


def test_the_field_of_a_chain_is_the_one_by_hand():
    steps = [checks.Step(3, 2, 1), checks.Step(3, 1, 2)]
    assert checks.field_by_gradient(steps) == checks.field_by_rule(steps, lambda j, s: j * s) == 11


def test_another_format_has_another_number_of_bytes():
    assert not checks.bytes_agree(torch.float16, torch.float64).holds
    assert not checks.bytes_agree(torch.float32, torch.float32).holds
