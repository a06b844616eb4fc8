"""The check of network pruning holds, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, network_pruning

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("network_pruning.")]
HALF = Fraction(1, 2)


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(network_pruning, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_units_left_on_one_side_alone_are_found_out():
    both = network_pruning.connections_left(100, 300, HALF, HALF)
    one = network_pruning.connections_left(100, 300, HALF, Fraction(1))
    assert both == HALF**2
    assert one == HALF
    assert network_pruning.rate_follows([(HALF, both)]).holds
    assert not network_pruning.rate_follows([(HALF, both), (HALF, one)]).holds


def test_a_layer_that_keeps_all_settles_nothing():
    assert not network_pruning.rate_follows([(Fraction(1), Fraction(1))]).holds
