"""Single convolutions and their separable forms on a square map: what papers write cost equations about.

Each stands here by its definition, on batch x channels x height x width, and as the framework has it. A definition also
says how many multiplications it did for one image, those with zeros of the padding among them. Letters of the equations:
output o at (i, j), channel c, tap (u, v), stride s, padding p, dilation d.

Shapes of networks are channels x height x width. Padding is d (k - 1) / 2 at dilation d where none is given, so that
stride 1 keeps the size of the map. Neither normalisation nor activation stands beside the convolutions, since the equations
count neither.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.network import Network

# -- by definition ---------------------------------------------------------------------------------------------------


Padding = int | tuple[int, int]  # zeros around the map: on all sides, or above and below, and left and right


def taps(
    x: Tensor, kernel: Sequence[int], stride: int = 1, padding: Padding = 0, dilation: int = 1
) -> Iterator[tuple[int, int, Tensor]]:
    """For each tap (u, v) of a kernel, height x width, the pixels that it meets: x[c, s i + d u - p, s j + d v - p] for all c, i, j."""
    height, width = kernel
    above, beside = (padding, padding) if isinstance(padding, int) else padding
    padded = F.pad(x, (beside, beside, above, above))
    rows = (padded.shape[2] - dilation * (height - 1) - 1) // stride + 1
    columns = (padded.shape[3] - dilation * (width - 1) - 1) // stride + 1
    for u in range(height):
        for v in range(width):
            down = padded[:, :, dilation * u :: stride][:, :, :rows]
            yield u, v, down[..., dilation * v :: stride][..., :columns]


def conv_by_definition(
    x: Tensor, weight: Tensor, stride: int = 1, padding: Padding = 0, dilation: int = 1
) -> tuple[Tensor, int]:
    """y[o, i, j] = sum over c, u, v of w[o, c, u, v] x[c, s i + d u - p, s j + d v - p]; w is o x c x height x width."""
    sums, multiplications = [], 0
    for u, v, seen in taps(x, weight.shape[2:], stride, padding, dilation):
        products = weight[:, :, u, v, None, None] * seen[:, None]  # batch x o x c x i x j
        sums.append(products.sum(2))
        multiplications += products[0].numel()
    return torch.stack(sums).sum(0), multiplications


def grouped_by_definition(
    x: Tensor, weight: Tensor, groups: int, stride: int = 1, padding: Padding = 0, dilation: int = 1
) -> tuple[Tensor, int]:
    """A convolution of each part of the channels by its own part of the kernels; w is o x c / groups x height x width."""
    parts = zip(x.chunk(groups, 1), weight.chunk(groups), strict=True)
    done = [conv_by_definition(seen, kernels, stride, padding, dilation) for seen, kernels in parts]
    return torch.cat([y for y, _ in done], 1), sum(multiplications for _, multiplications in done)


def depthwise_by_definition(
    x: Tensor, weight: Tensor, stride: int = 1, padding: Padding = 0
) -> tuple[Tensor, int]:
    """y[c, i, j] = sum over u, v of w[c, u, v] x[c, s i + u - p, s j + v - p]; no sum over channels."""
    products = [
        weight[:, u, v, None, None] * seen for u, v, seen in taps(x, weight.shape[1:], stride, padding)
    ]
    return torch.stack(products).sum(0), sum(product[0].numel() for product in products)


def pointwise_by_definition(x: Tensor, weight: Tensor) -> tuple[Tensor, int]:
    """y[o, i, j] = sum over c of w[o, c] x[c, i, j]: no tap but the pixel itself."""
    products = weight[:, :, None, None] * x[:, None]
    return products.sum(2), products[0].numel()


def depthwise_separable_by_definition(
    x: Tensor, filters: Tensor, mix: Tensor, stride: int = 1, padding: Padding = 0
) -> tuple[Tensor, int]:
    """Filters w[c, u, v] for each channel, then sums w[o, c] over channels."""
    filtered, filtering = depthwise_by_definition(x, filters, stride, padding)
    mixed, mixing = pointwise_by_definition(filtered, mix)
    return mixed, filtering + mixing


# -- as the framework has it -----------------------------------------------------------------------------------------


def conv(
    c_in: int,
    c_out: int,
    k: int,
    size: int,
    stride: int = 1,
    groups: int = 1,
    bias: bool = False,
    padding: int | None = None,
    dilation: int = 1,
) -> Network:
    """One k x k convolution, from c_in to c_out channels, on a map of size x size."""
    require(1, c_in=c_in, c_out=c_out, k=k, size=size, stride=stride, groups=groups, dilation=dilation)
    layer = _conv(c_in, c_out, k, stride, groups, bias, padding, dilation)
    _require_fit(size, int(layer.padding[0]), dilation * (k - 1) + 1)
    return Network({"conv": layer}, input_shape=(c_in, size, size))


def grouped(c_in: int, c_out: int, k: int, groups: int, size: int, stride: int = 1) -> Network:
    """A k x k convolution in groups: every output sees the c_in / groups channels of its own group."""
    return conv(c_in, c_out, k, size, stride=stride, groups=groups)


def depthwise(channels: int, k: int, size: int, stride: int = 1) -> Network:
    """One k x k filter a channel: a convolution with as many groups as channels."""
    require(1, channels=channels)
    return conv(channels, channels, k, size, stride=stride, groups=channels)


def pointwise(c_in: int, c_out: int, size: int) -> Network:
    """A 1 x 1 convolution: every output is a weighted sum of the channels of one pixel."""
    return conv(c_in, c_out, 1, size)


def depthwise_separable(c_in: int, c_out: int, k: int, size: int, stride: int = 1) -> Network:
    """A k x k filter a channel, then a 1 x 1 convolution that mixes channels; the stride is the filter's."""
    require(1, c_in=c_in, c_out=c_out, k=k, size=size, stride=stride)
    stages: dict[str, nn.Module] = {
        "depthwise": _conv(c_in, c_in, k, stride, groups=c_in, bias=False),
        "pointwise": _conv(c_in, c_out, 1, 1, groups=1, bias=False),
    }
    return Network(stages, input_shape=(c_in, size, size))


