"""The framework's form of every operator that has a Triton form, with the same arguments; convolutions are cuDNN's on a GPU."""

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.deformable import sample


def conv(
    x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0, dilation: int = 1, groups: int = 1
) -> Tensor:
    """The framework's convolution, cuDNN's on a GPU."""
    return F.conv2d(x, weight, None, stride, padding, dilation, groups)


def depthwise(x: Tensor, weight: Tensor, **numbers: int) -> Tensor:
    """As many groups as channels."""
    return conv(x, weight, groups=x.shape[1], **numbers)


def separable(
    x: Tensor,
    depthwise: Tensor,
    pointwise: Tensor,
    scale: Tensor | None = None,
    shift: Tensor | None = None,
    relu: bool = False,
    **numbers: int,
) -> Tensor:
    """Two convolutions and what stands between them, the middle map written and read."""
    middle = conv(x, depthwise, groups=x.shape[1], **numbers)
    if scale is not None and shift is not None:
        middle = middle * scale[:, None, None] + shift[:, None, None]
    return conv(F.relu(middle) if relu else middle, pointwise)


def one_hot(x: Tensor, down: Tensor, right: Tensor) -> dict[str, Tensor | int]:
    """A shift as the depthwise convolution that does the same: filters with a single one (arXiv:1711.08141, Section 3)."""
    reach = int(torch.cat([down, right]).abs().max())
    channels = x.shape[1]
    weight = x.new_zeros(channels, 1, 2 * reach + 1, 2 * reach + 1)
    weight[torch.arange(channels), 0, reach - down.long(), reach - right.long()] = 1
    return {"x": x, "weight": weight, "padding": reach}


def octave(
    high: Tensor,
    low: Tensor,
    high_to_high: Tensor,
    high_to_low: Tensor,
    low_to_high: Tensor,
    low_to_low: Tensor,
) -> tuple[Tensor, Tensor]:
    """Four convolutions, an average of 2 x 2 and an enlarged map."""
    padding = high_to_high.shape[2] // 2
    enlarged = F.interpolate(conv(low, low_to_high, padding=padding), scale_factor=2.0, mode="nearest")
    averaged = conv(F.avg_pool2d(high, 2), high_to_low, padding=padding)
    return (
        conv(high, high_to_high, padding=padding) + enlarged,
        conv(low, low_to_low, padding=padding) + averaged,
    )


def deformable(
    x: Tensor,
    offsets: Tensor,
    weight: Tensor,
    groups: int = 1,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Tensor:
    """Samples gathered into a map of k x k blocks, and a convolution over it."""
    k, (batch, channels), sides = weight.shape[2], x.shape[:2], offsets.shape[2:]
    moved = offsets.reshape(batch, groups, k, k, 2, *sides)
    places = [stride * torch.arange(side, device=x.device, dtype=offsets.dtype) - padding for side in sides]
    taps = dilation * torch.arange(k, device=x.device, dtype=offsets.dtype)
    rows = moved[:, :, :, :, 0] + taps[:, None, None, None] + places[0][:, None]
    columns = moved[:, :, :, :, 1] + taps[:, None, None] + places[1]
    values = sample(x, rows, columns).permute(0, 1, 4, 2, 5, 3)
    blocks = values.reshape(batch, channels, k * sides[0], k * sides[1])
    return conv(blocks.to(x.dtype), weight, stride=k)
