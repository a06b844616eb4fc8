"""The checks of MnasNet hold, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS, mnasnet

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("mnasnet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(mnasnet, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_another_gain_gives_another_exponent():
    assert mnasnet.exponent_rounds(0.05, control=0.1).holds
    assert not mnasnet.exponent_rounds(0.06, control=0.1).holds
    assert not mnasnet.exponent_rounds(0.05, control=0.049).holds  # the control rounds to the same


def test_another_exponent_is_worth_another_gain():
    assert mnasnet.worth(-0.07, control=-1.0).holds
    assert not mnasnet.worth(-0.15, control=-1.0).holds
    assert not mnasnet.worth(-0.07, control=-0.07).holds


def test_a_reward_that_favours_one_of_an_equal_pair_is_found():
    def linear(accuracy, latency):
        return accuracy - 0.07 * latency

    assert mnasnet.trades_are_equal(mnasnet.reward, linear).holds
    assert not mnasnet.trades_are_equal(lambda a, t: mnasnet.reward(a, t, -0.15, -0.15), linear).holds
    assert not mnasnet.trades_are_equal(mnasnet.reward, mnasnet.reward).holds


def test_the_hard_constraint_spares_fast_networks_only():
    assert mnasnet.reward(0.5, 0.5, 0, -1) == 0.5
    assert mnasnet.reward(0.5, 2.0, 0, -1) == 0.25


def test_curves_that_meet_elsewhere_are_found():
    def soft(latency):
        return mnasnet.reward(0.5, latency / 80)

    def hard(latency):
        return mnasnet.reward(0.5, latency / 80, 0, -1)

    assert mnasnet.meet_at(80, soft, hard).holds
    assert not mnasnet.meet_at(75, soft, hard).holds
    assert not mnasnet.meet_at(80, soft, soft).holds


def test_another_order_of_magnitude_is_found():
    assert mnasnet.order_of(432**5, 13, control=7).holds
    assert not mnasnet.order_of(324**5, 13, control=7).holds
    assert not mnasnet.order_of(432**5, 13, control=432**5).holds
