"""Every check of IBN-Net holds, and can fail."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import ibn_net as checks
from cnnclaims.verifiers.checks.ibn_net import Cost, Share

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("ibn_net.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def over_the_batch(x):
    return F.batch_norm(x, None, None, training=True, eps=1e-30)


def over_all_channels(x):
    return F.layer_norm(x, x.shape[1:], eps=1e-30)


def without_variance(x):
    return x - x.mean((2, 3), keepdim=True)


@pytest.mark.parametrize("normalise", [over_the_batch, over_all_channels, without_variance])
def test_other_normalisations_see_appearance(normalise):
    assert not checks.ignores_appearance(normalise).holds


def test_a_large_epsilon_leaves_some_appearance():
    assert not checks.ignores_appearance(lambda x: F.instance_norm(x, eps=1e-3)).holds


def test_channels_by_instance_are_counted_from_what_a_layer_does():
    assert checks.share(torch.nn.BatchNorm2d(6)) == Share(6, 0)
    assert checks.share(torch.nn.GroupNorm(6, 6)) == Share(6, 6)
    assert checks.share(torch.nn.GroupNorm(2, 6)).by_instance == 0


PLAIN = {"conv2_x": [Share(8, 0)], "conv3_x": [Share(8, 0)]}


def test_a_quarter_of_the_channels_is_not_half():
    assert checks.halves({"conv2_x": [Share(8, 4)]}, PLAIN).holds
    assert not checks.halves({"conv2_x": [Share(8, 4), Share(8, 2)]}, PLAIN).holds
    assert not checks.halves({"conv2_x": [Share(8, 0)]}, PLAIN).holds


def test_a_control_with_instance_normalisation_is_refused():
    split = {"conv2_x": [Share(8, 4)], "conv3_x": [Share(8, 0)]}
    assert not checks.halves(split, split).holds
    assert checks.stages_are(split, ["conv2_x"], PLAIN).holds
    assert not checks.stages_are(split, ["conv2_x"], split).holds


def test_a_stage_with_one_plain_block_is_not_a_changed_stage():
    mixed = {"conv2_x": [Share(8, 4), Share(8, 0)], "conv3_x": [Share(8, 0)]}
    assert not checks.stages_are(mixed, ["conv2_x"], PLAIN).holds
    assert not checks.stages_are(mixed, ["conv2_x", "conv3_x"], PLAIN).holds


def test_one_parameter_or_multiply_add_more_is_found_out():
    same, more = (Cost(10, 100), Cost(10, 100)), (Cost(10, 100), Cost(11, 100))
    assert checks.costs_the_same({"a": same}, more).holds
    assert not checks.costs_the_same({"a": same, "b": more}, more).holds
    assert not checks.costs_the_same({"a": (Cost(10, 100), Cost(10, 101))}, more).holds
    assert not checks.costs_the_same({"a": same}, same).holds
