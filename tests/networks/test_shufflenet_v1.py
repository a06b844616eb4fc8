"""ShuffleNet against Table 1 and against public counts of the rebuilt networks."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.shufflenet_v1 import (
    grouped_bottleneck,
    shufflenet_v1,
    shufflenet_v1_unit,
    shufflenet_v1_with_units,
)

# Table 1: channels of stages 2 to 4
STAGES = {
    1: (144, 288, 576),
    2: (200, 400, 800),
    3: (240, 480, 960),
    4: (272, 544, 1088),
    8: (384, 768, 1536),
}
# imgclsmob, whose linear layer has a bias too
PARAMETERS = {1: 1_531_936, 2: 1_733_848, 3: 1_865_728, 4: 1_968_344, 8: 2_434_768}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("groups", STAGES)
def test_every_stage_has_the_size_of_table_1(groups):
    stage2, stage3, stage4 = STAGES[groups]
    assert sizes(shufflenet_v1(groups=groups)) == {
        "conv1": (24, 112, 112),
        "maxpool": (24, 56, 56),
        "stage2": (stage2, 28, 28),
        "stage3": (stage3, 14, 14),
        "stage4": (stage4, 7, 7),
        "globalpool": (stage4, 1, 1),
        "flatten": (stage4,),
        "fc": (1000,),
    }


@pytest.mark.parametrize("groups", PARAMETERS)
def test_totals_are_the_public_ones(groups):
    assert params(shufflenet_v1(groups=groups)) == PARAMETERS[groups]


def test_the_first_layer_of_stage_2_alone_has_no_groups():
    net = shufflenet_v1(groups=4)
    groups = {name: m.groups for name, m in net.named_modules() if name.endswith((".compress", ".expand"))}
    assert groups.pop("stage2.0.branch.compress") == 1
    assert set(groups.values()) == {4}


def test_the_bottleneck_is_a_quarter_of_the_output_in_both_sorts_of_unit():
    net = shufflenet_v1()
    assert net.stage3[0].branch.compress.out_channels == net.stage3[1].branch.compress.out_channels == 120


def test_relu_follows_the_first_layer_and_the_unit_but_not_the_depthwise_layer():
    branch = [type(m) for m in shufflenet_v1().stage2[1].branch]
    assert branch == [
        *(nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.ChannelShuffle),
        *(nn.Conv2d, nn.BatchNorm2d, nn.Conv2d, nn.BatchNorm2d),
    ]
    out = shufflenet_v1().stage2[1](torch.randn(2, 240, 4, 4))
    assert (out >= 0).all()


def test_with_one_group_nothing_is_shuffled():
    assert not [m for m in shufflenet_v1(groups=1).modules() if isinstance(m, nn.ChannelShuffle)]


@pytest.mark.parametrize(
    ("width", "first", "stage4"), [(0.25, 6, 240), (0.5, 12, 480), (1.5, 24, 1440), (2.0, 48, 1920)]
)
def test_widths_scale_the_stages_and_the_first_layer_as_in_the_authors_code(width, first, stage4):
    found = sizes(shufflenet_v1(width=width))
    assert (found["conv1"][0], found["stage4"][0]) == (first, stage4)


def test_half_the_width_with_four_groups_has_the_channels_of_section_4_2():
    found = sizes(shufflenet_v1(groups=4, width=0.5))
    assert [found[stage][0] for stage in ("stage2", "stage3", "stage4")] == [144, 288, 576]


def test_the_first_layer_is_rounded_up_to_what_the_groups_divide():
    assert sizes(shufflenet_v1(groups=8, width=0.5))["conv1"] == (16, 112, 112)
    assert sizes(shufflenet_v1(groups=8, width=0.25))["conv1"] == (8, 112, 112)


def test_the_first_layer_can_be_set():
    assert sizes(shufflenet_v1(width=1.5, first=36))["conv1"] == (36, 112, 112)


def test_the_shallow_network_has_half_of_the_units():
    net = shufflenet_v1(shallow=True)
    assert [len(net.get_submodule(stage)) for stage in ("stage2", "stage3", "stage4")] == [2, 4, 2]


def test_squeeze_and_excitation_stands_at_the_end_of_each_branch():
    net = shufflenet_v1(se=True)
    assert net.stage2[0].branch[-1].fc1.weight.shape == ((240 - 24) // 16, 216)
    assert net.stage2[1].branch[-1].fc1.weight.shape == (15, 240)
    # The first unit of a stage rescales only what it joins to its input: 216, 240 and 480 channels
    branches = [216, *[240] * 3, 240, *[480] * 7, 480, *[960] * 3]
    extra = sum(2 * c * (c // 16) + c + c // 16 for c in branches)
    assert params(net) == PARAMETERS[3] + extra


def test_a_unit_with_stride_2_keeps_the_pooled_input_in_front():
    unit = shufflenet_v1().eval().stage3[0]
    x = torch.rand(1, 240, 8, 8)
    assert torch.equal(unit(x)[:, :240], unit.pool(x))


def test_other_units_stand_in_stages_of_the_same_sizes():
    found = sizes(shufflenet_v1_with_units("resnet", 192))
    assert [found[stage] for stage in ("conv1", "stage2", "stage3", "stage4")] == [
        *((12, 112, 112), (48, 28, 28), (96, 14, 14), (192, 7, 7)),
    ]
    found = sizes(shufflenet_v1_with_units("vgg", 50))
    assert [found[stage] for stage in ("stage2", "stage3", "stage4")] == [
        (12, 28, 28),
        (25, 14, 14),
        (50, 7, 7),
    ]


def test_single_units_have_the_weights_of_section_3_2():
    c, m, g = 24, 12, 3
    weights = [w for w in shufflenet_v1_unit(c, m, g, 7).parameters() if w.dim() > 1]
    assert sum(w.numel() for w in weights) == 2 * c * m // g + 9 * m
    weights = [w for w in grouped_bottleneck(c, m, g, 7).parameters() if w.dim() > 1]
    assert sum(w.numel() for w in weights) == 2 * c * m + 9 * m * m // g


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (shufflenet_v1, {"groups": 5}, "groups is 5; use 1, 2, 3, 4 or 8, as in Table 1"),
        (shufflenet_v1, {"width": 0}, "width is 0; use a number above 0"),
        (shufflenet_v1, {"first": 0}, "first is 0; use a multiple of groups, 3"),
        (shufflenet_v1, {"classes": 0}, "classes is 0; use a whole number of at least 1"),
        (shufflenet_v1_unit, {"groups": 7}, "groups is 7, which does not divide channels 240 and m 60"),
        (grouped_bottleneck, {"m": 0}, "m is 0; use a whole number of at least 1"),
        (shufflenet_v1_with_units, {"units": "dense"}, "units is 'dense'; use 'vgg' or 'resnet'"),
        (shufflenet_v1_with_units, {"stage4": 8}, "stage4 is 8; use at least 16 channels"),
    ],
)
def test_bad_arguments_are_refused_with_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
