"""The checks of ShuffleNet hold, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS, shufflenet_v1
from cnnclaims.verifiers.networks import shufflenet_v1 as networks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("shufflenet_v1.")]
traced = shufflenet_v1.traced


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(shufflenet_v1, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_no_shuffle_and_a_shuffle_with_the_wrong_groups_are_found_out():
    assert not shufflenet_v1.transposes(lambda x, groups: x).holds
    wrong = shufflenet_v1.transposes(lambda x, groups: nn.ChannelShuffle(x.shape[1] // groups)(x))
    assert not wrong.holds


def test_a_branch_that_joins_no_groups_is_found_out():
    every, own = (
        torch.ones(4, 4, dtype=torch.bool),
        torch.eye(2).repeat_interleave(2, 0).repeat_interleave(2, 1),
    )
    assert shufflenet_v1.joined({2: every}, {2: own.bool()}).holds
    assert not shufflenet_v1.joined({2: own.bool()}, {2: own.bool()}).holds
    assert not shufflenet_v1.joined({2: every}, {2: every}).holds


def test_a_convolution_in_two_groups_depends_on_half_of_the_channels():
    pairs = shufflenet_v1.dependence(nn.Conv2d(4, 4, 1, groups=2), torch.rand(1, 4, 2, 2))
    assert pairs.tolist() == [[True, True, False, False]] * 2 + [[False, False, True, True]] * 2


def test_a_formula_off_by_one_and_a_control_that_fits_are_found_out():
    def off(shape):
        """Off by one."""
        return shufflenet_v1.shuffle_formula(shape) + 1

    unit, right = shufflenet_v1.shuffle_unit, shufflenet_v1.shuffle_formula
    assert not shufflenet_v1.compare(unit, off, shufflenet_v1.resnext_formula).holds
    assert not shufflenet_v1.compare(unit, right, right).holds


def test_random_units_have_more_than_one_group_that_divides_their_channels():
    for shape in shufflenet_v1.random_shapes():
        assert shape.g > 1
        assert shape.c % shape.g == shape.m % shape.g == 0


def test_a_bottleneck_of_a_half_is_found_out():
    half = networks.unit(16, 16, 2, 2)
    half.branch = networks.shuffled(16, 8, 16, 1, 2, 2)
    run = traced(lambda: networks.Network({"unit": half}, (16, 7, 7)))
    assert not shufflenet_v1.quarters({2: run}).holds


def test_a_network_far_from_the_level_and_a_control_near_it_are_found_out():
    whole, half = traced(networks.shufflenet_v1), traced(networks.shufflenet_v1, width=0.5)
    assert not shufflenet_v1.near_level({3: half}, half, 140).holds
    assert not shufflenet_v1.near_level({3: whole}, whole, 140).holds


def test_the_square_fails_where_the_width_does_not_change():
    whole, half = traced(networks.shufflenet_v1), traced(networks.shufflenet_v1, width=0.5)
    assert shufflenet_v1.squares(whole, {0.5: half}).holds
    assert not shufflenet_v1.squares(whole, {0.25: half}).holds


def test_half_of_the_units_are_found_out():
    whole, shallow = traced(networks.shufflenet_v1), traced(networks.shufflenet_v1, shallow=True)
    assert not shufflenet_v1.repeated(shallow, whole).holds
    assert not shufflenet_v1.repeated(whole, whole).holds


def test_a_width_that_is_not_the_nearest_is_found_out():
    nets = {c: traced(networks.shufflenet_v1_with_units, units="resnet", stage4=c) for c in (176, 192)}
    assert shufflenet_v1.nearest_width(nets, 192, 38).holds
    assert not shufflenet_v1.nearest_width(nets, 176, 38).holds
