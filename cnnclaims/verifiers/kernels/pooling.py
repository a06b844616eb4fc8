"""Pooling, overlapping where windows are wider than they are apart (Krizhevsky et al. 2012, Section 3.4).

Definitions take batch x channels x height x width; nothing in them is a multiplication that `macs` counts.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.network import Network


def max_pool_by_definition(x: Tensor, k: int, stride: int, padding: int = 0, ceil: bool = False) -> Tensor:
    """y[c, i, j] = the largest x[c, s i + u - p, s j + v - p] over the u and v of a window that lie on the map."""
    rows, columns = (_windows(side, k, stride, padding, ceil) for side in x.shape[2:])
    return torch.stack(
        [torch.stack([x[:, :, down, along].amax((2, 3)) for along, _ in columns], 2) for down, _ in rows], 2
    )


def average_pool_by_definition(
    x: Tensor, k: int, stride: int, padding: int = 0, ceil: bool = False
) -> Tensor:
    """y[c, i, j] = the sum of x[c, s i + u - p, s j + v - p] over the pixels of a window, those of the padding among them."""
    rows, columns = (_windows(side, k, stride, padding, ceil) for side in x.shape[2:])
    return torch.stack(
        [
            torch.stack([x[:, :, down, along].sum((2, 3)) / (m * n) for along, n in columns], 2)
            for down, m in rows
        ],
        2,
    )


def _windows(side: int, k: int, stride: int, padding: int, ceil: bool) -> list[tuple[slice, int]]:
    """For each window along one side what it sees of the map, and over how many pixels of map and padding it lies."""
    spare = side + 2 * padding - k
    windows = []
    for first in range(-padding, spare + (stride if ceil else 1) - padding, stride):
        if first < side:  # with ceil a window may begin behind the map, and then there is none
            last = min(first + k, side + padding)
            windows.append((slice(max(first, 0), last), last - first))
    return windows


def pool(
    channels: int,
    k: int,
    size: int,
    stride: int | None = None,
    padding: int = 0,
    ceil: bool = False,
    mode: Literal["max", "average"] = "max",
) -> Network:
    """Pooling over windows of k x k, k apart unless `stride` says otherwise; `ceil` rounds the size up as Caffe does."""
    stride = k if stride is None else stride
    require(1, channels=channels, k=k, size=size, stride=stride)
    require(0, padding=padding)
    if padding > k // 2:
        raise ValueError(f"padding is {padding}, more than half of k, {k}; use at most {k // 2}")
    if size + 2 * padding < k:
        raise ValueError(f"size is {size}, too small for a window of {k}; use at least {k - 2 * padding}")
    if mode not in ("max", "average"):
        raise ValueError(f"mode is {mode!r}; use 'max' or 'average'")
    kind = nn.MaxPool2d if mode == "max" else nn.AvgPool2d
    layer: nn.Module = kind(k, stride=stride, padding=padding, ceil_mode=ceil)
    return Network({"pool": layer}, input_shape=(channels, size, size))
