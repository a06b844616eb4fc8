"""The checks of SqueezeNet hold, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS, squeezenet
from cnnclaims.verifiers.networks import squeezenet as networks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("squeezenet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(squeezenet, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_another_frequency_is_found_out():
    table_1 = squeezenet.layers(networks.squeezenet(freq=5))
    nets = {freq: squeezenet.layers(networks.squeezenet(freq=freq)) for freq in (2, 5)}
    found = squeezenet.only_fit(nets, table_1, 2)
    assert not found.holds
    assert found.found.startswith("freq 5 makes all")


def test_two_numbers_that_fit_settle_nothing():
    table_1 = squeezenet.layers(networks.squeezenet())
    assert not squeezenet.only_fit({2: table_1, 3: table_1}, table_1, 2).holds


def test_a_bypass_round_the_wrong_modules_is_found_out():
    odd = networks.squeezenet(freq=4, bypass="simple")
    plain, everywhere = networks.squeezenet1_0(), networks.squeezenet1_0(bypass="complex")
    found = squeezenet.bypassed(odd, plain, everywhere)
    assert not found.holds
    assert "adds in fire3, fire4, fire5, fire7, fire8, fire9" in found.found


def test_a_bypass_with_parameters_is_not_the_simple_one():
    plain, everywhere = networks.squeezenet1_0(), networks.squeezenet1_0(bypass="complex")
    assert not squeezenet.bypassed(everywhere, plain, everywhere).holds


def test_controls_that_add_in_the_same_modules_fail_the_check():
    simple = networks.squeezenet1_0(bypass="simple")
    assert not squeezenet.bypassed(simple, simple, simple).holds
