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
