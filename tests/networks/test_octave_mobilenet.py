"""Oct-MobileNet v1 and v2 against sizes by hand and against the plain networks."""

import pytest
import torch

from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2
from cnnclaims.verifiers.networks.octave_mobilenet import oct_mobilenet_v1, oct_mobilenet_v2
from cnnclaims.verifiers.trace import trace, uninitialised

V1 = {
    "conv1": [(32, 112, 112)],
    "split": [(32, 112, 112)],
    "conv2": [(32, 112, 112), (32, 56, 56)],
    "conv3": [(64, 56, 56), (64, 28, 28)],
    "conv4": [(64, 56, 56), (64, 28, 28)],
    "conv5": [(128, 28, 28), (128, 14, 14)],
    "conv6": [(128, 28, 28), (128, 14, 14)],
    **{f"conv{n}": [(256, 14, 14), (256, 7, 7)] for n in range(7, 12)},
    "conv12": [(512, 14, 14)],
    "conv13": [(1024, 7, 7)],
    "conv14": [(1024, 7, 7)],
    "high": [(1024, 7, 7)],
    "avgpool": [(1024, 1, 1)],
    "flatten": [(1024,)],
    "fc": [(1000,)],
}
V2 = {
    "conv1": [(32, 112, 112)],
    "split": [(32, 112, 112)],
    "bottleneck1": [(16, 112, 112)],
    "bottleneck2": [(24, 56, 56)],
    "bottleneck3": [(32, 28, 28)],
    "bottleneck4": [(64, 14, 14)],
    "bottleneck5": [(96, 14, 14)],
    "bottleneck6": [(160, 7, 7)],
    "bottleneck7": [(320, 7, 7)],
    "conv2": [(1280, 7, 7)],
    "high": [(1280, 7, 7)],
    "avgpool": [(1280, 1, 1)],
    "flatten": [(1280,)],
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


def counts(net):
    return sum(p.numel() for p in net.parameters()), sum(node.macs for node in trace(net).nodes)


def test_every_stage_of_v1_has_its_sizes():
    assert sizes(built(oct_mobilenet_v1)) == V1


def test_every_stage_of_v2_has_its_sizes():
    assert sizes(built(oct_mobilenet_v2)) == V2


@pytest.mark.parametrize("width", [0.75, 1.0])
def test_without_low_frequencies_v1_is_the_plain_network(width):
    assert counts(built(oct_mobilenet_v1, width, 0.0)) == counts(built(mobilenet_v1, width))


def test_without_low_frequencies_v2_is_the_plain_network_with_an_expansion_in_the_first_block():
    assert counts(built(oct_mobilenet_v2, 1.0, 0.0)) == counts(built(mobilenet_v2, first_expansion=True))


@pytest.mark.parametrize("network", [oct_mobilenet_v1, oct_mobilenet_v2])
def test_alpha_changes_cost_and_no_parameters(network):
    plain, octave = counts(built(network, 1.0, 0.0)), counts(built(network, 1.0, 0.5))
    assert plain[0] == octave[0]
    assert octave[1] < plain[1]


@pytest.mark.parametrize("network", [oct_mobilenet_v1, oct_mobilenet_v2])
@pytest.mark.parametrize(
    ("arguments", "message"), [({"width": 0.01}, "width is 0.01"), ({"alpha": 1.0}, "alpha is 1.0")]
)
def test_an_argument_without_meaning_is_refused(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)
