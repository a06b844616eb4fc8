"""What networks drop in training: the checks of five papers, and networks that drop other shares, elsewhere or always."""

from fractions import Fraction

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import alexnet, dropped, inception_v1, inception_v4, squeezenet, xception
from cnnclaims.verifiers.networks.alexnet import alexnet as build_alexnet
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.inception_v4 import inception_v4 as build_inception_v4
from cnnclaims.verifiers.networks.squeezenet import squeezenet1_0
from cnnclaims.verifiers.networks.xception import xception as build_xception
from cnnclaims.verifiers.trace import uninitialised

CHECKS = [
    alexnet.dropout_of_the_first_full_layer,
    alexnet.dropout_of_the_second_full_layer,
    inception_v1.dropout_of_the_features,
    inception_v1.dropout_of_the_side_heads,
    inception_v4.dropout_of_the_features,
    squeezenet.dropout_behind_fire9,
    xception.dropout_of_the_features,
]


class Always(nn.Module):
    """Dropout that goes on at test."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        return nn.functional.dropout(x, self.rate, training=True)


@pytest.mark.parametrize("check", CHECKS)
def test_what_the_papers_say_holds_of_networks_that_were_given_it(check):
    found = check()
    assert found.holds, found.found
    assert found.own_word


@pytest.mark.parametrize("stage", [nn.Dropout(0.4), nn.Dropout(0.6), nn.Identity(), Always(0.5)])
def test_a_network_that_drops_another_share_or_always_is_found_out(stage):
    with uninitialised():
        net = build_alexnet()
    net.drop6 = stage
    assert not alexnet.drops_half(net, "relu6", "fc7").holds
    assert alexnet.drops_half(net, "relu7", "fc8").holds


@pytest.mark.parametrize(
    ("build", "name", "rate", "check"),
    [
        (googlenet, "dropout", 0.5, inception_v1.features),
        (lambda: googlenet(aux=True), "aux2.dropout", 0.4, inception_v1.side_heads),
        (build_inception_v4, "dropout", 0.8, inception_v4.keeps),
        (squeezenet1_0, "drop9", 0.2, squeezenet.drops_half),
        (build_xception, "dropout", 0.2, xception.drops_half),
    ],
)
def test_another_rate_is_found_out_in_every_network(build, name, rate, check):
    with uninitialised():
        net = build()
    assert check(net).holds
    net.set_submodule(name, nn.Dropout(rate))
    assert not check(net).holds


def test_dropout_behind_another_layer_is_not_where_it_should_be():
    with uninitialised():
        net = squeezenet1_0()
    net.drop9, net.avgpool10 = nn.Identity(), nn.Sequential(net.avgpool10, nn.Dropout(0.5))
    assert not squeezenet.drops_half(net).holds


def test_noise_of_several_sizes_is_no_dropout():
    class Noise(nn.Module):
        def forward(self, x):
            return x * torch.randn_like(x)

    with uninitialised():
        net = build_alexnet()
    net.drop6 = Noise()
    with pytest.raises(ValueError, match="no dropout"):
        alexnet.drops_half(net, "relu6", "fc7")


@pytest.mark.parametrize(
    ("gone", "drawn"), [(100_000, True), (101_300, True), (101_400, False), (98_000, False)]
)
def test_a_share_is_held_to_six_deviations(gone, drawn):
    assert dropped.Dropped(Fraction(1, 2), gone, 200_000, 0).is_a_draw() is drawn


def test_the_rate_of_a_dropout_is_told_exactly():
    with uninitialised():
        net = googlenet()
    assert dropped.dropped(net, "flatten", "linear").rate == Fraction(2, 5)
