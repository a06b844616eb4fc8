"""Winograd's tiles are the convolution, with fewer multiplications, and none of their products is idle."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, distance
from cnnclaims.verifiers.kernels.convolution import conv, conv_by_definition
from cnnclaims.verifiers.kernels.winograd import F_2_3, F_4_3, winograd, winograd_by_definition
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.trace import trace


@pytest.mark.parametrize("by", [F_2_3, F_4_3])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 12])
def test_the_tiles_are_the_convolution_at_every_size(by, size):
    the = Draw(size)
    x, weight = the.image(3, size), the.normal(5, 3, 3, 3)
    tiles, _ = winograd_by_definition(x, weight, by)
    assert distance(tiles, F.conv2d(x, weight, padding=1)) < 1e-13


def test_a_map_need_not_be_square():
    the = Draw(3)
    x, weight = the.normal(2, 3, 4, 7), the.normal(5, 3, 3, 3)
    net = winograd(3, 5, 7).double()
    net.winograd.weight.data = weight
    for tiles in (winograd_by_definition(x, weight)[0], net(x).detach()):
        assert distance(tiles, F.conv2d(x, weight, padding=1)) < 1e-13


@pytest.mark.parametrize(("by", "fewer"), [(F_2_3, 2.25), (F_4_3, 4)])
def test_multiplications_counted_as_done_are_fewer_by_the_papers_factor(by, fewer):
    the = Draw(0)
    x, weight = the.image(3, 12), the.normal(5, 3, 3, 3)
    _, direct = conv_by_definition(x, weight, padding=1)
    _, tiles = winograd_by_definition(x, weight, by)
    assert direct == fewer * tiles == 12 * 12 * 3 * 5 * 9


def test_the_measure_counts_2_25_times_fewer_on_even_maps_and_the_same_weights():
    direct, tiles = trace(conv(16, 16, 3, 14)), trace(winograd(16, 16, 14))
    assert macs(direct) == 2.25 * macs(tiles)
    assert params(direct) == params(tiles)


def test_an_odd_map_is_filled_up_to_whole_tiles():
    assert macs(trace(winograd(2, 3, 5))) == macs(trace(winograd(2, 3, 6)))


def test_no_product_can_be_left_out():
    the = Draw(1)
    x, weight = the.image(1, 2), the.normal(1, 1, 3, 3)
    whole = F.conv2d(x, weight, padding=1)
    for matrix in ("bt", "g", "at"):
        rows = getattr(F_2_3, matrix)
        for row in range(len(rows)):
            broken = [[0 * v for v in values] if i == row else values for i, values in enumerate(rows)]
            tiles, _ = winograd_by_definition(x, weight, F_2_3._replace(**{matrix: broken}))
            assert distance(tiles, whole) > 1e-4


def test_it_runs_on_no_images_at_all():
    assert winograd(2, 3, 5)(torch.zeros(0, 2, 5, 5)).shape == (0, 3, 5, 5)


def test_the_definition_keeps_the_precision_of_its_input():
    tiles, _ = winograd_by_definition(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3))
    assert tiles.dtype == torch.float32


def test_tiles_of_four_by_four_are_the_convolution_too():
    the = Draw(5)
    x, weight = the.image(2, 9), the.normal(3, 2, 3, 3)
    assert distance(winograd_by_definition(x, weight, F_4_3)[0], F.conv2d(x, weight, padding=1)) < 1e-13
