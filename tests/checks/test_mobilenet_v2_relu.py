"""What MobileNetV2 says of ReLU holds, and each check can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, mobilenet_v2_relu

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("mobilenet_v2_relu.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(mobilenet_v2_relu, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_two_rows_of_relu_collapse_three_quarters_of_the_plane():
    assert mobilenet_v2_relu.collapsed(2) == pytest.approx(3 / 4, abs=0.03)
    assert mobilenet_v2_relu.collapsed(5) == pytest.approx(6 / 32, abs=0.03)


def test_low_dimensions_that_lose_nothing_fail_the_check():
    assert mobilenet_v2_relu.loses({2: 0.75, 3: 0.5, 5: 0.2, 15: 0.0}, (2, 3), (15,)).holds
    assert not mobilenet_v2_relu.loses({2: 0.75, 3: 0.1, 15: 0.0}, (2, 3), (15,)).holds
    assert not mobilenet_v2_relu.loses({2: 0.75, 3: 0.5, 15: 0.2}, (2, 3), (15,)).holds
    assert not mobilenet_v2_relu.loses({2: 0.75, 3: 0.5, 5: 0.6, 15: 0.0}, (2, 3), (15,)).holds


def test_without_relu_the_image_of_the_spiral_is_linear():
    assert mobilenet_v2_relu.bent(15, lambda values: values) < 1e-9
    assert not mobilenet_v2_relu.keeps({15: 0.0}, {15: 0.0}, {15: 0.0}).holds
    assert not mobilenet_v2_relu.keeps({15: 0.3}, {15: 0.2}, {15: 0.0}).holds
    assert not mobilenet_v2_relu.keeps({15: 0.0}, {15: 0.2}, {15: 0.2}).holds


def test_an_inverse_that_fails_with_enough_rows_is_found():
    cases = mobilenet_v2_relu.inversions()
    assert any(case.active < case.n <= case.m for case in cases)
    broken = [case._replace(error=0.1) if case.active >= case.n else case for case in cases]
    assert not mobilenet_v2_relu.inverted_where_enough(broken).holds
    unique = [case._replace(twin=0.0) for case in cases]
    assert not mobilenet_v2_relu.inverted_where_enough(unique).holds
    assert not mobilenet_v2_relu.inverted_where_enough(
        [case for case in cases if case.active >= case.n]
    ).holds


def test_rows_are_made_active_as_asked():
    b, x = mobilenet_v2_relu.with_active_rows(12, 2, 5)
    assert int((b @ x > 0).sum()) == 5


def test_another_share_than_the_theorem_s_is_found():
    drawn = {(8, 4): mobilenet_v2_relu.drawn_collapse(8, 4)}
    assert mobilenet_v2_relu.volumes_fit(drawn, mobilenet_v2_relu.kept_share).holds
    assert not mobilenet_v2_relu.volumes_fit(drawn, lambda m, n: mobilenet_v2_relu.kept_share(m, n - 1)).holds
    assert not mobilenet_v2_relu.volumes_fit(
        drawn, lambda m, n: Fraction(163, 256)
    ).holds  # n does not matter


def test_the_kept_share_is_that_of_a_count_by_hand():
    assert mobilenet_v2_relu.kept_share(3, 2) == Fraction(
        4, 8
    )  # of 8 signs of three rows, 4 have two or more positive
    assert mobilenet_v2_relu.kept_share(2, 2) == Fraction(1, 4)


def test_a_share_that_breaks_the_bound_is_found():
    assert not mobilenet_v2_relu.bound_holds(lambda m, n: 1 - Fraction(1, 2 ** (m // 3))).holds
    assert not mobilenet_v2_relu.bound_holds(
        lambda m, n: 1 - Fraction(1, 2**m)
    ).holds  # the control holds too
