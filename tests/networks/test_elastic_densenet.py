"""DenseNet-201 with elastic layers against its authors' release."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.elastic_densenet import ElasticLayer, densenet201_elastic
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = {
    "conv": (64, 112, 112),
    "conv_bn": (64, 112, 112),
    "conv_relu": (64, 112, 112),
    "maxpool": (64, 56, 56),
    "block1": (384, 56, 56),
    "transition1": (192, 28, 28),
    "block2": (832, 28, 28),
    "transition2": (416, 14, 14),
    "block3": (1696, 14, 14),
    "transition3": (848, 7, 7),
    "block4": (1808, 7, 7),
    "bn": (1808, 7, 7),
    "relu": (1808, 7, 7),
    "avgpool": (1808, 1, 1),
    "flatten": (1808,),
    "fc": (1000,),
}


@pytest.fixture(scope="module")
def net():
    with uninitialised():
        return densenet201_elastic()


def test_every_stage_has_its_size(net):
    run = trace(net)
    assert {name: run.layers[name].shape for name, _ in net.named_children()} == SIZES


def test_its_19_48_million_parameters_are_those_that_are_quoted(net):
    assert sum(p.numel() for p in net.parameters()) == 19_482_824


def test_the_blocks_are_those_of_the_release_and_not_of_densenet_201(net):
    assert [len(net.get_submodule(f"block{i}")) for i in (1, 2, 3, 4)] == [10, 20, 40, 30]


def test_the_low_half_works_on_a_quarter_of_the_places():
    layer = ElasticLayer(8, shrinks=True)
    seen = []
    layer.low.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].shape[-1]))
    layer.full.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].shape[-1]))
    assert layer(torch.rand(2, 8, 8, 8)).shape == (2, 40, 8, 8)
    assert seen == [4, 8]
    assert isinstance(ElasticLayer(8, shrinks=False).pool, nn.Identity)


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        densenet201_elastic(classes=0)
