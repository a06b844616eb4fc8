from fractions import Fraction

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import inception_v2 as checks
from cnnclaims.verifiers.networks.inception_v2 import bn_inception


@pytest.mark.parametrize(
    "check",
    [
        checks.three_modules_on_28,
        checks.two_parameters_a_map,
        checks.normalised_mean_is_zero,
        checks.normalised_variance_is_one,
        checks.population_variance_needs_the_factor,
        checks.bias_before_bn_has_no_effect,
        checks.scale_of_weights_cancels,
        checks.gradient_by_input_stays,
        checks.gradient_by_weights_shrinks,
    ],
)
def test_what_the_paper_says_holds(check):
    found = check()
    assert found.holds, found.found


def without_mean(x, epsilon):
    return x / (x.var(0, correction=0) + epsilon).sqrt()


def without_deviation(x, epsilon):
    return x - x.mean(0)


def unbiased(x, epsilon):
    return (x - x.mean(0)) / (x.var(0, correction=1) + epsilon).sqrt()


def without_gradient_of_the_statistics(x, epsilon):
    return (x - x.mean(0).detach()) / (x.var(0, correction=0).detach() + epsilon).sqrt()


def test_algorithm_1_is_what_torch_does_to_a_batch():
    x = torch.randn(7, 4, dtype=torch.float64)
    layer = nn.BatchNorm1d(4, eps=0.01, dtype=torch.float64)
    assert torch.allclose(layer(x), checks.algorithm_1(x, 0.01), rtol=0, atol=1e-12)


def test_values_that_keep_their_mean_are_found_out():
    assert not checks.mean_after(without_mean).holds


@pytest.mark.parametrize("broken", [without_deviation, unbiased])
def test_values_of_another_variance_are_found_out(broken):
    assert not checks.variance_after(broken).holds


@pytest.mark.parametrize("factor", [Fraction(1), Fraction(5, 4), Fraction(4, 5)])
def test_another_factor_does_not_give_the_variance_of_the_population(factor):
    assert not checks.average_of_batch_variances(factor).holds


def test_a_bias_shows_where_the_mean_stays():
    assert not checks.effect_of_a_bias(without_mean).holds


def test_the_scale_of_weights_shows_where_the_deviation_stays():
    assert not checks.scale_cancels(without_deviation).holds
    assert not checks.gradient_by_u(without_deviation).holds
    assert not checks.gradient_by_w(without_deviation).holds


def test_a_negative_factor_turns_the_outputs_round():
    assert checks.effect(checks.algorithm_1, -1.0).output == pytest.approx(2)


def test_with_fixed_statistics_outputs_stay_too_and_so_does_the_gradient_by_u():
    # what sets the gradients apart is the scale alone, not the part that runs through mean and deviation
    assert checks.scale_cancels(without_gradient_of_the_statistics).holds
    assert checks.gradient_by_u(without_gradient_of_the_statistics).holds


def test_a_net_with_parameters_for_every_activation_is_found_out():
    net = bn_inception()
    net.get_submodule("3a.1x1").bn = nn.LayerNorm([64, 28, 28])
    assert not checks.parameters_a_map(net).holds


def test_four_modules_are_not_three():
    assert not checks.counts_of_modules(["3a", "3b", "3c", "3d"], ["3a", "3b"]).holds
    assert not checks.counts_of_modules(["3a", "3b", "3c"], ["3a", "3b", "3c"]).holds


def test_modules_are_found_by_the_side_of_the_map_that_they_read():
    net = checks._traced(bn_inception)
    assert checks.modules_on(14, net) == ["4a", "4b", "4c", "4d", "4e"]
    assert checks.modules_on(7, net) == ["5a", "5b"]
    assert checks.modules_on(112, net) == []
