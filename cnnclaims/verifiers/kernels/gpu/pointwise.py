"""Pointwise (1 x 1) convolution (arXiv:1312.4400; arXiv:1704.04861, Section 3.1), as a Triton kernel.

    y[n, o, i, j] = sum over c of  w[o, c] x[n, c, s i, s j]

A matrix product, weights times pixels: a program computes OUTPUTS x PLACES of it and walks through the channels in blocks.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import located, multiplied, place_grid, product_tile, zero_padded


@triton.jit
def pointwise_kernel(
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
    STRIDE: tl.constexpr,
    PRECISION: tl.constexpr,
    OUTPUTS: tl.constexpr,
    INPUTS: tl.constexpr,
    PLACES: tl.constexpr,
):
    """OUTPUTS channels at PLACES positions a program."""
    images, rows, columns, there = located(tl.program_id(0), batch, out_height, out_width, PLACES)
    outputs = tl.program_id(1) * OUTPUTS + tl.arange(0, OUTPUTS)[:, None]
    total = tl.zeros((OUTPUTS, PLACES), tl.float32)
    for start in range(0, c_in, INPUTS):
        inputs = start + tl.arange(0, INPUTS)
        known = (outputs < c_out) & (inputs[None, :] < c_in)
        weights = tl.load(weight + outputs * c_in + inputs[None, :], mask=known, other=0.0)
        planes = images * c_in + inputs[:, None]
        wanted = there & (inputs[:, None] < c_in)
        values = zero_padded(x, planes, rows * STRIDE, columns * STRIDE, wanted, height, width)
        total = multiplied(weights, values, total, PRECISION)
    at = y + (images * c_out + outputs) * (out_height * out_width) + rows * out_width + columns
    tl.store(at, total.to(y.dtype.element_ty), mask=there & (outputs < c_out))


def pointwise(x: Tensor, weight: Tensor, stride: int = 1, precision: str = "ieee") -> Tensor:
    """A weighted sum of the channels of every pixel: x batch x c_in x height x width, weight c_out x c_in x 1 x 1.

    `precision` is for float32: "ieee", or "tf32" on the tensor cores. Sums are float32, the result is of x's type. Raises
    ValueError for shapes, types or devices that do not fit.
    """
    shapes = {"x": "batch x channels x height x width", "weight": "c_out x c_in x 1 x 1"}
    arguments.check_tensors(shapes, x=x, weight=weight)
    arguments.check_precision(precision)
    batch, c_in, height, width = x.shape
    c_out = weight.shape[0]
    arguments.check_shape("weight", weight, (c_out, c_in, 1, 1), "one weight for each channel of x")
    sides = arguments.output_sides(x, 1, stride, padding=0)
    y = torch.empty(batch, c_out, *sides, dtype=x.dtype, device=x.device)
    tile = product_tile(c_out, c_in, stages=3)
    pointwise_kernel[place_grid(y, tile)](
        x,
        weight,
        y,
        batch,
        c_in,
        c_out,
        height,
        width,
        *sides,
        STRIDE=stride,
        PRECISION=precision,
        **tile,
    )
    return y
