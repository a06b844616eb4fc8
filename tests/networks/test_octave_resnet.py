"""Oct-ResNet and Oct-ResNeXt against sizes by hand and public counts."""

import pytest
import torch

from cnnclaims.verifiers.networks.octave_resnet import oct_resnet, oct_resnet152, oct_resnext
from cnnclaims.verifiers.networks.preact_resnet import preact_resnet152
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.networks.resnext import resnext50_32x4d
from cnnclaims.verifiers.trace import trace, uninitialised

HALVES = {
    "conv1": [(64, 112, 112)],
    "pool": [(64, 56, 56)],
    "split": [(64, 56, 56)],
    "conv2_x": [(128, 56, 56), (128, 28, 28)],
    "conv3_x": [(256, 28, 28), (256, 14, 14)],
    "conv4_x": [(512, 14, 14), (512, 7, 7)],
    "conv5_x": [(2048, 7, 7)],
    "high": [(2048, 7, 7)],
    "bn": [(2048, 7, 7)],
    "relu": [(2048, 7, 7)],
    "avgpool": [(2048, 1, 1)],
    "flatten": [(2048,)],
    "fc": [(1000,)],
}


def built(network, *arguments, **named):
    with uninitialised():
        return network(*arguments, **named)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        parts = x if isinstance(x, tuple) else (x,)
        found[name] = [tuple(part.shape[1:]) for part in parts if part is not None]
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


@pytest.mark.parametrize("network", [oct_resnet, oct_resnext])
def test_every_stage_has_its_sizes(network):
    assert sizes(built(network, 50, 0.5)) == HALVES


@pytest.mark.parametrize("se", [False, True])
def test_every_stage_of_table_7_has_its_sizes(se):
    found = sizes(built(oct_resnet152, 0.5, se))
    assert found == {name: size for name, size in HALVES.items() if name not in ("bn", "relu")}


# The parameter counts that Open Model Zoo prints for the authors' networks are 15.99 M and 28.082 M.
@pytest.mark.parametrize(
    ("net", "count"),
    [(lambda: oct_resnet(26, 0.25), 15.99e6), (lambda: oct_resnet(50, 0.125, se=True), 28.084e6)],
)
def test_parameters_are_those_of_the_public_counts(net, count):
    assert params(built(net)) == pytest.approx(count, abs=1500)


@pytest.mark.parametrize("network", [oct_resnet, oct_resnext])
@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_alpha_changes_no_parameters(network, alpha):
    assert params(built(network, 50, alpha)) == params(built(network, 50, 0.0))


def test_without_low_frequencies_they_are_the_plain_networks():
    plain, octave = built(resnet50, stride="3x3"), built(oct_resnet, 50, 0.0, "post")
    assert (params(octave), macs(octave)) == (params(plain), macs(plain)) == (25_557_032, 4_089_184_256)
    plain, octave = built(resnext50_32x4d), built(oct_resnext, 50, 0.0, "post")
    assert (params(octave), macs(octave)) == (params(plain), macs(plain))


def test_pre_activated_projections_have_normalisations_of_their_own():
    plain, octave = built(preact_resnet152, "3x3"), built(oct_resnet, 152, 0.0)
    own = 2 * (64 + 256 + 512 + 1024)  # of the projections
    assert (
        params(octave) - params(plain) == own + 2 * 64
    )  # and the first block activates again behind the stem
    assert macs(octave) == macs(plain)


def test_pre_and_post_activation_cost_the_same():
    assert macs(built(oct_resnet, 50, 0.5)) == macs(built(oct_resnet, 50, 0.5, "post")) == 2_367_143_936


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 51}, "depth is 51"),
        ({"alpha": 1.0}, "alpha is 1.0"),
        ({"activation": "none"}, "activation is 'none'"),
        ({"stem": "7x7"}, "stem is '7x7'"),
    ],
)
def test_an_argument_without_meaning_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        oct_resnet(**arguments)


def test_big_little_blocks_are_those_of_three_depths():
    net = built(oct_resnext, 101, 0.5, big_little=True)
    assert [len(net.get_submodule(f"conv{n}_x")) for n in range(2, 6)] == [4, 8, 18, 3]
    with pytest.raises(ValueError, match="depth is 26"):
        oct_resnext(26, big_little=True)


def test_an_eighth_of_resnext_is_not_divided_by_its_groups():
    with pytest.raises(ValueError, match=r"alpha is 0.125"):
        oct_resnext(50, 0.125)
