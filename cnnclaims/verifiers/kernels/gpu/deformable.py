"""Deformable convolution, version 1 (arXiv:1703.06211, Equations 2 to 4), sampling and product in one Triton kernel.

    y[n, o, i, j] = sum over c, u, v of  w[o, c, u, v] x(n, c, s i + d u - p + dy, s j + d v - p + dx)

(dy, dx) is the offset of tap (u, v) at (i, j), and x( ) at a position between pixels weighs its four neighbours by
(1 - |row - r|) (1 - |column - q|), 0 beyond the map. Channels of one offset group share their positions. The sampled map, k k times
as large as the input, is made tile by tile and never written.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import located, multiplied, place_grid, product_tile, zero_padded


@triton.jit
def bilinear(x, planes, rows, columns, there, height, width):
    """x between pixels, at float positions; a position a pixel or more beyond the map is 0."""
    rows = tl.minimum(
        tl.maximum(rows, -1.0), height * 1.0
    )  # so that far offsets stay within 32-bit positions
    columns = tl.minimum(tl.maximum(columns, -1.0), width * 1.0)
    top = tl.floor(rows)
    left = tl.floor(columns)
    lower = rows - top
    right = columns - left
    row = top.to(tl.int32)
    column = left.to(tl.int32)
    value = (
        (1 - lower) * (1 - right) * zero_padded(x, planes, row, column, there, height, width).to(tl.float32)
    )
    value += (
        (1 - lower) * right * zero_padded(x, planes, row, column + 1, there, height, width).to(tl.float32)
    )
    value += (
        lower * (1 - right) * zero_padded(x, planes, row + 1, column, there, height, width).to(tl.float32)
    )
    value += lower * right * zero_padded(x, planes, row + 1, column + 1, there, height, width).to(tl.float32)
    return value


@triton.jit
def deformable_kernel(
    x,
    offsets,
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
    """OUTPUTS channels at PLACES positions a program, over offset groups, taps and blocks of channels."""
    images, rows, columns, there = located(tl.program_id(0), batch, out_height, out_width, PLACES)
    outputs = tl.program_id(1) * OUTPUTS + tl.arange(0, OUTPUTS)[:, None]
    each = c_in // GROUPS
    pixels = out_height * out_width
    total = tl.zeros((OUTPUTS, PLACES), tl.float32)
    for point in range(GROUPS * K * K):  # dy, dx of group 1's point 1, of its point 2, ...
        tap = point % (K * K)
        first = point // (K * K) * each
        moved = offsets + (images * (GROUPS * K * K) + point) * 2 * pixels + rows * out_width + columns
        dy = tl.load(moved, mask=there, other=0.0).to(tl.float32)
        dx = tl.load(moved + pixels, mask=there, other=0.0).to(tl.float32)
        down = (rows * STRIDE - PADDING + DILATION * (tap // K)).to(tl.float32) + dy
        across = (columns * STRIDE - PADDING + DILATION * (tap % K)).to(tl.float32) + dx
        for start in range(0, each, INPUTS):
            inputs = start + tl.arange(0, INPUTS)
            planes = images * c_in + first + inputs[:, None]
            wanted = there & (inputs[:, None] < each)
            values = bilinear(x, planes, down, across, wanted, height, width)
            known = (outputs < c_out) & (inputs[None, :] < each)
            filters = weight + (outputs * c_in + first + inputs[None, :]) * (K * K)
            weights = tl.load(filters + tap, mask=known, other=0.0)
            total = multiplied(weights, values.to(x.dtype.element_ty), total, PRECISION)
    at = y + (images * c_out + outputs) * pixels + rows * out_width + columns
    tl.store(at, total.to(y.dtype.element_ty), mask=there & (outputs < c_out))


def deformable(
    x: Tensor,
    offsets: Tensor,
    weight: Tensor,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    precision: str = "ieee",
) -> Tensor:
    """A convolution of x (batch x c_in x height x width) at moved positions: weight is c_out x c_in x k x k.

    `offsets` is batch x 2 k k groups x the output's height x width, float32 whatever the type of x: dy, dx of point 1, dy, dx of
    point 2, ... in pixels, for each of `groups` groups of channels. Samples are rounded to x's type before they are multiplied.
    `precision` is for float32: "ieee", or "tf32" on the tensor cores. Raises ValueError for shapes, types or devices that do not fit.
    """
    shapes = dict.fromkeys(("x", "offsets"), "batch x channels x height x width") | {
        "weight": "c_out x c_in x k x k"
    }
    arguments.check_tensors(shapes, x=x, weight=weight)
    arguments.check_tensors(shapes, offsets=offsets)
    if offsets.dtype != torch.float32 or offsets.device != x.device:
        raise ValueError(f"offsets are {offsets.dtype} on {offsets.device}; use torch.float32 on {x.device}")
    arguments.check_precision(precision)
    batch, c_in, height, width = x.shape
    c_out, k = weight.shape[0], arguments.check_square(weight)
    arguments.check_divides(groups, c_in=c_in)
    arguments.check_shape("weight", weight, (c_out, c_in, k, k), "one filter for each channel of x")
    sides = arguments.output_sides(x, k, stride, padding, dilation)
    arguments.check_shape(
        "offsets", offsets, (batch, 2 * k * k * groups, *sides), "dy and dx of every point at every output"
    )
    y = torch.empty(batch, c_out, *sides, dtype=x.dtype, device=x.device)
    tile = product_tile(c_out, c_in // groups)
    deformable_kernel[place_grid(y, tile)](
        x,
        offsets,
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
