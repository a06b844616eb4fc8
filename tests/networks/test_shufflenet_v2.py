"""ShuffleNet V2 against Table 5, the appendix and public counts of the rebuilt networks."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.shufflenet_v2 import (
    DownUnit,
    Unit,
    shufflenet_v1_50,
    shufflenet_v2,
    shufflenet_v2_50,
    shufflenet_v2_164,
    shufflenet_v2_unit,
)

# Table 5: channels of stages 2 to 4 and Conv5
CHANNELS = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}
# torchvision, whose units with stride 2 have two equal branches; imgclsmob has the first two as well
EQUAL = {0.5: 1_366_792, 1.0: 2_278_604, 1.5: 3_503_624, 2.0: 7_393_996}
# The authors' code, with a bias of 1000 classes in addition
KEPT = {0.5: 1_366_792, 1.0: 2_279_760, 1.5: 3_507_720, 2.0: 7_403_600}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("equal_branches", [False, True])
@pytest.mark.parametrize("width", CHANNELS)
def test_every_stage_has_the_size_of_table_5(width, equal_branches):
    stage2, stage3, stage4, conv5 = CHANNELS[width]
    assert sizes(shufflenet_v2(width=width, equal_branches=equal_branches)) == {
        "conv1": (24, 112, 112),
        "maxpool": (24, 56, 56),
        "stage2": (stage2, 28, 28),
        "stage3": (stage3, 14, 14),
        "stage4": (stage4, 7, 7),
        "conv5": (conv5, 7, 7),
        "globalpool": (conv5, 1, 1),
        "flatten": (conv5,),
        "fc": (1000,),
    }


@pytest.mark.parametrize("width", CHANNELS)
def test_totals_are_the_public_ones(width):
    assert params(shufflenet_v2(width=width, equal_branches=True)) == EQUAL[width]
    assert params(shufflenet_v2(width=width)) == KEPT[width]


def test_the_projection_of_a_unit_with_stride_2_keeps_its_channels_unless_the_halves_are_equal():
    kept, equal = DownUnit(24, 116), DownUnit(24, 116, equal=True)
    assert (kept.projection.pw.conv.out_channels, kept.branch.pw2.conv.out_channels) == (24, 92)
    assert (equal.projection.pw.conv.out_channels, equal.branch.pw2.conv.out_channels) == (58, 58)


def test_a_unit_passes_its_first_half_on_to_the_even_places():
    unit = Unit(8).eval()
    x = torch.randn(1, 8, 5, 5)
    assert torch.equal(unit(x)[:, ::2], x[:, :4])


def test_a_residual_unit_adds_the_half_that_it_takes():
    unit = Unit(8, residual=True).eval()
    nn.init.zeros_(unit.branch.pw2.conv.weight)
    x = torch.randn(1, 8, 5, 5)
    assert torch.equal(unit(x)[:, 1::2], x[:, 4:].relu())
    assert [type(m) for m in unit.branch.pw2] == [nn.Conv2d, nn.BatchNorm2d]


def test_squeeze_and_excitation_has_half_as_many_neurons_as_the_unit_has_channels():
    branch, every = shufflenet_v2(se="branch"), shufflenet_v2(se="all")
    assert branch.stage2[1].branch.se.fc1.weight.shape == (58, 58)
    assert branch.stage2[0].branch.se.fc1.weight.shape == (58, 92)
    assert every.stage2[1].join.se.fc1.weight.shape == (58, 116)
    extra = sum(n * (2 * c * (c // 2) + c + c // 2) for n, c in ((4, 116), (8, 232), (4, 464)))
    assert params(every) == KEPT[1.0] + extra


LARGE = {
    shufflenet_v2_50: ((64, 112), (244, 488, 976, 1952), (2048, 7)),
    shufflenet_v2_164: ((128, 112), (340, 680, 1360, 2720), (2048, 7)),
    shufflenet_v1_50: ((64, 112), (360, 720, 1440, 2880), None),
}


@pytest.mark.parametrize("build", LARGE)
def test_large_networks_have_the_sizes_of_the_appendix(build):
    found = sizes(build())
    (first, side), stages, last = LARGE[build]
    assert found["conv1"] == (first, side, side)
    assert found["maxpool"] == (first, 56, 56)
    for name, channels, size in zip(
        ("conv2_x", "conv3_x", "conv4_x", "conv5_x"), stages, (56, 28, 14, 7), strict=True
    ):
        assert found[name] == (channels, size, size)
    assert found.get("conv6") == (last and (last[0], last[1], last[1]))
    assert found["fc"] == (1000,)


def test_large_networks_have_the_units_of_the_appendix():
    for build, units in ((shufflenet_v2_50, [3, 4, 6, 3]), (shufflenet_v2_164, [10, 10, 23, 10])):
        net = build()
        assert [len(net.get_submodule(f"conv{i}_x")) for i in (2, 3, 4, 5)] == units


def test_a_single_unit_has_the_channels_that_are_asked_for():
    assert sizes(shufflenet_v2_unit(channels=48, size=14)) == {"unit": (48, 14, 14)}


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (shufflenet_v2, {"width": 0.75}, "width is 0.75; use 0.5, 1, 1.5 or 2, as in Table 5"),
        (shufflenet_v2, {"se": "yes"}, "se is 'yes'; use 'none', 'branch' or 'all'"),
        (shufflenet_v2, {"classes": 0}, "classes is 0; use a whole number of at least 1"),
        (shufflenet_v2_164, {"se": True}, "se is True; use 'none', 'branch' or 'all'"),
        (shufflenet_v2_unit, {"channels": 58}, "channels is 58; use a multiple of 4"),
        (shufflenet_v2_unit, {"size": 0}, "size is 0; use a whole number of at least 1"),
    ],
)
def test_bad_arguments_are_refused_with_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
