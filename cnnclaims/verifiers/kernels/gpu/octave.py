"""Octave convolution (arXiv:1904.05049, Equations 2 and 3), its four paths in two Triton kernels, without maps in between.

    yH[i, j] = conv(xH, wHH)[i, j] + conv(xL, wLH)[i // 2, j // 2]        (low to high: enlarged afterwards)
    yL[i, j] = conv(xL, wLL)[i, j] + conv(mean of 2 x 2 of xH, wHL)[i, j]  (high to low: averaged first)

at stride 1, with k x k kernels and padding of k // 2. Enlarging is reading at half the position, averaging is reading four
numbers; both paths of an output add to one sum.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import located, multiplied, place_grid, product_tile, zero_padded


@triton.jit
def filters(weight, outputs, inputs, tap, c_in, c_out, K: tl.constexpr):
    """Weights of one tap, outputs x inputs, 0 where there is no such channel."""
    known = (outputs < c_out) & (inputs[None, :] < c_in)
    return tl.load(weight + (outputs * c_in + inputs[None, :]) * (K * K) + tap, mask=known, other=0.0)


@triton.jit
def plain_path(
    total,
    x,
    weight,
    images,
    rows,
    columns,
    there,
    outputs,
    c_in,
    c_out,
    height,
    width,
    K: tl.constexpr,
    PRECISION: tl.constexpr,
    INPUTS: tl.constexpr,
):
    """total + the convolution of x at (row, column)."""
    for tap in range(K * K):
        top = rows + tap // K - K // 2
        left = columns + tap % K - K // 2
        for start in range(0, c_in, INPUTS):
            inputs = start + tl.arange(0, INPUTS)
            planes = images * c_in + inputs[:, None]
            values = zero_padded(x, planes, top, left, there & (inputs[:, None] < c_in), height, width)
            weights = filters(weight, outputs, inputs, tap, c_in, c_out, K)
            total = multiplied(weights, values, total, PRECISION)
    return total


@triton.jit
def averaged_path(
    total,
    x,
    weight,
    images,
    rows,
    columns,
    there,
    outputs,
    c_in,
    c_out,
    height,
    width,
    K: tl.constexpr,
    PRECISION: tl.constexpr,
    INPUTS: tl.constexpr,
):
    """total + the convolution of means of 2 x 2 of x, which is height x width, at (row, column) of the half map."""
    for tap in range(K * K):
        top = 2 * (rows + tap // K - K // 2)
        left = 2 * (columns + tap % K - K // 2)
        for start in range(0, c_in, INPUTS):
            inputs = start + tl.arange(0, INPUTS)
            planes = images * c_in + inputs[:, None]
            wanted = there & (inputs[:, None] < c_in)
            four = zero_padded(x, planes, top, left, wanted, height, width).to(tl.float32)
            four += zero_padded(x, planes, top, left + 1, wanted, height, width).to(tl.float32)
            four += zero_padded(x, planes, top + 1, left, wanted, height, width).to(tl.float32)
            four += zero_padded(x, planes, top + 1, left + 1, wanted, height, width).to(tl.float32)
            weights = filters(weight, outputs, inputs, tap, c_in, c_out, K)
            total = multiplied(weights, (0.25 * four).to(x.dtype.element_ty), total, PRECISION)
    return total


@triton.jit
def octave_kernel(
    high,
    low,
    from_high,
    from_low,
    y,
    batch,
    c_high,
    c_low,
    c_out,
    height,
    width,
    TO_HIGH: tl.constexpr,
    K: tl.constexpr,
    PRECISION: tl.constexpr,
    OUTPUTS: tl.constexpr,
    INPUTS: tl.constexpr,
    PLACES: tl.constexpr,
):
    """OUTPUTS channels at PLACES positions of one output map a program; height x width is the high map."""
    side: tl.constexpr = 1 if TO_HIGH else 2
    images, rows, columns, there = located(tl.program_id(0), batch, height // side, width // side, PLACES)
    outputs = tl.program_id(1) * OUTPUTS + tl.arange(0, OUTPUTS)[:, None]
    total = tl.zeros((OUTPUTS, PLACES), tl.float32)
    if TO_HIGH:
        total = plain_path(
            total, high, from_high, images, rows, columns, there, outputs,
            c_high, c_out, height, width, K, PRECISION, INPUTS,
        )  # fmt: skip
        total = plain_path(
            total, low, from_low, images, rows // 2, columns // 2, there, outputs,
            c_low, c_out, height // 2, width // 2, K, PRECISION, INPUTS,
        )  # fmt: skip
    else:
        total = averaged_path(
            total, high, from_high, images, rows, columns, there, outputs,
            c_high, c_out, height, width, K, PRECISION, INPUTS,
        )  # fmt: skip
        total = plain_path(
            total, low, from_low, images, rows, columns, there, outputs,
            c_low, c_out, height // 2, width // 2, K, PRECISION, INPUTS,
        )  # fmt: skip
    pixels = (height // side) * (width // side)
    at = y + (images * c_out + outputs) * pixels + rows * (width // side) + columns
    tl.store(at, total.to(y.dtype.element_ty), mask=there & (outputs < c_out))


def octave(
    high: Tensor,
    low: Tensor,
    high_to_high: Tensor,
    high_to_low: Tensor,
    low_to_high: Tensor,
    low_to_low: Tensor,
    precision: str = "ieee",
) -> tuple[Tensor, Tensor]:
    """High and low outputs: high is batch x channels x height x width, low has half the sides; weights are c_out x c_in x k x k.

    Means of 2 x 2 are rounded to the maps' type before they are multiplied. `precision` is for float32: "ieee", or "tf32"
    on the tensor cores. Raises ValueError for shapes, types or devices that do not fit.
    """
    weights = {
        "high_to_high": high_to_high,
        "high_to_low": high_to_low,
        "low_to_high": low_to_high,
        "low_to_low": low_to_low,
    }
    shapes = dict.fromkeys(("high", "low"), "batch x channels x height x width")
    shapes |= dict.fromkeys(weights, "c_out x c_in x k x k")
    arguments.check_tensors(shapes, high=high, low=low, **weights)
    arguments.check_precision(precision)
    batch, c_high, height, width = high.shape
    if height % 2 or width % 2:
        raise ValueError(f"high is {height} x {width}; use even sides, which can be halved")
    c_low = low.shape[1]
    arguments.check_shape("low", low, (batch, c_low, height // 2, width // 2), "half the sides of high")
    k = arguments.check_square(high_to_high)
    if k % 2 == 0:
        raise ValueError(f"high_to_high has k {k}, which has no centre; use an odd k, such as {k + 1}")
    out_high, out_low = high_to_high.shape[0], low_to_low.shape[0]
    for name, c_out, c_in in (
        ("high_to_high", out_high, c_high),
        ("high_to_low", out_low, c_high),
        ("low_to_high", out_high, c_low),
        ("low_to_low", out_low, c_low),
    ):
        arguments.check_shape(
            name, weights[name], (c_out, c_in, k, k), "outputs x inputs x k x k of its path"
        )
    y_high = torch.empty(batch, out_high, height, width, dtype=high.dtype, device=high.device)
    y_low = torch.empty(batch, out_low, height // 2, width // 2, dtype=high.dtype, device=high.device)
    for y, from_high, from_low in ((y_high, high_to_high, low_to_high), (y_low, high_to_low, low_to_low)):
        tile = product_tile(y.shape[1], max(c_high, c_low))
        octave_kernel[place_grid(y, tile)](
            high,
            low,
            from_high,
            from_low,
            y,
            batch,
            c_high,
            c_low,
            y.shape[1],
            height,
            width,
            TO_HIGH=y is y_high,
            K=k,
            PRECISION=precision,
            **tile,
        )
    return y_high, y_low
