"""SqueezeNet against Table 1 and against public counts of the rebuilt networks."""

import pytest
import torch

from cnnclaims.verifiers.networks.squeezenet import squeezenet1_0, squeezenet1_1

TABLE_1 = {
    "conv1": (96, 111, 111),
    "maxpool1": (96, 55, 55),
    "fire2": (128, 55, 55),
    "fire3": (128, 55, 55),
    "fire4": (256, 55, 55),
    "maxpool4": (256, 27, 27),
    "fire5": (256, 27, 27),
    "fire6": (384, 27, 27),
    "fire7": (384, 27, 27),
    "fire8": (512, 27, 27),
    "maxpool8": (512, 13, 13),
    "fire9": (512, 13, 13),
    "drop9": (512, 13, 13),
    "conv10": (1000, 13, 13),
    "avgpool10": (1000, 1, 1),
    "flatten": (1000,),
}

VERSION_1_1 = {
    "conv1": (64, 113, 113),
    "maxpool1": (64, 56, 56),
    "fire2": (128, 56, 56),
    "fire3": (128, 56, 56),
    "maxpool3": (128, 28, 28),
    "fire4": (256, 28, 28),
    "fire5": (256, 28, 28),
    "maxpool5": (256, 14, 14),
    "fire6": (384, 14, 14),
    "fire7": (384, 14, 14),
    "fire8": (512, 14, 14),
    "fire9": (512, 14, 14),
    "drop9": (512, 14, 14),
    "conv10": (1000, 14, 14),
    "avgpool10": (1000, 1, 1),
    "flatten": (1000,),
}

# Table 1, parameters before pruning, biases included
PARAMETERS = {
    "conv1": 14_208,
    "fire2": 11_920,
    "fire3": 12_432,
    "fire4": 45_344,
    "fire5": 49_440,
    "fire6": 104_880,
    "fire7": 111_024,
    "fire8": 188_992,
    "fire9": 197_184,
    "conv10": 513_000,
}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(module):
    return sum(p.numel() for p in module.parameters())


def test_every_stage_has_the_size_of_table_1():
    assert sizes(squeezenet1_0()) == TABLE_1


def test_every_stage_of_version_1_1_has_the_size_of_the_release():
    assert sizes(squeezenet1_1()) == VERSION_1_1


def test_every_row_of_table_1_has_its_parameters_and_the_other_stages_none():
    found = {name: params(stage) for name, stage in squeezenet1_0().named_children() if params(stage)}
    assert found == PARAMETERS


def test_totals_are_the_public_ones():
    assert params(squeezenet1_0()) == 1_248_424
    assert params(squeezenet1_1()) == 1_235_496


def test_a_fire_module_keeps_the_1x1_branch_in_front():
    fire = squeezenet1_0().fire6
    x = torch.rand(1, 256, 5, 5)
    squeezed = fire.squeeze(x)
    both = fire(x)
    assert torch.equal(both[:, :192], fire.expand1x1(squeezed))
    assert torch.equal(both[:, 192:], fire.expand3x3(squeezed))


def test_pooling_rounds_up_as_in_caffe():
    net = squeezenet1_0()
    assert net.maxpool1(torch.zeros(1, 96, 112, 112)).shape[-1] == 56


@pytest.mark.parametrize("build", [squeezenet1_0, squeezenet1_1])
def test_it_runs_and_trains_on_real_images(build):
    net = build(classes=5)
    out = net(torch.randn(2, 3, 64, 64))
    assert out.shape == (2, 5)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize("build", [squeezenet1_0, squeezenet1_1])
def test_no_classes_are_refused_with_a_repair(build):
    with pytest.raises(ValueError, match="classes is 0; use a whole number of at least 1"):
        build(classes=0)
