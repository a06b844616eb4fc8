"""What first weights are drawn from: AlexNet's and VGG's start, and others that must not pass for them."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import alexnet, vgg
from cnnclaims.verifiers.checks.agreement import seeded
from cnnclaims.verifiers.checks.first_weights import Gaussian, first_weights


def layers(draw):
    net = nn.Sequential(nn.Conv2d(16, 32, 3), nn.Linear(500, 400))
    with torch.no_grad(), seeded(1):
        for layer in net:
            draw(layer.weight)
    return net


OTHER = nn.Linear(30, 1000)


@pytest.mark.parametrize(
    "check", [alexnet.weights_start_with_a_deviation_of_001, vgg.weights_start_with_a_variance_of_001]
)
def test_what_the_papers_say_holds_of_networks_that_are_started_so(check):
    found = check()
    assert found.holds, found.found
    assert found.own_word
    assert check().found == found.found  # nothing in it is by chance


def test_a_gaussian_of_the_printed_deviation_passes():
    assert alexnet.starts_with(layers(lambda w: w.normal_(0, 0.01)), OTHER).holds
    assert vgg.starts_with(layers(lambda w: w.normal_(0, 0.1)), OTHER).holds


@pytest.mark.parametrize(
    "draw",
    [
        lambda w: w.normal_(0, 0.1),  # the printed number taken for the other of variance and deviation
        lambda w: w.normal_(0, 0.0104),
        lambda w: w.normal_(0.001, 0.01),
        lambda w: w.uniform_(-0.01 * 3**0.5, 0.01 * 3**0.5),  # the same deviation, another law
        lambda w: w.normal_(0, w[0].numel() ** -0.5),
    ],
)
def test_other_starts_are_found_out(draw):
    assert not alexnet.starts_with(layers(draw), OTHER).holds


def test_one_layer_that_starts_otherwise_is_found_out():
    net = layers(lambda w: w.normal_(0, 0.01))
    nn.init.normal_(net[0].weight, 0, 0.02)
    assert not alexnet.starts_with(net, OTHER).holds


def test_the_control_must_differ():
    net = layers(lambda w: w.normal_(0, 0.01))
    assert not first_weights(net, net, Gaussian("0.01", "std")).holds


def test_a_network_that_is_started_with_the_printed_number_as_deviation_is_found_out(monkeypatch):
    def by_deviation(net, generator):
        for module in net.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, 0, 0.01, generator=generator)

    monkeypatch.setattr(vgg, "initialise", by_deviation)
    assert not vgg.weights_start_with_a_variance_of_001().holds
