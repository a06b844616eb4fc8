"""Octave convolution against a plain one, path by path and by hand."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.kernels.octave import Enlarge, OctConv2d, PairGates, Split, octave_conv, widths
from cnnclaims.verifiers.trace import trace


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


def test_the_low_part_is_cut_to_a_whole_number():
    assert widths(64, 0.375) == (40, 24)
    assert widths(24, 0.375) == (15, 9)
    assert widths(18, 0.375) == (12, 6)
    assert widths(64, 0) == (64, 0)
    assert widths(64, 1) == (0, 64)


def test_without_low_frequencies_it_is_the_plain_convolution():
    net = octave_conv(0, 0, 3, 5, 3, 8)
    plain = nn.Conv2d(3, 5, 3, padding=1, bias=False)
    plain.load_state_dict({"weight": net.state_dict()["octave.h2h.weight"]})
    x = torch.randn(2, 3, 8, 8)
    assert torch.allclose(net(x), plain(x), atol=1e-6)


def test_four_paths_of_one_channel_by_hand():
    layer = OctConv2d((1, 1), (1, 1), 1)
    with torch.no_grad():
        for name, value in {"h2h": 1.0, "h2l": 10.0, "l2h": 100.0, "l2l": 1000.0}.items():
            layer.get_submodule(name).weight.fill_(value)
    high, low = layer((torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]]), torch.tensor([[[[7.0]]]])))
    assert high.tolist() == [[[[701.0, 702.0], [703.0, 706.0]]]]
    assert low.tolist() == [[[[7030.0]]]]  # the mean of the high map is 3


def test_at_stride_two_maps_are_averaged_first_and_low_ones_fit_without_enlarging():
    layer = OctConv2d((1, 1), (1, 1), 1, stride=2)
    with torch.no_grad():
        for name, value in {"h2h": 1.0, "h2l": 10.0, "l2h": 100.0, "l2l": 1000.0}.items():
            layer.get_submodule(name).weight.fill_(value)
    high, low = layer((torch.arange(16.0).view(1, 1, 4, 4), torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])))
    assert high.tolist() == [[[[102.5, 204.5], [310.5, 612.5]]]]
    assert low.tolist() == [[[[3075.0]]]]


def test_a_depthwise_layer_has_no_paths_between_the_parts():
    layer = OctConv2d((6, 2), (6, 2), 3, groups=8)
    assert {name for name, _ in layer.named_parameters()} == {"h2h.weight", "l2l.weight"}
    assert layer.h2h.groups == 6
    assert sum(p.numel() for p in layer.parameters()) == 8 * 9


def test_a_grouped_layer_has_its_groups_on_every_path():
    layer = OctConv2d((6, 2), (6, 2), 3, groups=2)
    assert [layer.get_submodule(name).groups for name in ("h2h", "h2l", "l2h", "l2l")] == [2] * 4
    assert sum(p.numel() for p in layer.parameters()) == 9 * 8 * 8 // 2


def test_costs_at_one_half_by_hand():
    # 2x2 channels a path: 4x4 places from high to high, 2x2 on the three others
    assert macs(octave_conv(0.5, 0.5, 4, 4, 1, 4)) == 2 * 2 * (16 + 3 * 4)


@pytest.mark.parametrize(
    ("alpha", "parts"), [(0, [(8, 6, 6)]), (0.25, [(6, 6, 6), (2, 3, 3)]), (1, [(8, 3, 3)])]
)
def test_maps_have_their_sizes(alpha, parts):
    found = octave_conv(0.5, alpha, 8, 8, 3, 6)(torch.zeros(1, 8, 6, 6))
    assert [tuple(part.shape[1:]) for part in (found if isinstance(found, tuple) else (found,))] == parts


def test_enlarging_repeats_each_value():
    x = torch.tensor([[[[1.0, 2.0]]]])
    assert Enlarge()(x).tolist() == [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]


def test_splitting_averages_the_last_channels():
    high, low = Split((1, 1))(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 6.0]]]]))
    assert high.tolist() == [[[[1.0, 2.0], [3.0, 4.0]]]]
    assert low.tolist() == [[[[3.0]]]]


def test_gates_belong_to_their_parts():
    gates = PairGates((16, 16))
    nn.init.zeros_(gates.fc2.weight)
    with torch.no_grad():
        gates.fc2.bias.copy_(torch.tensor([100.0] * 16 + [-100.0] * 16))
    high, low = gates((torch.ones(1, 16, 4, 4), torch.ones(1, 16, 2, 2)))
    assert torch.equal(high, torch.ones(1, 16, 4, 4))
    assert low.abs().max() < 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alpha_in": 1.5}, "alpha_in is 1.5"),
        ({"alpha_out": -0.5}, "alpha_out is -0.5"),
        ({"c_in": 0}, "c_in is 0"),
        ({"size": 7}, "size is 7"),
        ({"k": 2}, "k is 2"),
    ],
)
def test_an_argument_without_meaning_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        octave_conv(**arguments)


def test_unless_told_it_is_the_layer_of_64_channels_with_half_of_them_low():
    net = octave_conv()
    assert net.input_shape == (64, 56, 56)
    assert net.octave.h2h.weight.shape == net.octave.l2h.weight.shape == (32, 32, 3, 3)


def test_a_layer_with_a_group_for_each_of_two_channels_has_no_paths_between_the_parts():
    assert [name for name, _ in OctConv2d((1, 1), (1, 1), 3, groups=2).named_children()][3:] == ["h2h", "l2l"]
