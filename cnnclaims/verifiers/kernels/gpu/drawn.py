"""Random arguments of the Triton forms for a shape that a benchmark names or a test draws.

`draw(*shape)` is the source: normal numbers of the wanted type on the wanted device.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Arguments = dict[str, Any]  # names of a launcher's arguments -> tensors and numbers
Draw = Callable[..., Tensor]


def source(seed: int, dtype: torch.dtype, device: str) -> Draw:
    """Normal numbers from a seed, the same ones on every device."""
    generator = torch.Generator().manual_seed(seed)
    return lambda *shape: torch.randn(*shape, generator=generator).to(device, dtype)


def depthwise_arguments(
    draw: Draw, batch: int, channels: int, height: int, width: int, k: int = 3, **numbers: int
) -> Arguments:
    """Random maps and one filter a channel; numbers are stride, padding, dilation."""
    return {"x": draw(batch, channels, height, width), "weight": draw(channels, 1, k, k), **numbers}


def pointwise_arguments(
    draw: Draw, batch: int, channels: int, height: int, width: int, c_out: int, **numbers: int
) -> Arguments:
    """Random maps and weights; the number is stride."""
    return {"x": draw(batch, channels, height, width), "weight": draw(c_out, channels, 1, 1), **numbers}


def separable_arguments(
    draw: Draw,
    batch: int,
    channels: int,
    height: int,
    width: int,
    c_out: int,
    k: int = 3,
    scaled: bool = True,
    relu: bool = True,
    **numbers: int,
) -> Arguments:
    """Random maps, filters and weights, with scale, shift and ReLU in between where wanted."""
    between = {"scale": draw(channels), "shift": draw(channels)} if scaled else {}
    x, filters, mix = (
        draw(batch, channels, height, width),
        draw(channels, 1, k, k),
        draw(c_out, channels, 1, 1),
    )
    return {"x": x, "depthwise": filters, "pointwise": mix, "relu": relu, **between, **numbers}


def grouped_arguments(
    draw: Draw,
    batch: int,
    channels: int,
    height: int,
    width: int,
    c_out: int,
    groups: int,
    k: int = 3,
    **numbers: int,
) -> Arguments:
    """Random maps and the filters of every group; numbers are stride, padding, dilation."""
    weight = draw(c_out, channels // groups, k, k)
    return {"x": draw(batch, channels, height, width), "weight": weight, "groups": groups, **numbers}


def shift_arguments(
    draw: Draw, batch: int, channels: int, height: int, width: int, reach: int = 1
) -> Arguments:
    """Random maps and displacements of at most `reach` pixels in both directions."""
    x = draw(batch, channels, height, width)
    moves = (draw(channels).float() * reach).round().clamp(-reach, reach).to(torch.int32)
    return {"x": x, "down": moves, "right": moves.roll(1)}


def shuffle_arguments(
    draw: Draw, batch: int, channels: int, height: int, width: int, groups: int
) -> Arguments:
    """Random maps and a number of groups."""
    return {"x": draw(batch, channels, height, width), "groups": groups}


def octave_arguments(
    draw: Draw,
    batch: int,
    high: int,
    low: int,
    height: int,
    width: int,
    out_high: int,
    out_low: int,
    k: int = 3,
) -> Arguments:
    """Random maps of both frequencies, height x width the high one, and the weights of the four paths."""
    return {
        "high": draw(batch, high, height, width),
        "low": draw(batch, low, height // 2, width // 2),
        "high_to_high": draw(out_high, high, k, k),
        "high_to_low": draw(out_low, high, k, k),
        "low_to_high": draw(out_high, low, k, k),
        "low_to_low": draw(out_low, low, k, k),
    }


def deformable_arguments(
    draw: Draw,
    batch: int,
    channels: int,
    height: int,
    width: int,
    c_out: int,
    k: int = 3,
    groups: int = 1,
    stride: int = 1,
    padding: int = 1,
    dilation: int = 1,
) -> Arguments:
    """Random maps, weights, and offsets of a pixel or two."""
    reach = dilation * (k - 1) + 1
    sides = [(side + 2 * padding - reach) // stride + 1 for side in (height, width)]
    numbers = {"groups": groups, "stride": stride, "padding": padding, "dilation": dilation}
    return {
        "x": draw(batch, channels, height, width),
        "offsets": draw(batch, 2 * k * k * groups, *sides).float(),
        "weight": draw(c_out, channels, k, k),
        **numbers,
    }
