"""Every check of SENet holds, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import senet as checks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("senet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


class Maximum(nn.Module):
    def forward(self, x):
        return x.amax((2, 3))


class FirstRow(nn.Module):
    def forward(self, x):
        return x[:, :, 0].mean(-1)


@pytest.mark.parametrize("squeeze", [Maximum(), FirstRow()])
def test_another_squeeze_is_refused(squeeze):
    block = checks.random_block()
    block.squeeze = squeeze
    assert not checks.sees_only_means(block, checks.random_maps()).holds


class Unscaled(nn.Module):
    def forward(self, x, gates):
        return x


def test_a_block_that_does_not_scale_by_its_gates_or_has_gates_beyond_one_is_refused():
    block = checks.random_block()
    block.scale = Unscaled()
    assert not checks.sees_only_means(block, checks.random_maps()).holds
    block = checks.random_block()
    block.sigmoid = nn.ReLU()
    assert not checks.sees_only_means(block, checks.random_maps()).holds


def test_gates_that_see_nothing_leave_no_control():
    block = checks.random_block()
    nn.init.zeros_(block.fc1.weight)
    assert not checks.sees_only_means(block, checks.random_maps()).holds


def test_gates_below_one_are_no_identity_and_a_control_of_one_is_none():
    maps = checks.random_maps()
    one, half, near = (checks.saturated(checks.random_block(), drive) for drive in (100.0, 0.0, 20.0))
    assert checks.is_identity(one, half, maps).holds
    assert not checks.is_identity(near, half, maps).holds
    assert not checks.is_identity(one, one, maps).holds


def test_a_rule_that_is_off_by_one_and_a_control_that_fits_are_refused():
    added = [checks.Added(50, 16, 2_514_944), checks.Added(50, 8, 5_029_888)]
    assert checks.adds_up(added, checks.formula, checks.one_layer_formula).holds
    assert not checks.adds_up(added, lambda d, r: checks.formula(d, r) + 1, checks.one_layer_formula).holds
    assert not checks.adds_up(added, checks.formula, checks.formula).holds
    wrong = [*added, checks.Added(101, 16, 4_743_169)]
    assert not checks.adds_up(wrong, checks.formula, checks.one_layer_formula).holds


def test_random_maps_and_blocks_are_the_same_every_time():
    assert torch.equal(checks.random_maps(), checks.random_maps())
    first, second = checks.random_block(), checks.random_block()
    assert torch.equal(first.fc1.weight, second.fc1.weight)
