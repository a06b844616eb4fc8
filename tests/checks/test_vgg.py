import torch
from torch import nn

from cnnclaims.verifiers.checks import vgg as checks
from cnnclaims.verifiers.networks.network import Network


def narrow():
    return checks.narrow_a(divisor=64, generator=torch.Generator().manual_seed(1)).eval()


def test_full_layers_become_convolutions():
    found = checks.full_layers_become_convolutions()
    assert found.holds, found.found


def test_a_form_with_turned_kernels_gives_other_scores(monkeypatch):
    right = checks.fully_convolutional
    monkeypatch.setattr(checks, "fully_convolutional", lambda net: checks.turned(right(net)))
    assert not checks.full_layers_become_convolutions().holds


def test_a_form_that_keeps_a_full_layer_is_no_fully_convolutional_form(monkeypatch):
    monkeypatch.setattr(checks, "fully_convolutional", lambda net: net)
    monkeypatch.setattr(checks, "turned", lambda net: narrow())
    monkeypatch.setattr(checks, "largest_difference", lambda net, other, image: float(other is not net))
    assert not checks.full_layers_become_convolutions().holds


def test_the_difference_of_scores_is_relative_to_the_largest():
    scores = [torch.tensor([1.0, -4.0]), torch.tensor([1.0, -3.0])]
    nets = [lambda image, s=s: s for s in scores]
    assert checks.largest_difference(*nets, torch.zeros(1)) == 0.25


def test_random_weights_have_variance_001():
    found = checks.random_weights_have_variance_001()
    assert found.holds, found.found


def test_weights_with_a_standard_deviation_of_001_are_found_out(monkeypatch):
    def too_small(net, generator):
        for name, parameter in net.named_parameters():
            nn.init.normal_(parameter, std=0.01 if name.endswith("weight") else 0, generator=generator)
        return net

    monkeypatch.setattr(checks, "initialise", too_small)
    assert not checks.random_weights_have_variance_001().holds


def test_biases_other_than_zero_are_found_out(monkeypatch):
    right = checks.initialise

    def with_bias(net, generator):
        right(net, generator)
        nn.init.constant_(net.fc8.bias, 1e-3)
        return net

    monkeypatch.setattr(checks, "initialise", with_bias)
    assert not checks.random_weights_have_variance_001().holds


def test_the_furthest_layer_decides():
    net = Network({"a": nn.Linear(100, 100, bias=False), "b": nn.Linear(100, 100, bias=False)}, (100, 1, 1))
    generator = torch.Generator().manual_seed(2)
    nn.init.normal_(net.a.weight, std=0.1, generator=generator)
    nn.init.normal_(net.b.weight, mean=0.1, std=0.1, generator=generator)
    assert 95 < checks.furthest_layer(net, variance=0.01) < 105


def test_the_shallow_net_sees_as_far():
    found = checks.shallow_net_sees_as_far()
    assert found.holds, found.found


def test_a_net_without_pairs_is_found_out(monkeypatch):
    monkeypatch.setattr(checks, "CONFIGS", ("B", "A"))
    assert not checks.shallow_net_sees_as_far().holds


def test_three_stacked_3x3_convolutions_see_7_pixels():
    assert checks.seen_side([3, 3, 3]) == 7
    assert checks.seen_side([1]) == 1
