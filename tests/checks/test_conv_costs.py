"""Every formula for costs holds, and another is refused."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnclaims.verifiers.checks import CHECKS, block_costs, conv_costs, receptive_fields
from cnnclaims.verifiers.checks.found import Found

FILES = {"block_costs": block_costs, "conv_costs": conv_costs, "receptive_fields": receptive_fields}
NAMES = [name for name in CHECKS if name.partition(".")[0] in FILES]
OF_COUNTS = [name for name in NAMES if name.endswith(("_parameters", "_multiply_adds"))]


def file_and_check(name):
    """The module of a check, and the name that it has there."""
    file, _, check = name.partition(".")
    return FILES[file], check


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(*file_and_check(name))()
    assert found.holds, found.found
    assert not found.scaled_down


@pytest.mark.parametrize("name", OF_COUNTS)
def test_a_formula_that_is_off_by_one_is_refused(monkeypatch, name):
    agree = conv_costs.counts_agree
    file, check = file_and_check(name)
    monkeypatch.setattr(
        file,
        "counts_agree",
        lambda what, count, build, formula, control: agree(
            what, count, build, lambda x: formula(x) + (x.k == 7), control
        ),
    )
    assert not getattr(file, check)().holds


@pytest.mark.parametrize("name", OF_COUNTS)
def test_a_formula_without_a_control_that_differs_is_refused(monkeypatch, name):
    agree = conv_costs.counts_agree
    file, check = file_and_check(name)
    monkeypatch.setattr(
        file,
        "counts_agree",
        lambda what, count, build, formula, control: agree(what, count, build, formula, ("itself", formula)),
    )
    assert not getattr(file, check)().holds


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_that_is_counted_has_the_multiply_adds_that_torchs_own_counter_finds(monkeypatch, name):
    file, check = file_and_check(name)

    def counted(net):
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            net.to("meta")(torch.empty(1, *net.input_shape, device="meta"))
        return counter.get_total_flops() // 2

    monkeypatch.setattr(file, "multiply_adds", counted, raising=False)
    assert getattr(file, check)().holds


def test_multiply_adds_are_those_by_hand():
    assert conv_costs.multiply_adds(conv_costs.standard(conv_costs.Layer(3, 4, 6, 2, 5, 2))) == 9 * 4 * 6 * 25


def test_normalisation_that_keeps_nothing_is_refused():
    holds = Found(True, "")
    assert conv_costs.kept_beside(holds, nn.BatchNorm2d).holds
    assert not conv_costs.kept_beside(holds, lambda c: nn.BatchNorm2d(c, track_running_stats=False)).holds


def test_another_limit_of_the_rank_is_refused():
    holds = Found(True, "")
    assert not block_costs.pays_below(holds, lambda m, n: min(m, n)).holds


def test_another_ratio_is_refused():
    right = lambda x: conv_costs.Fraction(1, x.c_out) + conv_costs.Fraction(1, x.k**2)  # noqa: E731
    wrong = lambda x: conv_costs.Fraction(1, x.k**2)  # noqa: E731
    assert conv_costs.ratios_agree(right, wrong).holds
    assert not conv_costs.ratios_agree(wrong, right).holds
    assert not conv_costs.ratios_agree(right, right).holds


@pytest.mark.parametrize("first", [71, 73])
def test_another_number_of_channels_is_refused(first):
    assert not conv_costs.saves_from(first).holds


def test_fields_by_another_rule_are_refused():
    assert not receptive_fields.fields_agree(lambda j, s: j + s, lambda j, s: 1).holds
    assert not receptive_fields.fields_agree(lambda j, s: j * s, lambda j, s: j * s).holds


def test_the_field_of_a_chain_is_the_one_by_hand():
    steps = [receptive_fields.Step(3, 2, 1), receptive_fields.Step(3, 1, 2)]
    assert (
        receptive_fields.field_by_gradient(steps)
        == receptive_fields.field_by_rule(steps, lambda j, s: j * s)
        == 11
    )


def test_another_format_has_another_number_of_bytes():
    assert not conv_costs.bytes_agree(torch.float16, torch.float64).holds
    assert not conv_costs.bytes_agree(torch.float32, torch.float32).holds
