import math

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import lenet as checks
from cnnclaims.verifiers.networks.lenet import PartialConvolution, ScaledTanh, lenet5


@pytest.mark.parametrize("check", [checks.map_pairs, checks.squash_amplitude, checks.squash_fixed_points])
def test_what_the_paper_says_holds(check):
    assert check().holds


def test_influences_are_the_pairs_of_the_table():
    layer = PartialConvolution(((0, 2), (1,)), 5)
    assert checks.influences(layer, maps=3).tolist() == [[True, False], [False, True], [True, False]]


def test_the_squashing_function_bends_most_short_of_one():
    found = checks.squash_curvature()
    assert not found.holds
    assert "0.9877" in found.found


def test_a_function_that_bends_most_at_one_is_found_to():
    assert checks.bends_most_at_one(ScaledTanh(math.sqrt(3), math.atanh(1 / math.sqrt(3)))).holds


def test_the_steepest_bend_of_tanh_is_where_tanh_is_one_over_the_root_of_three():
    assert checks.steepest_bend(torch.tanh) == pytest.approx(math.atanh(1 / math.sqrt(3)), abs=1e-6)


@pytest.mark.parametrize("squash", [ScaledTanh(amplitude=1.716), ScaledTanh(slope=0.67), nn.Tanh()])
def test_other_constants_do_not_keep_one(squash):
    assert not checks.keeps_one(squash).holds


def test_another_amplitude_is_found_out(monkeypatch):
    monkeypatch.setattr(checks, "ScaledTanh", lambda: ScaledTanh(amplitude=1.716))
    assert not checks.squash_amplitude().holds


def test_a_missing_pair_is_found_out(monkeypatch):
    net = lenet5()
    nn.init.zeros_(net.C3.maps[0].weight)
    monkeypatch.setattr(checks, "lenet5", lambda: net)
    assert not checks.map_pairs().holds


def test_the_first_weights_lie_within_24_over_the_fan_in():
    found = checks.weights_start_within_24_over_the_fan_in()
    assert found.holds, found.found
    assert found.own_word
    assert checks.weights_start_within_24_over_the_fan_in().found == found.found


@pytest.mark.parametrize(
    "start",
    [
        lambda weight, fan_in: weight.uniform_(-2.5 / fan_in, 2.5 / fan_in),
        lambda weight, fan_in: weight.uniform_(-2 / fan_in, 2 / fan_in),
        lambda weight, fan_in: weight.normal_(0, 2.4 / 3**0.5 / fan_in),
        lambda weight, fan_in: weight.uniform_(0, 2.4 / fan_in),
    ],
)
def test_another_start_is_found_out(monkeypatch, start):
    def other(net, generator):
        torch.manual_seed(1)
        for module in net.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                start(module.weight.data, module.weight[0].numel())

    monkeypatch.setattr(checks, "initialise", other)
    assert not checks.weights_start_within_24_over_the_fan_in().holds


def test_a_start_by_the_inputs_of_a_whole_layer_is_found_out(monkeypatch):
    right = checks.initialise

    def by_the_widest(net, generator):
        right(net, generator)
        for maps in net.C3.maps:  # as if each map saw all six
            nn.init.uniform_(maps.weight, -2.4 / 150, 2.4 / 150)

    monkeypatch.setattr(checks, "initialise", by_the_widest)
    assert not checks.weights_start_within_24_over_the_fan_in().holds


def test_the_inputs_of_a_unit_are_told_from_its_gradient():
    fan_in = {name: values.abs().max().item() for name, values in checks.by_fan_in(ones(lenet5())).items()}
    assert (fan_in["C1"], fan_in["S2"], fan_in["C3.maps.0"], fan_in["C3.maps.15"]) == (25, 4, 75, 150)
    assert (fan_in["C5"], fan_in["F6"]) == (400, 120)


def ones(net):
    for parameter in net.parameters():
        nn.init.ones_(parameter)
    return net
