"""The checks of flattened networks hold, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS, flattened_networks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("flattened_networks.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(flattened_networks, name)()
    assert found.holds, found.found


def test_a_cube_with_its_rows_and_columns_changed_over_is_found_out():
    assert not flattened_networks.flattened_is("fc,fj,fi->fcij").holds


def test_a_product_in_place_of_the_sum_is_found_out():
    assert not flattened_networks.weighs(lambda c, k: c * k * k).holds


def test_a_bend_between_the_filters_is_found_out():
    assert flattened_networks.nothing_bends_between_filters().own_word
    assert not flattened_networks.straight(flattened_networks.with_relu).holds


def test_a_bias_between_the_filters_bends_nothing():
    def with_biases(net):
        for layer in flattened_networks.convolutions(net):
            layer.bias = nn.Parameter(torch.ones(layer.out_channels, dtype=torch.float64))
        return net

    assert flattened_networks.straight(with_biases).holds
