import pytest
from torch import nn

from cnnclaims.verifiers.checks import CHECKS, shake_shake
from cnnclaims.verifiers.checks.agreement import agree
from cnnclaims.verifiers.checks.found import Found

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("shake_shake.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(shake_shake, name)()
    assert found.holds, found.found


def test_all_checks_are_listed():
    assert len(NAMES) == 4


def test_weights_that_do_not_sum_to_one_are_found():
    assert not agree("one", "other", shake_shake.convex(lambda one, two, alpha, _: alpha * (one + two))).holds


class Blends(nn.Module):
    """Blends with a first weight drawn as told, and the rest or as much for the second."""

    def __init__(self, draw, rest=True):
        super().__init__()
        self.draw, self.rest = draw, rest

    def forward(self, one, two):
        alpha = self.draw(one.new_empty(len(one), 1, 1, 1))
        return alpha * one + (1 - alpha if self.rest else alpha) * two


@pytest.mark.parametrize(
    ("layer", "holds"),
    [
        (Blends(lambda empty: empty.uniform_()), True),
        (Blends(lambda empty: empty.fill_(0.5)), False),
        (Blends(lambda empty: empty.uniform_(0.1, 0.9)), False),
        (Blends(lambda empty: empty.normal_(0.5, 0.3)), False),
        (Blends(lambda empty: empty.uniform_(), rest=False), False),
    ],
)
def test_a_first_weight_that_is_not_uniform_or_a_second_that_is_not_the_rest_is_found(layer, holds):
    assert shake_shake.with_uniform(Found(True, "an identity"), layer).holds is holds


def test_another_weight_at_test_time_is_found():
    assert not agree("one", "other", shake_shake.mean(lambda one, two: 0.4 * one + 0.6 * two)).holds


def test_an_uneven_weight_is_not_the_test():
    assert not agree("one", "other", shake_shake.even(0.4)).holds


def test_the_gradient_of_the_forward_pass_is_found():
    def plain(one, two, alpha, _):
        return alpha * one + (1 - alpha) * two

    assert not agree("one", "other", shake_shake.backward(plain)).holds
