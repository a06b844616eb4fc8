"""Every check of ResNeXt holds, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import resnext as checks
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.networks.resnext import resnext50_32x4d
from cnnclaims.verifiers.trace import trace, uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("resnext.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


@pytest.mark.parametrize("broken", ["a", "b", "c"])
@pytest.mark.parametrize("layer", ["conv2", "bn3"])
def test_one_weight_changed_in_one_form_breaks_their_agreement(broken, layer):
    forms, other = checks.with_shared_weights(), checks.with_shared_weights().a
    nn.init.zeros_(other.bn3.weight)
    assert checks.forms_agree(forms, other).holds
    block = getattr(forms, broken)
    part = getattr(block if layer == "bn3" or broken == "c" else block.paths[0], layer)
    with torch.no_grad():
        part.weight.view(-1)[0] *= 1 + 1e-6
    assert not checks.forms_agree(forms, other).holds


def test_normalisation_within_each_path_is_not_the_sum_of_form_a():
    forms = checks.with_shared_weights()
    for path in forms.a.paths:
        path.add_module("bn3", nn.BatchNorm2d(checks.CHANNELS).double())
    assert not checks.forms_agree(forms, forms.a).holds


def test_forms_fail_without_a_control_that_differs():
    forms = checks.with_shared_weights()
    assert not checks.forms_agree(forms, checks.with_shared_weights().a).holds


def depth_two(paths=4):
    generator = torch.Generator().manual_seed(7)

    def weights(*shape):
        return torch.empty(*shape, dtype=torch.float64).normal_(generator=generator)

    x = weights(2, 6, 5, 5)
    return (
        x,
        [(weights(2, 6, 3, 3), weights(6, 2, 3, 3)) for _ in range(paths)],
        [weights(2, 2, 3, 3)] * paths,
    )


def test_the_wide_block_is_refused_where_a_path_s_weights_are_not_its_own(monkeypatch):
    x, outer, inner = depth_two()
    assert checks.paths_are_wide(x, outer, inner).holds
    run = checks._run

    def off(x, weights):
        return run(x, weights) * (1 + 1e-9 * (weights[0].shape[0] == 2))

    monkeypatch.setattr(checks, "_run", off)
    assert not checks.paths_are_wide(x, outer, inner).holds


def test_a_single_path_leaves_no_control_at_depth_two():
    x, outer, inner = depth_two(paths=1)
    assert not checks.paths_are_wide(x, outer, inner).holds


@pytest.mark.parametrize(
    ("cardinality", "width", "group_width"), [(2, 39, 78), (2, 40, 81), (8, 13, 104), (32, 5, 160)]
)
def test_another_width_does_not_keep_the_complexity(cardinality, width, group_width):
    assert not checks.keeps_complexity(cardinality, width, group_width).holds


def test_a_template_that_costs_more_and_a_control_that_costs_the_same_are_refused():
    assert checks.costs_round_to([(1, 64)], control=(32, 8)).holds
    assert not checks.costs_round_to([(1, 64), (32, 8)], control=(32, 8)).holds
    assert not checks.costs_round_to([(1, 64)], control=(32, 4)).holds


def test_costs_more_than_ten_per_cent_apart_are_not_the_same():
    assert checks.one_cost({"conv2": 100, "conv3": 109}, control=25).holds
    assert not checks.one_cost({"conv2": 100, "conv3": 111}, control=25).holds
    assert not checks.one_cost({"conv2": 100, "conv3": 100}, control=105).holds


def test_networks_of_equal_size_or_cost_are_refused():
    with uninitialised():
        one, other = trace(resnext50_32x4d()), trace(resnet50(stride="3x3"))
        cheaper = trace(resnet50(stride="1x1"))
    assert checks.differs_where_maps_change(one, other).holds
    assert not checks.differs_where_maps_change(one, one).holds
    idle = one._replace(nodes=tuple(node._replace(macs=0) for node in one.nodes))
    assert not checks.differs_where_maps_change(idle, cheaper).holds
