"""Depthwise separable convolution (arXiv:1704.04861, Section 3.1) in one Triton kernel: the map in the middle is never written.

    m[c, i, j]    = f( a[c]  sum over u, v of  w[c, u, v] x[n, c, s i + d u - p, s j + d v - p]  + b[c] )
    y[n, o, i, j] = sum over c of  q[o, c] m[c, i, j]

a and b are a batch normalisation's scale and shift once it is folded, f is ReLU (Figure 3 of the paper); both can be left out.
A program makes INPUTS x PLACES of the middle map and multiplies it at once. That saves a write and a read of c x i x j numbers,
and costs the depthwise part again for every OUTPUTS of the channels that come out.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import located, multiplied, place_grid, product_tile, zero_padded


@triton.jit
def depthwise_separable_kernel(
    x,
    depthwise,
    pointwise,
    scale,
    shift,
    y,
    batch,
    c_in,
    c_out,
    height,
    width,
    out_height,
    out_width,
    K: tl.constexpr,
    STRIDE: tl.constexpr,
    PADDING: tl.constexpr,
    DILATION: tl.constexpr,
    SCALED: tl.constexpr,
    RELU: tl.constexpr,
    PRECISION: tl.constexpr,
    OUTPUTS: tl.constexpr,
    INPUTS: tl.constexpr,
    PLACES: tl.constexpr,
):
    """OUTPUTS channels at PLACES positions a program, over all channels of the middle map in blocks."""
    images, rows, columns, there = located(tl.program_id(0), batch, out_height, out_width, PLACES)
    outputs = tl.program_id(1) * OUTPUTS + tl.arange(0, OUTPUTS)[:, None]
    top = rows * STRIDE - PADDING
    left = columns * STRIDE - PADDING
    total = tl.zeros((OUTPUTS, PLACES), tl.float32)
    for start in range(0, c_in, INPUTS):
        inputs = start + tl.arange(0, INPUTS)
        channels = inputs[:, None]
        wanted = there & (channels < c_in)
        planes = images * c_in + channels
        middle = tl.zeros((INPUTS, PLACES), tl.float32)
        for u in tl.static_range(K):
            for v in tl.static_range(K):
                tap = tl.load(depthwise + (channels * K + u) * K + v, mask=channels < c_in, other=0.0)
                value = zero_padded(x, planes, top + DILATION * u, left + DILATION * v, wanted, height, width)
                middle += tap.to(tl.float32) * value.to(tl.float32)
        if SCALED:
            a = tl.load(scale + channels, mask=channels < c_in, other=0.0).to(tl.float32)
            b = tl.load(shift + channels, mask=channels < c_in, other=0.0).to(tl.float32)
            middle = a * middle + b
        if RELU:
            middle = tl.maximum(middle, 0.0)
        known = (outputs < c_out) & (inputs[None, :] < c_in)
        weights = tl.load(pointwise + outputs * c_in + inputs[None, :], mask=known, other=0.0)
        total = multiplied(weights, middle.to(pointwise.dtype.element_ty), total, PRECISION)
    at = y + (images * c_out + outputs) * (out_height * out_width) + rows * out_width + columns
    tl.store(at, total.to(y.dtype.element_ty), mask=there & (outputs < c_out))


def depthwise_separable(
    x: Tensor,
    depthwise: Tensor,
    pointwise: Tensor,
    scale: Tensor | None = None,
    shift: Tensor | None = None,
    relu: bool = False,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    precision: str = "ieee",
) -> Tensor:
    """A filter a channel, then a weighted sum of channels: depthwise is c_in x 1 x k x k, pointwise c_out x c_in x 1 x 1.

    Between the two, where given, each channel times `scale` plus `shift` (c_in numbers each), and ReLU. The middle map is rounded to
    x's type before the second sum. `precision` is the second sum's, for float32: "ieee" or "tf32". Raises ValueError for
    shapes, types or devices that do not fit.
    """
    shapes = {
        "x": "batch x channels x height x width",
        "depthwise": "channels x 1 x k x k",
        "pointwise": "c_out x c_in x 1 x 1",
        "scale": "channels",
        "shift": "channels",
    }
    if (scale is None) != (shift is None):
        absent = "scale" if scale is None else "shift"
        raise ValueError(f"{absent} is missing; give scale and shift together, or neither")
    between = {} if scale is None or shift is None else {"scale": scale, "shift": shift}
    arguments.check_tensors(shapes, x=x, depthwise=depthwise, pointwise=pointwise, **between)
    arguments.check_precision(precision)
    batch, c_in, height, width = x.shape
    c_out, k = pointwise.shape[0], arguments.check_square(depthwise)
    arguments.check_shape("depthwise", depthwise, (c_in, 1, k, k), "one filter for each channel of x")
    arguments.check_shape("pointwise", pointwise, (c_out, c_in, 1, 1), "one weight for each channel of x")
    for name, tensor in between.items():
        arguments.check_shape(name, tensor, (c_in,), "one number for each channel of x")
    sides = arguments.output_sides(x, k, stride, padding, dilation)
    y = torch.empty(batch, c_out, *sides, dtype=x.dtype, device=x.device)
    tile = product_tile(c_out, c_in)
    depthwise_separable_kernel[place_grid(y, tile)](
        x,
        depthwise,
        pointwise,
        scale if between else x,  # not read
        shift if between else x,
        y,
        batch,
        c_in,
        c_out,
        height,
        width,
        *sides,
        K=k,
        STRIDE=stride,
        PADDING=padding,
        DILATION=dilation,
        SCALED=bool(between),
        RELU=relu,
        PRECISION=precision,
        **tile,
    )
    return y
