"""The checks of CondenseNet hold, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import condensenet as checks
from cnnclaims.verifiers.networks.condensenet import condense, condensenet_cifar, condensenet_light
from cnnclaims.verifiers.trace import trace, uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("condensenet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_all_six_are_listed():
    assert len(NAMES) == 6


def test_a_stage_too_few_or_an_uneven_one_is_found():
    assert checks.stages_fit({4: [1, 0.75, 0.5, 0.25]}).holds
    assert not checks.stages_fit({4: [1, 0.75, 0.5]}).holds
    assert not checks.stages_fit({4: [1, 0.5, 0.5, 0.25]}).holds
    assert not checks.stages_fit({4: [1, 0.75, -1.0, 0.25]}).holds  # groups that keep different shares


def test_a_layer_that_is_not_condensed_does_not_keep_one_in_c():
    done, whole = checks.condensed(4), checks.learned(4)
    assert checks.remains_fit([done], whole).holds
    assert not checks.remains_fit([whole], whole).holds
    assert not checks.remains_fit([done], done).holds


def test_filters_of_one_group_that_keep_different_inputs_are_found():
    layer = checks.condensed(4)
    layer.mask[0] = layer.mask[0].roll(1, 0)
    assert not checks.remains_fit([layer], checks.learned(4)).holds


def test_strong_inputs_that_were_dropped_are_found():
    layer = checks.condensed(4)
    with torch.no_grad():
        layer.conv.weight[layer.mask == 0] = 1e3
    assert not checks.remains_fit([layer], checks.learned(4)).holds


@torch.no_grad()
def test_a_wrong_conversion_is_found():
    def shifted(layer):
        form = condense(layer)
        form.index.index = form.index.index.roll(1)
        return form

    def unshuffled(layer):
        form = condense(layer)
        form.shuffle = nn.Identity()
        return form

    layers = [checks.condensed(4)]
    assert checks.forms_agree(layers, condense).holds
    assert not checks.forms_agree(layers, shifted).holds
    assert not checks.forms_agree(layers, unshuffled).holds


def test_a_constant_growth_rate_does_not_double():
    with uninitialised():
        full, light = trace(condensenet_cifar(50)), trace(condensenet_light())
    assert checks.growth_fits([full], light).holds
    assert not checks.growth_fits([full, light], light).holds
    assert not checks.growth_fits([full], full).holds


def test_networks_of_the_other_sort_break_the_formula_of_the_depth():
    full, light = checks.Depth(14, 86), checks.Depth(15, 94)
    assert checks.depths_fit([full], 2, light).holds
    assert not checks.depths_fit([light], 2, light).holds
    assert not checks.depths_fit([full], 2, full).holds
