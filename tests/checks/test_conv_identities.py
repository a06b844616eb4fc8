"""Every identity holds; none does when one side is off or the control is equal."""

import math

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, agreement, conv_identities, layer_identities
from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree, distance

MODULES = {"conv_identities": conv_identities, "layer_identities": layer_identities}
NAMES = [name for name in CHECKS if name.partition(".")[0] in MODULES]
OTHER_WAYS = {
    "conv_identities.transposed_doubles",
    "layer_identities.ceil_pooling",
    "layer_identities.hard_swish_distance",
    "layer_identities.hard_swish_minimum",
    "layer_identities.winograd_2",
    "layer_identities.winograd_4",
}
IDENTITIES = [name for name in NAMES if name not in OTHER_WAYS]


def run(name):
    module, _, function = name.partition(".")
    return getattr(MODULES[module], function)()


def with_sides(monkeypatch, name, change):
    module = MODULES[name.partition(".")[0]]
    monkeypatch.setattr(
        module, "agree", lambda what, control, draw: agree(what, control, lambda the: change(draw(the)))
    )
    return run(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = run(name)
    assert found.holds, found.found
    assert not found.scaled_down


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_side_that_is_off_by_a_billionth_is_found(monkeypatch, name):
    found = with_sides(monkeypatch, name, lambda sides: sides._replace(other=sides.other * (1 + 1e-9)))
    assert not found.holds


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_control_that_is_equal_is_no_control(monkeypatch, name):
    assert not with_sides(monkeypatch, name, lambda sides: sides._replace(control=sides.one)).holds


@pytest.mark.parametrize("name", IDENTITIES)
def test_the_control_in_place_of_the_other_side_is_refused(monkeypatch, name):
    assert not with_sides(monkeypatch, name, lambda sides: sides._replace(other=sides.control)).holds


def test_one_draw_that_fails_is_enough(monkeypatch):
    def draw(the):
        x = the.normal(3)
        return Sides(x, x + (the.whole(0, 99) < 10), x + 1)

    assert not agree("x", "y", draw).holds
    monkeypatch.setattr(agreement, "DRAWS", 1)
    assert agree("x", "y", lambda the: Sides(x := the.normal(3), x, x + 1)).holds


def test_other_shapes_are_infinitely_far_apart():
    assert distance(torch.ones(2), torch.ones(3)) == math.inf
    assert distance(torch.tensor([1.0, 4.0]), torch.tensor([2.0, 4.0])) == 0.25


def test_the_same_seed_draws_the_same():
    one, other = Draw(1), Draw(1)
    assert torch.equal(one.image(3), other.image(3))


def test_kernels_that_do_not_double_are_refused():
    assert not conv_identities.doubles(kernel=3, control=5).holds
    assert not conv_identities.doubles(kernel=4, control=4).holds


def test_a_rule_for_rounding_up_without_its_condition_is_refused():
    assert not layer_identities.ceil_sizes(layer_identities.rounded_up).holds
    assert not layer_identities.ceil_sizes(lambda i, k, s, p: (i + 2 * p - k) // s + 1).holds


def test_another_minimum_or_another_place_is_refused():
    silu, hard = torch.nn.functional.silu, torch.nn.functional.hardswish
    assert not layer_identities.lowest(hard, at=-1.5, value=-0.374, control=silu).holds
    assert not layer_identities.lowest(hard, at=-1.4, value=-0.375, control=silu).holds
    assert not layer_identities.lowest(hard, at=-1.5, value=-0.375, control=hard).holds


def test_another_distance_or_another_place_is_refused():
    silu, hard = torch.nn.functional.silu, torch.nn.functional.hardswish
    assert not layer_identities.furthest(hard, silu, low=0.14235, high=0.14245, at=3.0).holds
    assert not layer_identities.furthest(hard, silu, low=0.14225, high=0.14235, at=2.0).holds
    assert not layer_identities.furthest(hard, hard, low=0.14225, high=0.14235, at=3.0).holds


def test_tiles_from_a_wrong_point_or_another_count_are_refused(monkeypatch):
    right = layer_identities.transforms
    assert not layer_identities.minimal(2, points=(0, 1, -1), times=4).holds

    def off(m, r, points):
        a, g, b = right(m, r, points)
        return layer_identities.Transforms(a, g, b * 1.001)

    monkeypatch.setattr(layer_identities, "transforms", off)
    assert not layer_identities.winograd_2().holds
    assert not layer_identities.winograd_4().holds


def test_the_transforms_of_two_outputs_are_those_that_are_printed_everywhere():
    a, g, b = layer_identities.transforms(2, 3, points=(0, 1, -1))
    assert a.tolist() == [[1, 1, 1, 0], [0, 1, -1, 1]]
    assert g.abs().tolist() == [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], [0, 0, 1]]
    assert b.abs().tolist() == [[1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 1]]
