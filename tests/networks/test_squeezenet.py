"""SqueezeNet against Table 1 and against public counts of the rebuilt networks."""

import pytest
import torch

from cnnclaims.verifiers.networks.squeezenet import squeezenet, squeezenet1_0, squeezenet1_1

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


def test_the_metaparameters_of_the_paper_give_table_1():
    shapes = {name: weight.shape for name, weight in squeezenet().named_parameters()}
    assert shapes == {name: weight.shape for name, weight in squeezenet1_0().named_parameters()}
    assert sizes(squeezenet()) == TABLE_1


def test_the_squeeze_ratio_sets_the_squeeze_layers_alone():
    net = squeezenet(sr=0.75)
    assert [net.get_submodule(f"fire{i}.squeeze.conv").out_channels for i in range(2, 10)] == [
        *(96, 96, 192, 192),
        *(288, 288, 384, 384),
    ]
    assert params(net) == 4_841_704


def test_the_share_of_3x3_filters_leaves_the_width_alone():
    net = squeezenet(pct3x3=0.25)
    assert net.fire9.expand3x3.conv.out_channels == 128
    assert sizes(net) == TABLE_1


def test_simple_bypass_has_no_parameters_and_complex_bypass_four_convolutions():
    assert params(squeezenet1_0(bypass="simple")) == 1_248_424
    extra = {
        f"fire{i}": params(squeezenet1_0(bypass="complex").get_submodule(f"fire{i}.bypass"))
        for i in range(2, 10)
    }
    assert extra == {
        **{
            "fire2": 96 * 128 + 128,
            "fire4": 128 * 256 + 256,
            "fire6": 256 * 384 + 384,
            "fire8": 384 * 512 + 512,
        },
        **{"fire3": 0, "fire5": 0, "fire7": 0, "fire9": 0},
    }
    assert params(squeezenet1_0(bypass="complex")) == 1_589_672


@pytest.mark.parametrize("bypass", ["simple", "complex"])
def test_a_bypass_changes_no_size(bypass):
    assert sizes(squeezenet1_0(bypass=bypass)) == TABLE_1


def test_a_bypass_adds_the_input_to_the_module():
    x = torch.rand(1, 128, 5, 5)
    fire = squeezenet1_0(bypass="simple").fire3
    plain = squeezenet1_0().fire3
    plain.load_state_dict(fire.state_dict())
    assert torch.equal(fire(x), x + plain(x))


def test_the_released_net_pads_its_last_convolution():
    assert sizes(squeezenet1_0(conv10_padding=1))["conv10"] == (1000, 15, 15)
    assert params(squeezenet1_0(conv10_padding=1)) == 1_248_424


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_e": 0}, "base_e is 0; use a whole number of at least 1"),
        ({"freq": 0}, "freq is 0; use a whole number of at least 1"),
        ({"incr_e": -1}, "incr_e is -1; use 0 for modules of one width, or more"),
        ({"sr": 0}, "sr is 0, no filter of 128; use at least"),
        ({"pct3x3": 0.001}, "pct3x3 is 0.001, no filter of 128; use at least"),
        ({"pct3x3": 1}, "pct3x3 is 1, which leaves no 1x1 filter; use less than 1"),
        ({"bypass": "half"}, "bypass is 'half'; use 'none', 'simple' or 'complex'"),
    ],
)
def test_metaparameters_that_make_no_network_are_refused_with_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        squeezenet(**arguments)


def test_other_paddings_are_refused_with_a_repair():
    with pytest.raises(ValueError, match="conv10_padding is 2; use 0 as in Table 1, or 1 as released"):
        squeezenet1_0(conv10_padding=2)