def conv_stack(channels: int, k: int, layers: int, size: int) -> Network:
    """Equal k x k convolutions one after another, conv1 to conv<layers>, all on channels x size x size."""
    require(1, channels=channels, k=k, layers=layers, size=size)
    stages: dict[str, nn.Module] = {
        f"conv{i}": _conv(channels, channels, k, 1, groups=1, bias=False) for i in range(1, layers + 1)
    }
    return Network(stages, input_shape=(channels, size, size))


def _conv(
    c_in: int,
    c_out: int,
    k: int,
    stride: int,
    groups: int,
    bias: bool,
    padding: int | None = None,
    dilation: int = 1,
) -> nn.Conv2d:
    if padding is None and k % 2 == 0:
        raise ValueError(
            f"k is {k}: an even kernel has no centre to pad around; use an odd k, such as {k + 1}, "
            f"or say how much padding"
        )
    if c_in % groups or c_out % groups:
        raise ValueError(
            f"groups is {groups}, which does not divide c_in {c_in} and c_out {c_out}; "
            f"use a common divisor of both, such as 1"
        )
    if padding is None:
        padding = dilation * (k - 1) // 2
    require(0, padding=padding)
    return nn.Conv2d(c_in, c_out, k, stride, padding, dilation, groups, bias)


def _require_fit(size: int, padding: int, reach: int) -> None:
    if size + 2 * padding < reach:
        raise ValueError(
            f"size is {size}: with {padding} pixels of padding the map has no room for a kernel that "
            f"reaches over {reach}; use a size of at least {reach - 2 * padding}"
        )
