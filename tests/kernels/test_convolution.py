"""Single convolutions: shapes, weights, and the arguments that are refused."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, distance
from cnnclaims.verifiers.kernels.convolution import (
    conv,
    conv_by_definition,
    conv_stack,
    depthwise,
    depthwise_by_definition,
    depthwise_separable,
    depthwise_separable_by_definition,
    grouped,
    grouped_by_definition,
    pointwise,
    pointwise_by_definition,
    taps,
)


def output(net):
    return tuple(net(torch.zeros(0, *net.input_shape)).shape[1:])


def params(net):
    return sum(p.numel() for p in net.parameters())


def names(net):
    return [name for name, _ in net.named_children()]


@pytest.mark.parametrize("k", [1, 3, 5, 7])
def test_stride_one_keeps_the_size_whatever_the_kernel(k):
    net = conv(4, 6, k, size=10)
    assert names(net) == ["conv"]
    assert net.input_shape == (4, 10, 10)
    assert output(net) == (6, 10, 10)
    assert params(net) == 4 * 6 * k * k


@pytest.mark.parametrize(("size", "expected"), [(14, 7), (15, 8), (1, 1)])
def test_stride_two_halves_the_map_and_rounds_up(size, expected):
    assert output(conv(4, 6, 3, size, stride=2)) == (6, expected, expected)
    assert output(depthwise_separable(4, 6, 3, size, stride=2)) == (6, expected, expected)
    assert output(depthwise(4, 3, size, stride=2)) == (4, expected, expected)


def test_groups_divide_the_weights_and_a_bias_adds_one_an_output_channel():
    assert params(conv(8, 12, 3, 5, groups=4)) == 8 * 12 * 9 // 4
    assert params(conv(8, 12, 3, 5, bias=True)) == 8 * 12 * 9 + 12


def test_a_depthwise_convolution_has_one_filter_a_channel_and_mixes_none():
    net = depthwise(5, 3, 6)
    assert params(net) == 5 * 9
    x = torch.zeros(1, 5, 6, 6)
    x[0, 2] = 1.0
    touched = net(x).abs().sum(dim=(0, 2, 3)) > 0
    assert touched.tolist() == [False, False, True, False, False]


def test_a_pointwise_convolution_sees_one_pixel():
    net = pointwise(5, 7, 6)
    assert params(net) == 5 * 7
    x = torch.zeros(1, 5, 6, 6)
    x[0, :, 1, 4] = 1.0
    touched = net(x).abs().sum(dim=1)[0] > 0
    assert touched.nonzero().tolist() == [[1, 4]]


def test_a_separable_convolution_is_depthwise_then_pointwise():
    net = depthwise_separable(5, 7, 3, 6)
    assert names(net) == ["depthwise", "pointwise"]
    assert params(net) == 5 * 9 + 5 * 7
    assert output(net) == (7, 6, 6)


def test_a_stack_keeps_its_shape():
    net = conv_stack(4, 3, layers=3, size=9)
    assert names(net) == ["conv1", "conv2", "conv3"]
    assert output(net) == (4, 9, 9)
    assert params(net) == 3 * 4 * 4 * 9


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: conv(4, 4, 2, 8),
            "k is 2: an even kernel has no centre to pad around; use an odd k, such as 3",
        ),
        (lambda: conv_stack(4, 4, 2, 8), "k is 4: an even kernel"),
        (lambda: depthwise_separable(4, 4, 6, 8), "k is 6: an even kernel"),
        (lambda: conv(4, 6, 3, 8, groups=4), "groups is 4, which does not divide c_in 4 and c_out 6"),
        (lambda: conv(4, 4, 3, 0), "size is 0; use a whole number of at least 1"),
        (lambda: conv(4, 4, 3, -1), "size is -1; use a whole number of at least 1"),
        (lambda: conv(0, 4, 3, 8), "c_in is 0"),
        (lambda: conv(4, 4, 3, 8, stride=0), "stride is 0"),
        (lambda: conv(4, 4, 3, 8, groups=0), "groups is 0"),
        (lambda: depthwise(0, 3, 8), "channels is 0"),
        (lambda: pointwise(4, 0, 8), "c_out is 0"),
        (lambda: conv_stack(4, 3, 0, 8), "layers is 0"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(("k", "dilation"), [(1, 3), (3, 2), (5, 4), (7, 2)])
def test_without_padding_given_a_dilated_convolution_keeps_the_size(k, dilation):
    assert output(conv(4, 6, k, size=9, dilation=dilation)) == (6, 9, 9)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"k": 3, "size": 7, "padding": 0}, 5),
        ({"k": 3, "size": 7, "padding": 0, "dilation": 2}, 3),  # reaches over 5
        ({"k": 4, "size": 5, "padding": 2}, 6),
        ({"k": 3, "size": 6, "padding": 1, "stride": 2}, 3),
    ],
)
def test_padding_and_dilation_change_the_size_as_counted_by_hand(arguments, expected):
    assert output(conv(1, 1, **arguments)) == (1, expected, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 3, "size": 7, "padding": -1}, "padding is -1; use a whole number of at least 0"),
        ({"k": 3, "size": 7, "dilation": 0}, "dilation is 0; use a whole number of at least 1"),
        ({"k": 5, "size": 2, "padding": 1}, "size is 2: .* reaches over 5; use a size of at least 3"),
        (
            {"k": 3, "size": 4, "padding": 0, "dilation": 2},
            "size is 4: .* reaches over 5; use a size of at least 5",
        ),
    ],
)
def test_padding_and_dilation_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        conv(1, 1, **arguments)


# -- definitions -----------------------------------------------------------------------------------------------------


def tall():
    """A map that is not square, and random numbers."""
    the = Draw(7)
    return the.normal(2, 4, 9, 6), the


def test_a_definition_needs_no_square_map_and_has_stride_one_and_no_padding_unless_told():
    x, the = tall()
    full, filters, mix = the.normal(6, 4, 3, 2), the.normal(4, 3, 2), the.normal(6, 4)
    halves = the.normal(6, 2, 3, 2)
    as_filters = filters[:, None]
    separable = F.conv2d(F.conv2d(x, as_filters, groups=4), mix[..., None, None])
    for (found, _), expected in (
        (conv_by_definition(x, full), F.conv2d(x, full)),
        (grouped_by_definition(x, halves, 2), F.conv2d(x, halves, groups=2)),
        (depthwise_by_definition(x, filters), F.conv2d(x, as_filters, groups=4)),
        (pointwise_by_definition(x, mix), F.conv2d(x, mix[..., None, None])),
        (depthwise_separable_by_definition(x, filters, mix), separable),
    ):
        assert distance(found, expected) < 1e-13


def test_padding_may_differ_between_rows_and_columns():
    x, the = tall()
    weight = the.normal(6, 4, 3, 2)
    found, _ = conv_by_definition(x, weight, 2, (0, 3), 2)
    assert distance(found, F.conv2d(x, weight, None, 2, (0, 3), 2)) < 1e-13


def test_multiplications_are_counted_by_hand_as_done():
    x = torch.zeros(3, 4, 5, 5, dtype=torch.float64)  # three images, of which one is counted
    assert conv_by_definition(x, x.new_zeros(2, 4, 3, 3), padding=1)[1] == 25 * 2 * 4 * 9
    assert conv_by_definition(x, x.new_zeros(2, 4, 3, 3), stride=2)[1] == 4 * 2 * 4 * 9
    assert grouped_by_definition(x, x.new_zeros(8, 2, 3, 3), 2)[1] == 9 * 8 * 2 * 9
    assert depthwise_by_definition(x, x.new_zeros(4, 3, 3))[1] == 9 * 4 * 9
    assert pointwise_by_definition(x, x.new_zeros(2, 4))[1] == 25 * 2 * 4
    assert depthwise_separable_by_definition(x, x.new_zeros(4, 3, 3), x.new_zeros(2, 4))[1] == 9 * 4 * (9 + 2)


def test_unless_told_a_convolution_has_stride_one():
    assert output(grouped(4, 6, 3, 2, size=9)) == (6, 9, 9)
    assert output(depthwise(4, 3, size=9)) == (4, 9, 9)
    assert output(depthwise_separable(4, 6, 3, size=9)) == (6, 9, 9)
    assert output(conv(4, 6, 3, size=9)) == (6, 9, 9)


def test_taps_meet_pixels_one_apart_without_padding_unless_told():
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    met = {(u, v): seen.flatten().tolist() for u, v, seen in taps(x, (1, 2))}
    assert met == {(0, 0): [0, 1, 3, 4], (0, 1): [1, 2, 4, 5]}
    assert [seen.flatten().tolist() for _, _, seen in taps(x, (2, 1))] == [[0, 1, 2], [3, 4, 5]]
