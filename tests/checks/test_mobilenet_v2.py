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


def test_two_rows_of_relu_collapse_three_quarters_of_the_plane():
    assert mobilenet_v2.collapsed(2) == pytest.approx(3 / 4, abs=0.03)
    assert mobilenet_v2.collapsed(5) == pytest.approx(6 / 32, abs=0.03)


def test_low_dimensions_that_lose_nothing_fail_the_check():
    assert mobilenet_v2.loses({2: 0.75, 3: 0.5, 5: 0.2, 15: 0.0}, (2, 3), (15,)).holds
    assert not mobilenet_v2.loses({2: 0.75, 3: 0.1, 15: 0.0}, (2, 3), (15,)).holds
    assert not mobilenet_v2.loses({2: 0.75, 3: 0.5, 15: 0.2}, (2, 3), (15,)).holds
    assert not mobilenet_v2.loses({2: 0.75, 3: 0.5, 5: 0.6, 15: 0.0}, (2, 3), (15,)).holds


def test_without_relu_the_image_of_the_spiral_is_linear():
    assert mobilenet_v2.bent(15, lambda values: values) < 1e-9
    assert not mobilenet_v2.keeps({15: 0.0}, {15: 0.0}, {15: 0.0}).holds
    assert not mobilenet_v2.keeps({15: 0.3}, {15: 0.2}, {15: 0.0}).holds
    assert not mobilenet_v2.keeps({15: 0.0}, {15: 0.2}, {15: 0.2}).holds


def test_an_inverse_that_fails_with_enough_rows_is_found():
    cases = mobilenet_v2.inversions()
    assert any(case.active < case.n <= case.m for case in cases)
    broken = [case._replace(error=0.1) if case.active >= case.n else case for case in cases]
    assert not mobilenet_v2.inverted_where_enough(broken).holds
    unique = [case._replace(twin=0.0) for case in cases]
    assert not mobilenet_v2.inverted_where_enough(unique).holds
    assert not mobilenet_v2.inverted_where_enough([case for case in cases if case.active >= case.n]).holds


def test_rows_are_made_active_as_asked():
    b, x = mobilenet_v2.with_active_rows(12, 2, 5)
    assert int((b @ x > 0).sum()) == 5


def test_another_share_than_the_theorem_s_is_found():
    drawn = {(8, 4): mobilenet_v2.drawn_collapse(8, 4)}
    assert mobilenet_v2.volumes_fit(drawn, mobilenet_v2.kept_share).holds
    assert not mobilenet_v2.volumes_fit(drawn, lambda m, n: mobilenet_v2.kept_share(m, n - 1)).holds
    assert not mobilenet_v2.volumes_fit(drawn, lambda m, n: Fraction(163, 256)).holds  # n does not matter


def test_the_kept_share_is_that_of_a_count_by_hand():
    assert mobilenet_v2.kept_share(3, 2) == Fraction(
        4, 8
    )  # of 8 signs of three rows, 4 have two or more positive
    assert mobilenet_v2.kept_share(2, 2) == Fraction(1, 4)


def test_a_share_that_breaks_the_bound_is_found():
    assert not mobilenet_v2.bound_holds(lambda m, n: 1 - Fraction(1, 2 ** (m // 3))).holds
    assert not mobilenet_v2.bound_holds(lambda m, n: 1 - Fraction(1, 2**m)).holds  # the control holds too


def test_parts_that_do_not_add_up_or_hold_too_much_are_found():
    whole = torch.ones(1, 12, 8, 8, dtype=torch.float64)
    live = 1800 + whole.numel() + 289
    assert mobilenet_v2.same_in_parts(whole, whole, whole + 1, live, 1800).holds
    assert not mobilenet_v2.same_in_parts(whole, whole + 1e-6, whole + 1, live, 1800).holds
    assert not mobilenet_v2.same_in_parts(whole, whole, whole, live, 1800).holds
    assert not mobilenet_v2.same_in_parts(whole, whole, whole + 1, live + 1, 1800).holds
