"""Deformable convolution and pooling, arXiv:1703.06211, Section 2: positions that are offset by what the maps say.

Shapes are batch x channels x height x width. Positions are in pixels of the map, and outside of it all values are 0.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.network import Network

GAMMA = 0.1  # Section 2.2: offsets of bins are learnt over this share of a region's sides
SAMPLES = 4  # points a bin and axis; the paper takes every pixel of a bin, its released code 4


def g(one: Tensor, other: Tensor) -> Tensor:
    """One axis of Equation 4: max(0, 1 - |a - b|) for every pair of the last dimension."""
    return (1 - (one[..., :, None] - other).abs()).clamp_min(0)


def by_the_sum(x: Tensor, rows: Tensor, columns: Tensor) -> tuple[Tensor, int]:
    """Equation 3 as it stands: the sum of G(q, p) x(q) over all pixels q of the map, for points p; and its multiplications.

    x is channels x height x width, rows and columns of the points have any shape; the result is channels x that shape.
    """
    height, width = (torch.arange(side, dtype=x.dtype) for side in x.shape[1:])
    of_q = (
        g(rows.flatten(), height)[:, :, None] * g(columns.flatten(), width)[:, None, :]
    )  # points x height x width
    products = of_q * x[:, None]
    return products.sum((2, 3)).reshape(len(x), *rows.shape), of_q.numel() + products.numel()


def deformable_by_definition(
    x: Tensor, offsets: Tensor, weight: Tensor, stride: int = 1, dilation: int = 1
) -> tuple[Tensor, int]:
    """Equation 2: y(p) = sum over n of w(p_n) x(p + p_n + dp_n), over all channels; and its multiplications.

    Offsets are dy, dx of point 1, dy, dx of point 2 ..., for each group of channels in turn.
    """
    k, groups = weight.shape[3], offsets.shape[1] // (2 * weight.shape[3] ** 2)
    i, j = torch.meshgrid(*(stride * torch.arange(side) for side in offsets.shape[2:]), indexing="ij")
    ys = []
    for image, moved in zip(x, offsets, strict=True):
        y, multiplications = torch.zeros(()), 0
        parts = zip(image.chunk(groups), moved.chunk(groups), weight.chunk(groups, 1), strict=True)
        for channels, delta, kernel in parts:
            for n in range(k * k):
                u, v = n // k, n % k
                row = i + dilation * (u - k // 2) + delta[2 * n]
                column = j + dilation * (v - k // 2) + delta[2 * n + 1]
                values, interpolation = by_the_sum(channels, row, column)
                products = kernel[:, :, u, v, None, None] * values
                y = y + products.sum(1)
                multiplications += interpolation + products.numel()
        ys.append(y)
    return torch.stack(ys), multiplications


def deformable_conv(
    c_in: int, c_out: int, k: int, size: int, stride: int = 1, dilation: int = 1, groups: int = 1
) -> Network:
    """One k x k deformable convolution, from c_in to c_out channels; `groups` of channels have offsets of their own."""
    require(1, c_in=c_in, c_out=c_out, k=k, size=size, stride=stride, dilation=dilation, groups=groups)
    layer = DeformableConv2d(c_in, c_out, k, stride, dilation, groups)
    return Network({"deformable": layer}, input_shape=(c_in, size, size))


class DeformableConv2d(nn.Module):
    """Equation 2: a convolution at positions that another one, `offset`, moves; without bias.

    The kernel's weights are those of `conv`, which runs over the sampled values laid out in blocks of k x k.
    """

    def __init__(
        self, c_in: int, c_out: int, k: int, stride: int = 1, dilation: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        if k % 2 == 0:
            raise ValueError(
                f"k is {k}: an even kernel has no centre to offset from; use an odd k, such as {k + 1}"
            )
        if c_in % groups:
            raise ValueError(
                f"groups is {groups}, which does not divide c_in {c_in}; use a divisor, such as 1"
            )
        self.k, self.stride, self.dilation = k, stride, dilation
        # Section 2.1: the offsets' kernel has the size and dilation of the layer's, and 2 N channels.
        padding = dilation * (k - 1) // 2
        self.offset = nn.Conv2d(c_in, 2 * k * k * groups, k, stride, padding, dilation)
        self.conv = nn.Conv2d(c_in, c_out, k, stride=k, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The convolution of the sampled values."""
        y: Tensor = self.conv(self.sampled(x, self.offset(x)))
        return y

    def sampled(self, x: Tensor, offsets: Tensor) -> Tensor:
        """The N values of every output position, as a block of k x k; offsets are dy, dx of point 1, dy, dx of 2 ..."""
        batch, channels = x.shape[:2]
        height, width = offsets.shape[2:]
        k, groups = self.k, offsets.shape[1] // (2 * self.k * self.k)
        moved = offsets.reshape(batch, groups, k, k, 2, height, width)
        taps = self.dilation * (torch.arange(k, device=x.device, dtype=x.dtype) - k // 2)
        top = self.stride * torch.arange(height, device=x.device, dtype=x.dtype)
        left = self.stride * torch.arange(width, device=x.device, dtype=x.dtype)
        rows = moved[:, :, :, :, 0] + taps[:, None, None, None] + top[:, None]
        columns = moved[:, :, :, :, 1] + taps[:, None, None] + left
        values = sample(x, rows, columns)  # batch x channels x k x k x height x width
        return values.permute(0, 1, 4, 2, 5, 3).reshape(batch, channels, height * k, width * k)


def sample(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Equation 3: bilinear interpolation of x at (rows, columns), both batch x groups x ...

    A group of channels shares its positions; the result is batch x channels x ...
    """
    batch, channels, height, width = x.shape
    groups, points = rows.shape[1], rows.shape[2:].numel()
    flat = x.reshape(batch, groups, channels // groups, height * width)
    shape = (batch, groups, 1, points)
    total = x.new_zeros(batch, groups, channels // groups, points)
    for down in (0, 1):
        for right in (0, 1):
            row, column = rows.floor() + down, columns.floor() + right
            weight = (1 - (rows - row).abs()) * (1 - (columns - column).abs())
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            place = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
            index = place.long().reshape(shape).expand(batch, groups, channels // groups, points)
            total = total + flat.gather(3, index) * (weight * inside).reshape(shape)
    return total.reshape(batch, channels, *rows.shape[2:])


def bin_points(
    k: int, top: float, left: float, height: float, width: float, like: Tensor
) -> tuple[Tensor, Tensor]:
    """Rows and columns of SAMPLES x SAMPLES points in each of the k x k bins of a region, k x k x points."""
    steps = (torch.arange(k * SAMPLES, device=like.device, dtype=like.dtype) + 0.5) / (k * SAMPLES)
    rows = (top + height * steps - 0.5).reshape(k, 1, SAMPLES, 1).expand(k, k, SAMPLES, SAMPLES)
    columns = (left + width * steps - 0.5).reshape(1, k, 1, SAMPLES).expand(k, k, SAMPLES, SAMPLES)
    return rows.reshape(k, k, SAMPLES**2), columns.reshape(k, k, SAMPLES**2)


class RoIPool(nn.Module):
    """Equation 5 for one region, the whole map: the mean of each of k x k bins."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = k

    def forward(self, x: Tensor) -> Tensor:
        """k x k means a channel."""
        return F.adaptive_avg_pool2d(x, self.k)


class DeformableRoIPool(nn.Module):
    """Equation 6 for one region, the whole map: bins moved by a full layer on what plain pooling gives (Figure 3)."""

    def __init__(self, k: int, channels: int) -> None:
        super().__init__()
        self.k = k
        self.offset = nn.Linear(k * k * channels, 2 * k * k)

    def forward(self, x: Tensor) -> Tensor:
        """k x k means a channel, at moved bins."""
        batch, k = x.shape[0], self.k
        height, width = x.shape[2:]
        normalised = self.offset(F.adaptive_avg_pool2d(x, k).flatten(1)).reshape(batch, 1, 2, k, k)
        rows, columns = bin_points(k, 0, 0, height, width, x)
        rows = rows + GAMMA * height * normalised[:, :, 0, :, :, None]
        columns = columns + GAMMA * width * normalised[:, :, 1, :, :, None]
        return sample(x, rows, columns).mean(-1)


class PSRoIPool(nn.Module):
    """Position-sensitive pooling of one region, the whole map: bin (i, j) of a class from its map (i, j)."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = k

    def forward(self, x: Tensor) -> Tensor:
        """k x k means a class."""
        k = self.k
        maps = x.reshape(x.shape[0], x.shape[1] // k**2, k * k, *x.shape[2:])
        bins = F.adaptive_avg_pool2d(maps.flatten(1, 2), k).reshape(x.shape[0], maps.shape[1], k * k, k * k)
        return bins.diagonal(dim1=2, dim2=3).reshape(x.shape[0], maps.shape[1], k, k)


class DeformablePSRoIPool(nn.Module):
    """The same with every class's bins moved by what plain pooling of the offset maps gives (Figure 4)."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = k
        self.pool = PSRoIPool(k)

    def forward(self, x: Tensor, offsets: Tensor) -> Tensor:
        """k x k means a class, at moved bins."""
        batch, k, classes = x.shape[0], self.k, x.shape[1] // self.k**2
        height, width = x.shape[2:]
        normalised = self.pool(offsets).reshape(batch, classes, 2, k, k)
        rows, columns = bin_points(k, 0, 0, height, width, x)
        rows = rows + GAMMA * height * normalised[:, :, 0, :, :, None]
        columns = columns + GAMMA * width * normalised[:, :, 1, :, :, None]
        each = (batch, classes * k * k, SAMPLES**2)
        return sample(x, rows.reshape(each), columns.reshape(each)).mean(-1).reshape(batch, classes, k, k)
