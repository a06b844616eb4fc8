"""The checks of Network In Network hold, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS, network_in_network
from cnnclaims.verifiers.networks.network_in_network import mlpconv

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("network_in_network.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(network_in_network, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_an_output_off_by_a_billionth_is_found_out():
    y = torch.rand(1, 2, 3, 3, dtype=torch.float64) + 1
    assert network_in_network.agrees(y, y, y + 1).holds
    assert not network_in_network.agrees(y + 1e-9, y, y + 1).holds


def test_a_control_that_does_not_differ_fails_the_check():
    y = torch.rand(1, 2, 3, 3, dtype=torch.float64) + 1
    assert not network_in_network.agrees(y, y, y).holds


def test_a_perceptron_of_three_weights_is_slid_as_worked_by_hand():
    layer = mlpconv(1, nn.Conv2d(1, 1, 1), 1, 1).double()
    with torch.no_grad():
        for conv, weight in zip((layer[0], layer[2], layer[4]), (2, 3, 5), strict=True):
            conv.weight.fill_(weight)
            conv.bias.fill_(-1)
    of_patch = network_in_network.perceptron(layer)
    x = torch.tensor([[[[0.0, 1.0]]]], dtype=torch.float64)
    assert network_in_network.slide(of_patch, x, k=1, padding=0).tolist() == [[[[0.0, 9.0]]]]


def test_a_head_with_parameters_is_found_out():
    assert not network_in_network.parameterless(nn.Linear(3, 2), nn.Linear(3, 2)).holds
    assert not network_in_network.parameterless(nn.Flatten(), nn.Flatten()).holds


def test_a_score_that_sees_other_maps_and_maps_that_are_too_many_are_found_out():
    maps = torch.rand(1, 4, 2, 2, dtype=torch.float64)
    own = network_in_network.dependence(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1)), maps)
    every = network_in_network.dependence(nn.Sequential(nn.Flatten(1), nn.Linear(16, 4)).double(), maps)
    assert network_in_network.class_maps({4: 4}, own, every).holds
    assert not network_in_network.class_maps({4: 4}, every, every).holds
    assert not network_in_network.class_maps({4: 5}, own, every).holds
    assert not network_in_network.class_maps({4: 4}, own, own).holds
