"""The checks of EfficientNet say what they find, and can turn out either way."""

import pytest

from cnnclaims.verifiers.checks import efficientnet as checks


@pytest.mark.parametrize("name", ["conv_cost_by_scale", "geometric_mean_best"])
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_the_cost_does_not_double_with_each_step_of_phi():
    found = checks.flops_double_with_phi()
    assert not found.holds
    assert "3 of them within ten per cent of 2^phi" in found.found


def test_the_public_networks_are_not_4_7_times_as_large():
    found = checks.geometric_mean_public()
    assert not found.holds
    assert "is 4.21, of the printed ratios 4.66" in found.found


def test_depthwise_convolutions_do_not_grow_with_the_square_of_the_width():
    assert not checks.scales_as_printed(checks.per_channel, checks.per_channel).holds


def test_a_control_that_grows_alike_fails_the_check():
    assert not checks.scales_as_printed(checks.regular, checks.regular).holds


def test_random_stacks_differ_and_grow_in_every_dimension():
    stacks = checks.random_stacks()
    assert len(set(stacks)) > 35
    assert all(min(stack.d, stack.w, stack.r) >= 2 for stack in stacks)


def test_powers_of_two_hold_and_powers_of_another_base_do_not():
    assert checks.near_powers([2.0, 4.1, 7.9], 2.0).holds
    assert not checks.near_powers([2.0, 4.1, 9.0], 2.0).holds
    assert not checks.near_powers([1.5, 2.25], 1.5).holds  # the control does not differ


def test_a_mean_that_rounds_otherwise_fails():
    assert checks.mean_is([2.0, 8.0], "4.0", [2.0, 8.0]).holds
    assert not checks.mean_is([2.0, 8.0], "5.0", [2.0, 8.0]).holds
    assert not checks.mean_is([4.0, 4.0], "4.0", [4.0, 4.0]).holds  # geometric and arithmetic mean are one
