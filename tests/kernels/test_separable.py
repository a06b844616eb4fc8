"""Spatially separable filters: exact at rank 1, and the nearest pair otherwise."""

import pytest
import torch

from cnnclaims.verifiers.checks.agreement import Draw, distance
from cnnclaims.verifiers.kernels.convolution import depthwise, depthwise_by_definition
from cnnclaims.verifiers.kernels.separable import (
    nearest_separable,
    spatially_separable,
    spatially_separable_by_definition,
)
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.trace import trace


def error(filters, columns, rows):
    """The distance of the products from the filters, as a share of the filters' norms."""
    off = filters - columns[:, :, None] * rows[:, None, :]
    return off.square().sum((1, 2)).sqrt() / filters.square().sum((1, 2)).sqrt()


@pytest.mark.parametrize("k", [2, 3, 5])
def test_filters_of_rank_one_come_apart_exactly(k):
    the = Draw(k)
    filters = the.normal(4, k, 1) * the.normal(4, 1, k)
    found = nearest_separable(filters)
    assert found.error.max() < 1e-15
    assert error(filters, found.columns, found.rows).max() < 1e-14
    x = the.image(4)
    whole, _ = depthwise_by_definition(x, filters, padding=k // 2)
    apart, _ = spatially_separable_by_definition(x, found.columns, found.rows, k // 2)
    assert distance(apart, whole) < 1e-14


def test_sobel_is_smoothing_times_difference():
    sobel = torch.tensor([[[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]], dtype=torch.float64)
    found = nearest_separable(sobel)
    assert found.error.item() < 1e-15
    assert torch.allclose(found.columns / found.columns[0, 0], torch.tensor([[1.0, 2.0, 1.0]]).double())
    assert torch.allclose(
        found.rows / found.rows[0, 0], torch.tensor([[1.0, 0.0, -1.0]]).double(), atol=1e-15
    )


def test_the_error_of_the_identity_is_that_of_all_singular_values_but_one():
    found = nearest_separable(torch.eye(3, dtype=torch.float64)[None])
    assert found.error.item() == pytest.approx((2 / 3) ** 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_pair_is_nearer_and_the_error_is_the_one_stated(seed):
    the = Draw(seed)
    filters = the.normal(3, 3, 3)
    found = nearest_separable(filters)
    assert torch.allclose(error(filters, found.columns, found.rows), found.error)
    for step in (1e-3, 0.1, 1.0):
        for _ in range(20):
            columns = found.columns + step * the.normal(3, 3)
            rows = found.rows + step * the.normal(3, 3)
            assert (error(filters, columns, rows) > found.error).all()


@pytest.mark.parametrize("k", [3, 5, 7])
def test_a_pair_costs_two_kths_of_the_square_filter(k):
    assert macs(trace(spatially_separable(4, k, 10))) * k == macs(trace(depthwise(4, k, 10))) * 2


def test_unless_told_there_is_no_padding():
    the = Draw(9)
    x, columns, rows = the.normal(2, 3, 6, 8), the.normal(3, 3), the.normal(3, 3)
    whole, _ = depthwise_by_definition(x, columns[:, :, None] * rows[:, None, :])
    assert distance(spatially_separable_by_definition(x, columns, rows)[0], whole) < 1e-13
