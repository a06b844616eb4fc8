"""CSPNet against the counts of the authors' configuration files."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.cspnet import cspdarknet53, cspresnet50, cspresnext50
from cnnclaims.verifiers.trace import trace, uninitialised

STEM = {"conv1": (64, 128, 128), "maxpool": (64, 64, 64)}
RESNET = STEM | {
    "stage1": (128, 64, 64),
    "stage2": (256, 32, 32),
    "stage3": (512, 16, 16),
    "stage4": (1024, 8, 8),
    "avgpool": (1024, 1, 1),
}
RESNEXT = STEM | {
    "stage1": (256, 64, 64),
    "stage2": (512, 32, 32),
    "stage3": (1024, 16, 16),
    "stage4": (2048, 8, 8),
    "avgpool": (2048, 1, 1),
}
DARKNET53 = {
    "conv1": (32, 256, 256),
    "stage1": (64, 128, 128),
    "stage2": (128, 64, 64),
    "stage3": (256, 32, 32),
    "stage4": (512, 16, 16),
    "stage5": (1024, 8, 8),
    "avgpool": (1024, 1, 1),
}
# Weights, parameters and multiply-adds of the configuration files.
FILES = {
    cspresnet50: (RESNET, 21_566_656, 21_607_848, 4_483_686_400),
    cspresnext50: (RESNEXT, 20_499_136, 20_557_480, 3_964_616_704),
    cspdarknet53: (DARKNET53, 27_605_856, 27_642_184, 6_533_652_480),
}


def built(network, **arguments):
    with uninitialised():
        return network(**arguments)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


@pytest.mark.parametrize("network", FILES, ids=lambda network: network.__name__)
def test_every_stage_has_the_size_and_the_network_the_counts_of_the_file(network):
    expected, weights, params, macs = FILES[network]
    net = built(network)
    assert sizes(net) == expected | {"classifier": (1000, 1, 1), "flatten": (1000,)}
    assert sum(m.weight.numel() for m in net.modules() if isinstance(m, nn.Conv2d)) == weights
    assert sum(parameter.numel() for parameter in net.parameters()) == params
    assert sum(node.macs for node in trace(net).nodes) == macs


def test_half_of_the_channels_skip_the_blocks():
    torch.manual_seed(1)
    stage = built(cspresnet50).stage2.eval()
    for parameter in stage.parameters():
        nn.init.normal_(parameter, std=0.05)
    x = torch.randn(1, 128, 8, 8)
    y = stage.down(x)
    part = stage.partial_transition(stage.blocks(stage.enter(y)))
    past = stage.bypass(y)
    assert part.shape == past.shape == (1, 256, 4, 4)
    assert torch.equal(stage(x), stage.transition(torch.cat((part, past), 1)))


def test_the_halves_of_the_middle_stages_have_no_activation():
    net = built(cspresnext50)
    activated = [hasattr(getattr(net, f"stage{i}").bypass, "leaky") for i in (1, 2, 3, 4)]
    assert activated == [True, False, False, True]


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        cspresnet50(classes=0)
