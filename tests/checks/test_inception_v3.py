from fractions import Fraction

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks import inception_v3 as checks
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.trace import trace, uninitialised


@pytest.mark.parametrize(
    "check",
    [
        checks.doubling_widths_quadruples,
        checks.pooling_first_costs_a_quarter,
        checks.gradient_lies_between_minus_one_and_one,
        checks.smoothed_loss_splits,
    ],
)
def test_what_the_paper_says_holds(check):
    found = check()
    assert found.holds, found.found


def test_the_5x5_layers_of_googlenet_widen_by_more_than_the_paper_says():
    found = checks.five_by_five_widens_by_half()
    assert not found.holds
    assert "2.00 to 4.00" in found.found


def test_layers_that_widen_by_half_are_found_to():
    assert checks.widening({"3a": Fraction(3, 2), "3b": Fraction(8, 5)}).holds
    assert not checks.widening({"3a": Fraction(2), "3b": Fraction(8, 5)}).holds


def test_the_network_for_79_pixels_is_more_than_one_percent_cheaper():
    found = checks.fields_cost_the_same()
    assert not found.holds
    assert "-6.2%" in found.found


def test_costs_within_one_percent_are_found_to_be():
    assert checks.costs_within_one_percent({299: 1000, 151: 1000, 79: 990}).holds
    assert not checks.costs_within_one_percent({299: 1000, 151: 1011, 79: 990}).holds
    assert not checks.costs_within_one_percent({299: 1000, 151: 1000, 79: 989}).holds


def test_doubled_networks_have_twice_the_channels_behind_every_convolution():
    with uninitialised():
        net, wide = googlenet(), checks.doubled(googlenet())
    before = [m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d)]
    assert [m.out_channels for m in wide.modules() if isinstance(m, nn.Conv2d)] == [2 * c for c in before]
    assert tuple(wide(torch.zeros(0, 3, 224, 224)).shape) == (0, 1000)


def test_a_network_that_is_not_doubled_is_found_out():
    with uninitialised():
        whole, control = trace(googlenet()), trace(googlenet(classes=2000))
        wide = trace(checks.doubled(googlenet()))
    assert not checks.quadrupled(whole, whole, control).holds
    assert not checks.quadrupled(whole, wide, wide).holds


def test_other_costs_of_pooling_are_found_out():
    assert not checks.pooling_costs(lambda k, d: d**2 * k**2, lambda k, d: 0).holds
    assert not checks.pooling_costs(lambda k, d: 2 * d**2 * k**2 + k, lambda k, d: 0).holds
    exact = lambda k, d: 2 * d**2 * k**2  # noqa: E731
    assert checks.pooling_costs(exact, lambda k, d: 0).holds
    assert not checks.pooling_costs(exact, exact).holds


@pytest.mark.parametrize(
    "loss",
    [
        lambda z, y: 2 * F.cross_entropy(z, y, reduction="sum"),
        lambda z, y: F.multi_margin_loss(z, y, reduction="sum"),
        lambda z, y: F.cross_entropy(z, y, reduction="sum", label_smoothing=0.1),
    ],
)
def test_the_gradient_of_another_loss_is_found_out(loss):
    assert not checks.bounded_gradient(loss).holds


@pytest.mark.parametrize(
    "mix",
    [
        lambda q, u, epsilon: q,
        lambda q, u, epsilon: q + epsilon * u,
        lambda q, u, epsilon: (1 - epsilon) * u + epsilon * q,
    ],
)
def test_another_mixture_of_labels_is_found_out(mix):
    assert not checks.split(mix).holds
