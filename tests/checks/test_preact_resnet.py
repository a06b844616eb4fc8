"""Every check of the pre-activation ResNet holds, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import preact_resnet as checks
from cnnclaims.verifiers.networks.preact_resnet import preact_resnet
from cnnclaims.verifiers.trace import uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("preact_resnet.")]


@pytest.fixture
def built():
    with uninitialised():
        yield


@pytest.fixture(scope="module")
def clean():
    return checks.run(checks.stack(checks.unit))


@pytest.fixture(scope="module")
def original():
    return checks.run(checks.stack(checks.original_unit))


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_a_relu_behind_the_addition_breaks_both_equations(clean, original):
    for equation in (checks.sums_up, checks.gradients_add):
        assert equation(clean, original).holds
        assert not equation(original, original).holds


def test_a_control_that_does_not_differ_fails_the_equations(clean):
    assert not checks.sums_up(clean, clean).holds
    assert not checks.gradients_add(clean, clean).holds


def test_a_state_that_is_off_by_a_billionth_is_found(clean):
    states = [*clean.states[:-1], clean.states[-1] * (1 + 1e-9)]
    assert checks.sum_error(clean) < checks.EXACT < checks.sum_error(clean._replace(states=states))


def test_lambdas_other_than_the_shortcuts_are_refused():
    factors = [0.5, 0.8, 1.2, 0.9]
    net = checks.stack(checks.unit, factors)
    share = 0.5**54
    assert checks.lambdas_multiply(net, factors, share).holds
    assert not checks.lambdas_multiply(net, [0.5, 0.8, 1.2, 0.91], share).holds
    assert not checks.lambdas_multiply(net, factors, 0.5**53).holds


def test_lambdas_of_one_leave_no_control():
    factors = [1.0] * 4
    assert not checks.lambdas_multiply(checks.stack(checks.unit, factors), factors, 0.5**54).holds


def test_unscaled_shortcuts_leave_the_gradient_whole():
    assert checks.surviving(checks.unit, factor=1.0) == 1


def test_another_number_of_layers_is_no_9n_plus_2(built):
    right, wrong = checks.counted(2, preact_resnet(20)), checks.counted(2, preact_resnet(20, unit="basic"))
    shorter = checks.counted(3, preact_resnet(20))
    assert checks.depths_fit([right], control=shorter).holds
    assert not checks.depths_fit([shorter], control=shorter).holds
    assert not checks.depths_fit([right], control=wrong).holds  # 20 layers too: no control


def test_units_of_two_are_not_one_each(built):
    one, two = preact_resnet(110, unit="single"), preact_resnet(110, unit="basic")
    assert checks.one_each(one, two).holds
    assert not checks.one_each(two, two).holds
    assert not checks.one_each(one, one).holds


def test_units_of_other_widths_do_not_cost_alike(monkeypatch):
    wide = checks.basic
    monkeypatch.setattr(checks, "basic", lambda c_in, width, stride: wide(c_in, 2 * width, stride))
    assert not checks.costs_alike([(16, 32)]).holds
