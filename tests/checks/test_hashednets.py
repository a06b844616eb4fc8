"""The checks of HashedNets hold, and can fail."""

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, hashednets
from cnnclaims.verifiers.networks.hashednets import equal_size_net, hashednet

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("hashednets.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(hashednets, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_a_net_that_stores_a_half_is_found_out():
    virtual = equal_size_net(units=4, factor=1, image=2, classes=2)
    half, third = (hashednet(units=4, factor=f, image=2, classes=2) for f in (0.5, 0.34))
    found = hashednets.stores_a_quarter(half, virtual, third)
    assert not found.holds
    assert "12 of 24" in found.found


def test_a_control_that_stores_a_quarter_too_fails_the_check():
    virtual = equal_size_net(units=4, factor=1, image=2, classes=2)
    quarter = hashednet(units=4, factor=0.25, image=2, classes=2)
    assert not hashednets.stores_a_quarter(quarter, virtual, quarter).holds


def test_a_gradient_that_is_off_is_found_out():
    right = torch.tensor([1.0, 2.0], dtype=torch.float64)
    off = right + torch.tensor([0, 1e-9], dtype=torch.float64)
    assert hashednets.agrees(right, right, -right, "they").holds
    assert not hashednets.agrees(off, right, -right, "they").holds


def test_signs_that_change_nothing_fail_the_check():
    right = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert not hashednets.agrees(right, right, right, "they").holds


@pytest.mark.parametrize("units", [99, 101])
def test_a_plain_net_of_another_size_needs_another_number_of_hidden_units(units):
    assert not hashednets.as_large_as_a_plain_net_of(units).holds


def test_what_follows_from_the_same_section_is_its_own_word():
    assert hashednets.hidden_units_for_100_plain_ones().own_word
