"""Depthwise convolution, one k x k filter a channel (arXiv:1704.04861, Equation 3), as a Triton kernel.

    y[n, c, i, j] = sum over u, v of  w[c, u, v] x[n, c, s i + d u - p, s j + d v - p]

Nothing is summed over channels, so there is no matrix product to give to the tensor cores: k k multiply-adds for each number
read and each written. A program computes some planes whole, or a piece of one; neighbours read the same numbers again, from cache.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import plane_grid, plane_tile, zero_padded


@triton.jit
def depthwise_kernel(
    x,
    weight,
    y,
    planes_in_all,
    channels,
    height,
    width,
    out_height,
    out_width,
    K: tl.constexpr,
    STRIDE: tl.constexpr,
    PADDING: tl.constexpr,
    DILATION: tl.constexpr,
    PLANES: tl.constexpr,
    PIXELS: tl.constexpr,
):
    """PLANES x PIXELS outputs a program, each the sum of its K x K taps in float32."""
    planes = (tl.program_id(0) * PLANES + tl.arange(0, PLANES)[:, None]).to(tl.int64)
    pixels = tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)[None, :]
    there = (planes < planes_in_all) & (pixels < out_height * out_width)
    top = pixels // out_width * STRIDE - PADDING
    left = pixels % out_width * STRIDE - PADDING
    filters = weight + planes % channels * (K * K)
    total = tl.zeros((PLANES, PIXELS), tl.float32)
    for u in tl.static_range(K):
        for v in tl.static_range(K):
            tap = tl.load(filters + u * K + v, mask=planes < planes_in_all, other=0.0)
            value = zero_padded(x, planes, top + DILATION * u, left + DILATION * v, there, height, width)
            total += tap.to(tl.float32) * value.to(tl.float32)
    tl.store(y + planes * (out_height * out_width) + pixels, total.to(y.dtype.element_ty), mask=there)


def depthwise(x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0, dilation: int = 1) -> Tensor:
    """Each channel of x (batch x channels x height x width) through its filter, weight (channels x 1 x k x k).

    Sums are float32, the result is of x's type. Raises ValueError for shapes, types or devices that do not fit.
    """
    shapes = {"x": "batch x channels x height x width", "weight": "channels x 1 x k x k"}
    arguments.check_tensors(shapes, x=x, weight=weight)
    batch, channels, height, width = x.shape
    k = arguments.check_square(weight)
    arguments.check_shape("weight", weight, (channels, 1, k, k), "one filter for each channel of x")
    sides = arguments.output_sides(x, k, stride, padding, dilation)
    y = torch.empty(batch, channels, *sides, dtype=x.dtype, device=x.device)
    tile = plane_tile(y)
    depthwise_kernel[plane_grid(y, tile)](
        x,
        weight,
        y,
        batch * channels,
        channels,
        height,
        width,
        *sides,
        K=k,
        STRIDE=stride,
        PADDING=padding,
        DILATION=dilation,
        **tile,
    )
    return y
