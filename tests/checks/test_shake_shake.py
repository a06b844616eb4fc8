import pytest

from cnnclaims.verifiers.checks import CHECKS, shake_shake
from cnnclaims.verifiers.checks.agreement import agree

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("shake_shake.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(shake_shake, name)()
    assert found.holds, found.found


def test_all_checks_are_listed():
    assert len(NAMES) == 4


def test_weights_that_do_not_sum_to_one_are_found():
    assert not agree("one", "other", shake_shake.convex(lambda one, two, alpha, _: alpha * (one + two))).holds


def test_another_weight_at_test_time_is_found():
    assert not agree("one", "other", shake_shake.mean(lambda one, two: 0.4 * one + 0.6 * two)).holds


def test_an_uneven_weight_is_not_the_test():
    assert not agree("one", "other", shake_shake.even(0.4)).holds


def test_the_gradient_of_the_forward_pass_is_found():
    def plain(one, two, alpha, _):
        return alpha * one + (1 - alpha) * two

    assert not agree("one", "other", shake_shake.backward(plain)).holds
