"""The shift operation (arXiv:1711.08141, Equation 2), as a Triton kernel: no multiplications, every number read and written once.

    y[n, c, i, j] = x[n, c, i - down[c], j - right[c]]

Zeros come in at the border. What is counted in papers is nothing; what it costs on a machine is the movement of the map.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import plane_grid, plane_tile, zero_padded


@triton.jit
def shift_kernel(
    x,
    down,
    right,
    y,
    planes_in_all,
    channels,
    height,
    width,
    PLANES: tl.constexpr,
    PIXELS: tl.constexpr,
):
    """PLANES x PIXELS numbers a program, each from where its channel's displacement says."""
    planes = (tl.program_id(0) * PLANES + tl.arange(0, PLANES)[:, None]).to(tl.int64)
    pixels = tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)[None, :]
    there = (planes < planes_in_all) & (pixels < height * width)
    known = planes < planes_in_all
    rows = pixels // width - tl.load(down + planes % channels, mask=known, other=0)
    columns = pixels % width - tl.load(right + planes % channels, mask=known, other=0)
    values = zero_padded(x, planes, rows, columns, there, height, width)
    tl.store(y + planes * (height * width) + pixels, values, mask=there)


def shift(x: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Channel c of x (batch x channels x height x width) moved by down[c] and right[c] pixels, int32, one of each a channel.

    A copy: the result has the very bits of x. Raises ValueError for shapes, types or devices that do not fit.
    """
    arguments.check_tensors({"x": "batch x channels x height x width"}, x=x)
    batch, channels, height, width = x.shape
    for name, moves in {"down": down, "right": right}.items():
        if moves.dtype != torch.int32 or moves.device != x.device or not moves.is_contiguous():
            raise ValueError(
                f"{name} is {moves.dtype} on {moves.device}; use a contiguous torch.int32 on {x.device}"
            )
        arguments.check_shape(name, moves, (channels,), "one displacement for each channel of x")
    y = torch.empty_like(x)
    tile = plane_tile(y)
    shift_kernel[plane_grid(y, tile)](x, down, right, y, batch * channels, channels, height, width, **tile)
    return y
