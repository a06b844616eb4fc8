"""What networks show, held against what their papers say they are made of."""

import functools

import pytest
from torch import nn

from cnnclaims.verifiers.catalogue import function
from cnnclaims.verifiers.measures.ideas import DETECTORS, shows
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

# Held to be so by the papers; ideas that are not named here are not shown. The common ones (relu, dropout, batch
# normalisation, 1x1 convolution, pooling) are left out of the comparison.
COMMON = {
    "1x1-convolution",
    "batch-normalization",
    "dropout",
    "global-average-pooling",
    "overlapping-pooling",
    "relu",
}
STRUCTURE = {
    "lenet5": set(),
    "alexnet": {"grouped-convolution", "local-response-normalisation"},
    "vgg16": set(),
    "googlenet": {"inception-module", "local-response-normalisation"},
    "plain34": set(),
    "resnet18": {"residual-learning", "identity-shortcut", "projection-shortcut"},
    "resnet50": {"residual-learning", "identity-shortcut", "projection-shortcut", "bottleneck-block"},
    "mobilenet_v1": {"depthwise-separable-convolution"},
    "mobilenet_v2": {
        "depthwise-separable-convolution",
        "inverted-residual",
        "linear-bottleneck",
        "residual-learning",
        "identity-shortcut",
    },
    "xception": {
        "depthwise-separable-convolution",
        "residual-learning",
        "identity-shortcut",
        "projection-shortcut",
    },
    "inception_v3": {"inception-module"},
    "shufflenet_v2": {"channel-shuffle", "depthwise-separable-convolution"},
    "resnext50_32x4d": {
        "grouped-convolution",
        "bottleneck-block",
        "residual-learning",
        "identity-shortcut",
        "projection-shortcut",
    },
    "se_resnet50": {
        "squeeze-and-excitation",
        "bottleneck-block",
        "residual-learning",
        "identity-shortcut",
        "projection-shortcut",
    },
    "densenet121": {"dense-connectivity"},
    "vovnet39": {"one-shot-aggregation"},
    "vit_b_16": {"multi-head-self-attention", "residual-learning", "identity-shortcut"},
}


@functools.cache
def traced(name):
    with uninitialised():
        return trace(function(name)())


@pytest.mark.parametrize("name", STRUCTURE)
def test_a_network_shows_what_its_paper_is_about_and_nothing_else(name):
    shown = {idea for idea in DETECTORS if shows(traced(name), idea)}
    assert shown - COMMON == STRUCTURE[name]


@pytest.mark.parametrize("idea", sorted(COMMON))
def test_common_ideas_are_seen_where_they_are_and_not_where_they_are_not(idea):
    with_and_without = {
        "1x1-convolution": ("resnet50", "vgg16"),
        "batch-normalization": ("resnet50", "vgg16"),
        "dropout": ("vgg16", "resnet50"),
        "global-average-pooling": ("resnet50", "vgg16"),
        "overlapping-pooling": ("alexnet", "vgg16"),
        "relu": ("vgg16", "lenet5"),
    }
    shown, hidden = with_and_without[idea]
    assert shows(traced(shown), idea)
    assert not shows(traced(hidden), idea)


def one(*layers, shape=(8, 6, 6)):
    return trace(Network({f"stage{number}": layer for number, layer in enumerate(layers)}, shape))


class Apply(nn.Module):
    """A layer that is a function of its children."""

    def __init__(self, function, **children):
        super().__init__()
        self.function = function
        for name, child in children.items():
            self.add_module(name, child)

    def forward(self, x):
        return self.function(self, x)


def test_a_sum_of_two_branches_that_both_have_wide_kernels_is_no_shortcut():
    branches = Apply(
        lambda self, x: self.a(x) + self.b(x),
        a=nn.Conv2d(8, 8, 3, padding=1),
        b=nn.Conv2d(8, 8, 3, padding=1),
    )
    assert not shows(one(branches), "residual-learning")


def test_a_sum_with_the_input_is_an_identity_shortcut():
    block = Apply(lambda self, x: x + self.a(x), a=nn.Conv2d(8, 8, 3, padding=1))
    assert shows(one(block), "identity-shortcut")
    assert not shows(one(block), "projection-shortcut")


def test_swish_and_h_swish_are_told_apart():
    conv = nn.Conv2d(8, 8, 1)
    by_hand = Apply(lambda self, x: x * nn.functional.relu6(x + 3) / 6)
    for layer, idea in ((nn.SiLU(), "swish"), (nn.Hardswish(), "h-swish"), (by_hand, "h-swish")):
        assert shows(one(conv, layer), idea)
        other = {"swish", "h-swish"} - {idea}
        assert not shows(one(conv, layer), *other)


def test_a_depthwise_convolution_without_a_pointwise_one_is_not_separable():
    depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
    assert not shows(one(depthwise, nn.Conv2d(8, 8, 3)), "depthwise-separable-convolution")
    assert shows(one(depthwise, nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1)), "depthwise-separable-convolution")


def test_dilation_is_seen_in_the_kernel():
    assert shows(one(nn.Conv2d(8, 8, 3, dilation=2)), "dilated-convolution")
    assert not shows(one(nn.Conv2d(8, 8, 3)), "dilated-convolution")


def test_a_gate_that_does_not_come_from_an_average_is_no_squeeze_and_excitation():
    gate = Apply(lambda self, x: x * self.gate(x), gate=nn.Conv2d(8, 8, 6))
    assert not shows(one(gate), "squeeze-and-excitation")


def test_an_idea_without_a_detector_is_an_error():
    with pytest.raises(ValueError, match="no detector for 'fashion'"):
        shows(traced("lenet5"), "fashion")


def test_every_detector_is_for_an_idea_of_the_records():
    from cnnclaims.claims.loading import load

    assert set(DETECTORS) <= set(load().ideas)
