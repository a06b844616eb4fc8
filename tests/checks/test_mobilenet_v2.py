"""The checks of MobileNetV2 hold, or refute what is wrong, and can fail."""

from fractions import Fraction

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, mobilenet_v2

REFUTES = {"eight_to_nine"}
NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("mobilenet_v2.")]


@pytest.mark.parametrize("name", sorted(set(NAMES) - REFUTES))
def test_the_check_holds_at_full_scale(name):
    found = getattr(mobilenet_v2, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_the_narrow_blocks_save_less_than_eight_times():
    found = mobilenet_v2.eight_to_nine()
    assert not found.holds
    assert found.found.startswith("7 of the 17 blocks")


def test_wide_layers_alone_would_save_eight_to_nine_times():
    assert mobilenet_v2.within_eight_to_nine([Fraction(9 * n, 9 + n) for n in (72, 160, 1000)]).holds
    assert not mobilenet_v2.within_eight_to_nine([Fraction(9 * n, 9 + n) for n in (71, 160)]).holds


def test_a_formula_that_is_off_for_one_layer_only_is_found():
    rows = mobilenet_v2.layers(lambda di, dj, k, h, t: Fraction(h * h * di * (k * k + dj)))
    assert mobilenet_v2.exact(rows, mobilenet_v2.separable, mobilenet_v2.full, "it", "control").holds
    odd = [rows[0]._replace(cost=rows[0].cost + 1), *rows[1:]]
    assert not mobilenet_v2.exact(odd, mobilenet_v2.separable, mobilenet_v2.full, "it", "control").holds


def test_a_control_that_fits_fails_the_check():
    rows = mobilenet_v2.layers(lambda di, dj, k, h, t: Fraction(h * h * di * (k * k + dj)))
    assert not mobilenet_v2.exact(rows, mobilenet_v2.separable, mobilenet_v2.separable, "it", "it").holds


def test_parts_that_do_not_add_up_or_hold_too_much_are_found():
    whole = torch.ones(1, 12, 8, 8, dtype=torch.float64)
    live = 1800 + whole.numel() + 289
    assert mobilenet_v2.same_in_parts(whole, whole, whole + 1, live, 1800).holds
    assert not mobilenet_v2.same_in_parts(whole, whole + 1e-6, whole + 1, live, 1800).holds
    assert not mobilenet_v2.same_in_parts(whole, whole, whole, live, 1800).holds
    assert not mobilenet_v2.same_in_parts(whole, whole, whole + 1, live + 1, 1800).holds
