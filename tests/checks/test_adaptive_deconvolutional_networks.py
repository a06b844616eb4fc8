"""The checks of adaptive deconvolutional networks hold, and can fail."""

import pytest
import torch

from cnnclaims.verifiers.checks import adaptive_deconvolutional_networks as checks


@pytest.mark.parametrize("name", ["pooling_halves_maps_and_sides", "unpooling_is_undone_by_pooling"])
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_pooling_within_maps_does_not_halve_them():
    assert not checks.halves((1, 2, 2), (2, 1, 1)).holds


def test_a_control_that_halves_too_is_found():
    assert not checks.halves(checks.POOL, checks.POOL).holds


def test_switches_that_name_other_places_are_found():
    x = checks.features(0)
    switches = checks.pooled(x)[1]
    others = checks.pooled(-x)[1]
    assert not torch.equal(switches, others)
    assert not checks.undone(others, others).holds


def test_a_control_with_the_right_places_is_found():
    switches = checks.pooled(checks.features(0))[1]
    assert not checks.undone(switches, switches).holds


def test_a_value_goes_back_where_it_stood():
    x = torch.zeros(1, 1, 2, 2, 2)
    x[0, 0, 1, 0, 1] = 3
    values, switches = checks.pooled(x)
    assert values.tolist() == [[[[[3.0]]]]]
    assert torch.equal(checks.unpooled(values, switches, x), x)
