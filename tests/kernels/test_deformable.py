"""Deformable convolution on maps that are not square, and pooling of regions against its equations, bin by bin."""

import torch
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, distance
from cnnclaims.verifiers.kernels.deformable import (
    DeformableConv2d,
    DeformablePSRoIPool,
    DeformableRoIPool,
    PSRoIPool,
    RoIPool,
    bin_points,
    by_the_sum,
    deformable_by_definition,
    deformable_conv,
)


def layer(the, *arguments):
    """A layer with random weights, offsets of some pixels."""
    layer = DeformableConv2d(4, 3, *arguments).double().requires_grad_(False)
    for parameter in layer.parameters():
        parameter.copy_(0.2 * the.normal(*parameter.shape))
    return layer


def test_a_map_need_not_be_square():
    the = Draw(1)
    net, x = layer(the, 3), the.normal(2, 4, 5, 8)
    y, _ = deformable_by_definition(x, net.offset(x), net.conv.weight)
    assert distance(net(x), y) < 1e-13


def test_unless_told_stride_dilation_and_groups_are_one():
    the = Draw(2)
    assert deformable_conv(4, 3, 3, 8)(torch.zeros(0, 4, 8, 8)).shape == (0, 3, 8, 8)
    net, x = layer(the, 3), the.normal(2, 4, 6, 6)
    assert net.offset.weight.shape == (18, 4, 3, 3)
    net.offset.weight.zero_()
    net.offset.bias.zero_()
    plain = F.conv2d(x, net.conv.weight, padding=1)
    assert distance(net(x), plain) < 1e-13
    assert distance(deformable_by_definition(x, net.offset(x), net.conv.weight)[0], plain) < 1e-13
    assert deformable_conv(4, 3, 3, 8).deformable.offset.weight.shape == (18, 4, 3, 3)
    assert deformable_conv(4, 3, 3, 8).deformable.dilation == 1


# -- pooling of the whole map as one region ---------------------------------------------------------------------------


def mean_of_bin(x, k, i, j, down=0.0, right=0.0):
    """The mean of 4 x 4 points, evenly spread over bin (i, j) of k x k and moved, of channels x height x width."""
    height, width = x.shape[1:]
    rows = torch.tensor([height * (i + (a + 0.5) / 4) / k - 0.5 + down for a in range(4) for _ in range(4)])
    columns = torch.tensor(
        [width * (j + (b + 0.5) / 4) / k - 0.5 + right for _ in range(4) for b in range(4)]
    )
    return by_the_sum(x, rows.double(), columns.double())[0].mean(1)


def test_plain_pooling_takes_the_mean_of_each_bin():
    x = Draw(3).normal(2, 3, 6, 4)
    by_hand = [[x[:, :, 3 * i : 3 * i + 3, 2 * j : 2 * j + 2].mean((2, 3)) for j in (0, 1)] for i in (0, 1)]
    found = RoIPool(2)(x)
    assert found.shape == (2, 3, 2, 2)
    assert all(distance(found[:, :, i, j], by_hand[i][j]) < 1e-14 for i in (0, 1) for j in (0, 1))


def test_points_of_a_bin_are_spread_evenly_over_its_part_of_the_region():
    rows, columns = bin_points(2, 1, 3, 16, 32, torch.zeros(1).double())
    assert rows.shape == columns.shape == (2, 2, 16)
    for i in (0, 1):
        for j in (0, 1):
            assert rows[i, j].reshape(4, 4).T.tolist() == [[1.5 + 8 * i + 2 * a for a in range(4)]] * 4
            assert columns[i, j].reshape(4, 4).tolist() == [[4.5 + 16 * j + 4 * b for b in range(4)]] * 4


def test_deformable_pooling_moves_bins_by_what_a_linear_layer_makes_of_the_plain_means():
    the, k = Draw(4), 3
    x = the.normal(2, 5, 6, 9)
    pool = DeformableRoIPool(k, 5).double().requires_grad_(False)
    for parameter in pool.parameters():
        parameter.copy_(the.normal(*parameter.shape))
    found = pool(x)
    assert found.shape == (2, 5, k, k)
    for image in (0, 1):
        said = F.adaptive_avg_pool2d(x[image], k).flatten() @ pool.offset.weight.T + pool.offset.bias
        down, right = said.reshape(2, k, k)
        for i in range(k):
            for j in range(k):
                by_hand = mean_of_bin(x[image], k, i, j, 0.1 * 6 * down[i, j], 0.1 * 9 * right[i, j])
                assert torch.allclose(found[image, :, i, j], by_hand, rtol=1e-12, atol=1e-12)


def test_position_sensitive_pooling_takes_bin_i_j_of_a_class_from_its_map_i_j():
    k, classes = 3, 2
    x = Draw(5).normal(4, classes * k * k, 9, 6)
    found = PSRoIPool(k)(x)
    assert found.shape == (4, classes, k, k)
    for c in range(classes):
        for i in range(k):
            for j in range(k):
                of_bin = x[:, c * k * k + i * k + j, 3 * i : 3 * i + 3, 2 * j : 2 * j + 2]
                assert torch.allclose(found[:, c, i, j], of_bin.mean((1, 2)), rtol=1e-12, atol=1e-14)


def test_deformable_position_sensitive_pooling_moves_the_bins_of_each_class():
    the, k, classes = Draw(6), 3, 4
    x, maps = the.normal(2, classes * k * k, 6, 9), the.normal(2, 2 * classes * k * k, 6, 9)
    found = DeformablePSRoIPool(k)(x, maps)
    assert found.shape == (2, classes, k, k)
    moves = PSRoIPool(k)(maps).reshape(2, classes, 2, k, k)
    for image in (0, 1):
        for c in range(classes):
            for i in range(k):
                for j in range(k):
                    down, right = moves[image, c, :, i, j]
                    of_map = x[image, c * k * k + i * k + j][None]
                    by_hand = mean_of_bin(of_map, k, i, j, 0.1 * 6 * down, 0.1 * 9 * right)[0]
                    assert torch.allclose(found[image, c, i, j], by_hand, rtol=1e-12, atol=1e-12)
