"""Grouped convolution (arXiv:1611.05431, Section 3; AlexNet's two groups), as a Triton kernel; one group is the usual convolution.

    y[n, o, i, j] = sum over c in o's group, u, v of  w[o, c, u, v] x[n, c, s i + d u - p, s j + d v - p]

For each of the k k taps a matrix product of the group's weights with the pixels that the tap falls on: the columns of im2col, made
tile by tile and never written. A tile has at least 16 channels on either side, which groups of fewer leave partly empty.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import located, multiplied, place_grid, product_tile, zero_padded


@triton.jit
def grouped_kernel(
    x,
    weight,
    y,
    batch,
    c_in,
    c_out,
    height,
    width,
    out_height,
    out_width,
    GROUPS: tl.constexpr,
    K: tl.constexpr,
    STRIDE: tl.constexpr,
    PADDING: tl.constexpr,
    DILATION: tl.constexpr,
    PRECISION: tl.constexpr,
    OUTPUTS: tl.constexpr,
    INPUTS: tl.constexpr,
    PLACES: tl.constexpr,
):
    """OUTPUTS channels of one group at PLACES positions a program."""
    images, rows, columns, there = located(tl.program_id(0), batch, out_height, out_width, PLACES)
    group = tl.program_id(1) % GROUPS
    each_in = c_in // GROUPS
    each_out = c_out // GROUPS
    within = tl.program_id(1) // GROUPS * OUTPUTS + tl.arange(0, OUTPUTS)[:, None]
    outputs = group * each_out + within
    total = tl.zeros((OUTPUTS, PLACES), tl.float32)
    for tap in range(K * K):
        top = rows * STRIDE - PADDING + DILATION * (tap // K)
        left = columns * STRIDE - PADDING + DILATION * (tap % K)
        for start in range(0, each_in, INPUTS):
            inputs = start + tl.arange(0, INPUTS)
            known = (within < each_out) & (inputs[None, :] < each_in)
            filters = weight + (outputs * each_in + inputs[None, :]) * (K * K)
            weights = tl.load(filters + tap, mask=known, other=0.0)
            planes = images * c_in + group * each_in + inputs[:, None]
            wanted = there & (inputs[:, None] < each_in)
            values = zero_padded(x, planes, top, left, wanted, height, width)
            total = multiplied(weights, values, total, PRECISION)
    at = y + (images * c_out + outputs) * (out_height * out_width) + rows * out_width + columns
    tl.store(at, total.to(y.dtype.element_ty), mask=there & (within < each_out))


def grouped(
    x: Tensor,
    weight: Tensor,
    groups: int = 1,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    precision: str = "ieee",
) -> Tensor:
    """Each group of x's channels to its group of outputs: weight is c_out x c_in / groups x k x k.

    `precision` is for float32: "ieee", or "tf32" on the tensor cores. Sums are float32, the result is of x's type. Raises
    ValueError for shapes, types or devices that do not fit, or groups that do not divide the channels.
    """
    shapes = {"x": "batch x channels x height x width", "weight": "c_out x c_in / groups x k x k"}
    arguments.check_tensors(shapes, x=x, weight=weight)
    arguments.check_precision(precision)
    batch, c_in, height, width = x.shape
    c_out, k = weight.shape[0], arguments.check_square(weight)
    arguments.check_divides(groups, c_in=c_in, c_out=c_out)
    arguments.check_shape(
        "weight", weight, (c_out, c_in // groups, k, k), "one filter for each channel of a group"
    )
    sides = arguments.output_sides(x, k, stride, padding, dilation)
    y = torch.empty(batch, c_out, *sides, dtype=x.dtype, device=x.device)
    tile = product_tile(c_out // groups, c_in // groups)
    grouped_kernel[place_grid(y, tile, groups)](
        x,
        weight,
        y,
        batch,
        c_in,
        c_out,
        height,
        width,
        *sides,
        GROUPS=groups,
        K=k,
        STRIDE=stride,
        PADDING=padding,
        DILATION=dilation,
        PRECISION=precision,
        **tile,
    )
    return y
