"""Pooling: sizes, values worked by hand at borders and overlaps, and the arguments that are refused."""

import pytest
import torch

from cnnclaims.verifiers.kernels.pooling import average_pool_by_definition, max_pool_by_definition, pool

FOUR = torch.arange(1.0, 17.0).reshape(1, 1, 4, 4)


def output(net):
    return tuple(net(torch.zeros(0, *net.input_shape)).shape[1:])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"k": 2, "size": 8}, 4),
        ({"k": 3, "size": 13, "stride": 2}, 6),
        ({"k": 3, "size": 112, "stride": 2}, 55),
        ({"k": 3, "size": 112, "stride": 2, "ceil": True}, 56),
        ({"k": 3, "size": 112, "stride": 2, "padding": 1}, 56),
    ],
)
@pytest.mark.parametrize("mode", ["max", "average"])
def test_pooling_has_the_size_counted_by_hand_and_no_parameters(arguments, expected, mode):
    net = pool(4, mode=mode, **arguments)
    assert output(net) == (4, expected, expected)
    assert not list(net.parameters())


def test_the_two_poolings_take_the_largest_value_and_the_mean():
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    assert pool(1, 2, 2)(x).item() == 6
    assert pool(1, 2, 2, mode="average")(x).item() == 3


def test_overlapping_windows_see_a_pixel_more_than_once():
    assert max_pool_by_definition(FOUR, 3, 1).tolist() == [[[[11, 12], [15, 16]]]]
    assert average_pool_by_definition(FOUR, 3, 1).tolist() == [[[[6, 7], [10, 11]]]]


def test_zeros_of_the_padding_count_in_a_mean_and_never_in_a_maximum():
    assert max_pool_by_definition(-FOUR, 2, 2, padding=1)[0, 0, 0].tolist() == [-1, -2, -4]
    assert average_pool_by_definition(-FOUR, 2, 2, padding=1)[0, 0, 0].tolist() == [-0.25, -1.25, -1]


def test_a_window_that_reaches_past_the_map_when_rounding_up_is_cut_off():
    # windows of 3 from column 0 and 2: the second one has two columns left, and two rows
    assert max_pool_by_definition(FOUR, 3, 2, ceil=True).tolist() == [[[[11, 12], [15, 16]]]]
    assert average_pool_by_definition(FOUR, 3, 2, ceil=True).tolist() == [[[[6, 7.5], [12, 13.5]]]]
    assert max_pool_by_definition(FOUR, 3, 2).tolist() == [[[[11]]]]
    assert average_pool_by_definition(FOUR, 3, 2).tolist() == [[[[6]]]]


@pytest.mark.parametrize("define", [max_pool_by_definition, average_pool_by_definition])
def test_rounding_up_makes_no_window_that_begins_behind_the_map(define):
    # (3 + 2 - 2) / 3 rounds up to one more window, which would begin at pixel 5 of 3
    assert define(torch.ones(1, 1, 3, 3), 2, 3, 1, ceil=True).shape == (1, 1, 2, 2)
    assert define(torch.ones(1, 1, 4, 4), 2, 4, 1, ceil=True).shape == (1, 1, 2, 2)
    assert define(torch.ones(1, 1, 2, 2), 2, 3, 1, ceil=True).shape == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: pool(1, 3, 0), "size is 0; use a whole number of at least 1"),
        (lambda: pool(1, 0, 4), "k is 0; use a whole number of at least 1"),
        (lambda: pool(0, 3, 4), "channels is 0; use a whole number of at least 1"),
        (lambda: pool(1, 3, 4, stride=0), "stride is 0; use a whole number of at least 1"),
        (lambda: pool(1, 3, 4, padding=-1), "padding is -1; use a whole number of at least 0"),
        (lambda: pool(1, 3, 8, padding=2), "padding is 2, more than half of k, 3; use at most 1"),
        (lambda: pool(1, 5, 4), "size is 4, too small for a window of 5; use at least 5"),
        (lambda: pool(1, 5, 2, padding=1), "size is 2, too small for a window of 5; use at least 3"),
        (lambda: pool(1, 2, 4, mode="min"), "mode is 'min'; use 'max' or 'average'"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()
