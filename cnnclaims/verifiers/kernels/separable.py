"""Spatially separable filters: k x 1, then 1 x k, 2 k multiplications in place of k^2. Exact for filters of rank 1.

Shapes are channels x height x width. One filter a channel, without bias; padding keeps the size of the map at stride 1.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.kernels.convolution import conv, depthwise_by_definition
from cnnclaims.verifiers.networks.network import Network


def spatially_separable_by_definition(
    x: Tensor, columns: Tensor, rows: Tensor, padding: int = 0
) -> tuple[Tensor, int]:
    """y[c, i, j] = sum over v of b[c, v] (sum over u of a[c, u] x[c, i + u - p, j + v - p]), and its multiplications."""
    down, first = depthwise_by_definition(x, columns[:, :, None], padding=(padding, 0))
    along, second = depthwise_by_definition(down, rows[:, None, :], padding=(0, padding))
    return along, first + second


def spatially_separable(channels: int, k: int, size: int) -> Network:
    """A k x 1 filter a channel, then a 1 x k filter a channel."""
    require(1, channels=channels)
    conv(channels, channels, k, size, groups=channels)  # refuses what a depthwise convolution refuses
    stages: dict[str, nn.Module] = {
        "vertical": nn.Conv2d(channels, channels, (k, 1), padding=(k // 2, 0), groups=channels, bias=False),
        "horizontal": nn.Conv2d(channels, channels, (1, k), padding=(0, k // 2), groups=channels, bias=False),
    }
    return Network(stages, input_shape=(channels, size, size))


class Separated(NamedTuple):
    """Columns a and rows b of each filter, and how far their product is from it, as a share of the filter's norm."""

    columns: Tensor
    rows: Tensor
    error: Tensor


def nearest_separable(filters: Tensor) -> Separated:
    """The pair whose product is nearest to each of the filters, channels x k x k, by the first singular vectors.

    By Eckart and Young no pair is nearer: the error is the root of the sum of squares of the other singular values.
    """
    u, sizes, v = torch.linalg.svd(filters)
    root = sizes[:, :1].sqrt()
    norm = sizes.square().sum(1).sqrt()
    return Separated(u[:, :, 0] * root, v[:, 0] * root, sizes[:, 1:].square().sum(1).sqrt() / norm)
