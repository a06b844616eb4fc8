"""Every check of dilated convolutions holds, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import dilated_conv as checks
from cnnclaims.verifiers.kernels.dilated import dilated_stack
from cnnclaims.verifiers.networks.dilated_conv import initialise

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("dilated_conv.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_another_formula_other_dilations_and_an_equal_control_are_refused():
    right = lambda i: 2 ** (i + 2) - 1  # noqa: E731
    assert checks.fields_agree(right, checks.doubling, control=lambda i: 1).holds
    assert not checks.fields_agree(lambda i: 2 ** (i + 2), checks.doubling, control=lambda i: 1).holds
    assert not checks.fields_agree(right, lambda i: i + 1, control=lambda i: 1).holds
    assert not checks.fields_agree(right, checks.doubling, control=checks.doubling).holds


def test_dilations_that_leave_holes_are_refused():
    assert checks.covers(lambda i: 3**i, control=lambda i: 4**i).holds  # 3x3 fields side by side
    assert not checks.covers(lambda i: 4**i, control=lambda i: 4**i).holds
    assert not checks.covers(checks.doubling, control=checks.doubling).holds


def test_what_an_output_sees_is_counted_as_by_hand():
    assert checks.seen([1]).tolist() == [True] * 3
    assert checks.seen([2]).tolist() == [True, False, True, False, True]
    assert len(checks.seen([1, 2, 4])) == 15


def test_layers_with_more_weights_are_refused():
    fields = [3, 7, 15, 31, 63]
    assert checks.layers_are_alike(dilated_stack(channels=4, layers=5, size=16), fields).holds
    assert not checks.layers_are_alike(dilated_stack(channels=4, layers=5, size=16, k=5), fields).holds
    assert not checks.layers_are_alike(dilated_stack(channels=4, layers=5, size=16), [3, 5, 5, 7, 9]).holds


def test_a_module_that_starts_with_noise_or_with_the_sum_of_its_maps_is_refused():
    assert not checks.passes_on("basic", start=lambda net: initialise(net, std=0.01)).holds

    def ones(net):
        initialise(net)
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d):
                layer.weight.data[layer.weight > 0] = 1.0
        return net

    assert checks.passes_on("basic", start=ones).holds  # one map a class: C / c' is 1
    assert not checks.passes_on("large", start=ones).holds


def test_a_module_of_zeros_leaves_no_control():
    def zeros(net):
        return initialise(net).requires_grad_(False).apply(_zero)

    assert not checks.passes_on("basic", start=zeros).holds


def _zero(module):
    if isinstance(module, nn.Conv2d):
        torch.nn.init.zeros_(module.weight)
