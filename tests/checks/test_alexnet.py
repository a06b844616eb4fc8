import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import alexnet as checks
from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation, initialise

LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")


def small():
    net = nn.ModuleDict({name: nn.Linear(64, 64) for name in LAYERS})
    initialise(net, torch.Generator().manual_seed(0))
    return net


@pytest.mark.parametrize(
    "check",
    [
        checks.plain_sum_normalisation,
        checks.pooling_schemes_agree_in_size,
        checks.first_full_layer_holds_most,
        checks.one_gpu_net_is_as_large,
        checks.first_weights,
    ],
)
def test_what_the_paper_says_holds(check):
    assert check().holds


@pytest.mark.parametrize(
    "wrong",
    [{"k": 1}, {"n": 3}, {"alpha": 2e-5}, {"beta": 0.5}],
    ids=["k", "n", "alpha divided by n", "beta"],
)
def test_another_normalisation_is_found_out(wrong):
    assert not checks.normalises_as_printed(LocalResponseNormalisation(**wrong)).holds


def test_the_definition_cuts_the_neighbourhood_off_at_the_first_map():
    x = torch.tensor([3.0, 4.0]).view(1, 2, 1, 1)
    found = checks.by_definition(x, k=0, n=3, alpha=1, beta=0.5).flatten().tolist()
    assert found == pytest.approx([0.6, 0.8])


def test_even_sizes_tell_the_two_windows_apart():
    assert not checks.agree_in_size((55, 56)).holds


def test_a_small_first_full_layer_is_found_out(monkeypatch):
    net = nn.ModuleDict({"fc6": nn.Linear(2, 2), "fc7": nn.Linear(2, 2)})
    monkeypatch.setattr(checks, "alexnet", lambda: net)
    assert not checks.first_full_layer_holds_most().holds


def test_a_one_gpu_net_of_another_size_is_found_out(monkeypatch):
    monkeypatch.setattr(checks, "alexnet_one_gpu", lambda: nn.Linear(7000, 7000))
    assert not checks.one_gpu_net_is_as_large().holds


def test_weights_as_printed_are_accepted():
    assert checks.starts_as_printed(small()).holds


@pytest.mark.parametrize("layer", ["conv1", "fc8"])
def test_a_layer_with_another_deviation_is_found_out(layer):
    net = small()
    nn.init.normal_(net[layer].weight, 0, 0.012, generator=torch.Generator().manual_seed(0))
    assert not checks.starts_as_printed(net).holds


def test_a_layer_with_another_bias_is_found_out():
    net = small()
    nn.init.zeros_(net["conv2"].bias)
    assert not checks.starts_as_printed(net).holds
