"""Single convolutions and their separable forms on a square map: what papers write cost equations about.

Each stands here by its definition, on batch x channels x height x width, and as the framework has it. A definition also
says how many multiplications it did for one image, those with zeros of the padding among them.

Shapes of networks are channels x height x width. Padding is d (k - 1) / 2 at dilation d where none is given, so that stride 1
keeps the size of the map. Neither normalisation nor activation stands beside the convolutions, since the equations
count neither.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network


def conv_by_definition(
    x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0, dilation: int = 1
) -> tuple[Tensor, int]:
    """y[o, i, j] = sum over c, u, v of w[o, c, u, v] x[c, s i + d u - p, s j + d v - p], and its multiplications."""
    padded = F.pad(x, (padding,) * 4)
    h, w = ((n - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(padded.shape[2:], weight.shape[2:]))
    y, multiplications = x.new_zeros(len(x), len(weight), h, w), 0
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            top, left = dilation * u, dilation * v
            seen = padded[:, :, top : top + stride * h : stride, left : left + stride * w : stride]
            products = weight[:, :, u, v, None, None] * seen[:, None, :, :h, :w]  # batch x o x c x i x j
            y += products.sum(2)
            multiplications += products[0].numel()
    return y, multiplications


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
    _require_positive(c_in=c_in, c_out=c_out, k=k, size=size, stride=stride, groups=groups, dilation=dilation)
    layer = _conv(c_in, c_out, k, stride, groups, bias, padding, dilation)
    _require_fit(size, int(layer.padding[0]), dilation * (k - 1) + 1)
    return Network({"conv": layer}, input_shape=(c_in, size, size))


def depthwise(channels: int, k: int, size: int, stride: int = 1) -> Network:
    """One k x k filter a channel: a convolution with as many groups as channels."""
    _require_positive(channels=channels)
    return conv(channels, channels, k, size, stride=stride, groups=channels)


def pointwise(c_in: int, c_out: int, size: int) -> Network:
    """A 1 x 1 convolution: every output is a weighted sum of the channels of one pixel."""
    return conv(c_in, c_out, 1, size)


def depthwise_separable(c_in: int, c_out: int, k: int, size: int, stride: int = 1) -> Network:
    """A k x k filter a channel, then a 1 x 1 convolution that mixes channels; the stride is the filter's."""
    _require_positive(c_in=c_in, c_out=c_out, k=k, size=size, stride=stride)
    stages: dict[str, nn.Module] = {
        "depthwise": _conv(c_in, c_in, k, stride, groups=c_in, bias=False),
        "pointwise": _conv(c_in, c_out, 1, 1, groups=1, bias=False),
    }
    return Network(stages, input_shape=(c_in, size, size))


def conv_stack(channels: int, k: int, layers: int, size: int) -> Network:
    """Equal k x k convolutions one after another, conv1 to conv<layers>, all on channels x size x size."""
    _require_positive(channels=channels, k=k, layers=layers, size=size)
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
    _require_not_negative(padding=padding)
    return nn.Conv2d(c_in, c_out, k, stride, padding, dilation, groups, bias)


def _require_positive(**arguments: int) -> None:
    for name, value in arguments.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")


def _require_not_negative(**arguments: int) -> None:
    for name, value in arguments.items():
        if value < 0:
            raise ValueError(f"{name} is {value}; use 0 or more")


def _require_fit(size: int, padding: int, reach: int) -> None:
    if size + 2 * padding < reach:
        raise ValueError(
            f"size is {size}: with {padding} pixels of padding the map has no room for a kernel that "
            f"reaches over {reach}; use a size of at least {reach - 2 * padding}"
        )
