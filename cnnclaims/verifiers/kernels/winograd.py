"""Winograd's minimal filtering, arXiv:1509.09308, Section 4: tiles of m x m outputs of an r x r kernel.

Y = A^T [(G g G^T) (B^T d B)] A for a tile d of (m + r - 1)^2 values and a kernel g: one product for each value of the
tile, where the direct way has m^2 r^2. What the transforms cost is additions, and a halving or so for the kernels once.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.networks.network import Network

Matrix = list[list[Fraction]]


class Transforms(NamedTuple):
    """The three matrices, as the paper prints them."""

    bt: Matrix
    g: Matrix
    at: Matrix


def matrix(text: str) -> Matrix:
    """Rows on lines, entries between spaces."""
    return [[Fraction(entry) for entry in row.split()] for row in text.splitlines()]


F_2_3 = Transforms(
    bt=matrix("1 0 -1 0\n 0 1 1 0\n 0 -1 1 0\n 0 1 0 -1"),
    g=matrix("1 0 0\n 1/2 1/2 1/2\n 1/2 -1/2 1/2\n 0 0 1"),
    at=matrix("1 1 1 0\n 0 1 -1 -1"),
)
F_4_3 = Transforms(
    bt=matrix("4 0 -5 0 1 0\n 0 -4 -4 1 1 0\n 0 4 -4 -1 1 0\n 0 -2 -1 2 1 0\n 0 2 -1 -2 1 0\n 0 4 0 -5 0 1"),
    g=matrix(
        "1/4 0 0\n -1/6 -1/6 -1/6\n -1/6 1/6 -1/6\n 1/24 1/12 1/6\n 1/24 -1/12 1/6\n 0 0 1",
    ),
    at=matrix("1 1 1 1 1 0\n 0 1 -1 2 -2 0\n 0 1 1 4 4 0\n 0 1 -1 8 -8 1"),
)


def tensor(rows: Matrix) -> Tensor:
    """In float64."""
    return torch.tensor([[float(entry) for entry in row] for row in rows], dtype=torch.float64)


def winograd_by_definition(x: Tensor, weight: Tensor, by: Transforms = F_2_3) -> tuple[Tensor, int]:
    """The 3 x 3 convolution with padding 1, tile by tile, and its products of data and kernels.

    Products with constants of the transforms are not among them: in F(2x2,3x3) those are additions.
    """
    at, g, bt = (tensor(rows).to(x) for rows in (by.at, by.g, by.bt))
    m, n = at.shape
    height, width = x.shape[2:]
    x = F.pad(x, (1, 1 + -width % m, 1, 1 + -height % m))
    kernels, rows, multiplications = g @ weight @ g.T, [], 0
    for top in range(0, height, m):
        row = []
        for left in range(0, width, m):
            data = bt @ x[:, :, top : top + n, left : left + n] @ bt.T
            products = kernels * data[:, None]  # batch x o x c x n x n
            row.append(at @ products.sum(2) @ at.T)
            multiplications += products[0].numel()
        rows.append(torch.cat(row, 3))
    return torch.cat(rows, 2)[:, :, :height, :width], multiplications


class WinogradConv2d(nn.Module):
    """F(2x2,3x3) on whole maps: all tiles at once, and its transforms as the additions that they are.

    The sum over channels is one matrix product for each of the 16 places of a tile, which is all that `macs` counts.
    """

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(c_out, c_in, 3, 3))

    def forward(self, x: Tensor) -> Tensor:
        """The convolution with padding 1, without bias."""
        height, width = x.shape[2:]
        tiles = F.pad(x, (1, 1 + width % 2, 1, 1 + height % 2)).unfold(2, 4, 2).unfold(3, 4, 2)
        down, along = tiles.shape[2:4]
        data = both_ways(data_2, tiles, 4, 5).permute(0, 4, 5, 1, 2, 3)  # batch x 4 x 4 x c x down x along
        kernels = both_ways(kernel_2, self.weight, 2, 3).permute(2, 3, 0, 1)  # 4 x 4 x o x c
        found = both_ways(outputs_2, kernels @ data.flatten(4), 1, 2)  # batch x 2 x 2 x o x tiles
        in_place = found.reshape(*found.shape[:4], down, along).permute(0, 3, 4, 1, 5, 2)
        return in_place.reshape(len(x), self.weight.shape[0], 2 * down, 2 * along)[:, :, :height, :width]


Lines = tuple[Tensor, ...]


def both_ways(transform: Callable[[Lines], Sequence[Tensor]], x: Tensor, rows: int, columns: int) -> Tensor:
    """A transform of a line, on two dimensions one after the other."""
    x = torch.stack(list(transform(x.unbind(rows))), rows)
    return torch.stack(list(transform(x.unbind(columns))), columns)


def data_2(d: Lines) -> Sequence[Tensor]:
    """B^T d of F(2,3)."""
    return d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]


def kernel_2(g: Lines) -> Sequence[Tensor]:
    """G g of F(2,3)."""
    return g[0], (g[0] + g[1] + g[2]) * 0.5, (g[0] - g[1] + g[2]) * 0.5, g[2]


def outputs_2(x: Lines) -> Sequence[Tensor]:
    """A^T x of F(2,3)."""
    return x[0] + x[1] + x[2], x[1] - x[2] - x[3]


def winograd(c_in: int, c_out: int, size: int) -> Network:
    """A 3 x 3 convolution with padding 1 by F(2x2,3x3): 2.25 times fewer multiply-adds where the size is even."""
    conv(c_in, c_out, 3, size)  # refuses what a convolution refuses
    return Network({"winograd": WinogradConv2d(c_in, c_out)}, input_shape=(c_in, size, size))
