"""Channel shuffle (arXiv:1707.01083, Section 3.1), as a Triton kernel: no arithmetic, every number read and written once.

    y[n, m g + q] = x[n, q C / g + m]    for member m of group q, of g groups and C channels

Channels as a table of groups x members, read in the other direction.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu import arguments
from cnnclaims.verifiers.kernels.gpu.tiles import plane_grid, plane_tile


@triton.jit
def channel_shuffle_kernel(
    x,
    y,
    planes_in_all,
    channels,
    groups,
    pixels_in_all,
    PLANES: tl.constexpr,
    PIXELS: tl.constexpr,
):
    """PLANES x PIXELS numbers a program, from the planes that the table says."""
    planes = (tl.program_id(0) * PLANES + tl.arange(0, PLANES)[:, None]).to(tl.int64)
    pixels = tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)[None, :]
    there = (planes < planes_in_all) & (pixels < pixels_in_all)
    channel = planes % channels
    group = channel % groups
    member = channel // groups
    origin = planes - channel + group * (channels // groups) + member
    values = tl.load(x + origin * pixels_in_all + pixels, mask=there)
    tl.store(y + planes * pixels_in_all + pixels, values, mask=there)


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """The channels of x (batch x channels x height x width), one of each group in turn.

    A copy: the result has the very bits of x. Raises ValueError for shapes, types or devices that do not fit, or groups that do
    not divide the channels.
    """
    arguments.check_tensors({"x": "batch x channels x height x width"}, x=x)
    batch, channels, height, width = x.shape
    arguments.check_divides(groups, channels=channels)
    y = torch.empty_like(x)
    tile = plane_tile(y)
    channel_shuffle_kernel[plane_grid(y, tile)](
        x, y, batch * channels, channels, groups, height * width, **tile
    )
    return y
