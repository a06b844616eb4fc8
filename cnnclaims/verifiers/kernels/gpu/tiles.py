"""What the kernels share: how outputs are shared out over programs, a map with zeros around it, the product of two tiles.

A *plane* is one channel of one image, a *place* is one position of the output in one image of the batch: places count through
the images one after another, so that small maps of a batch fill a tile together.
"""

import triton
import triton.language as tl
from torch import Tensor

INTERPRETED = tl.constexpr(bool(triton.knobs.runtime.interpret))


@triton.jit
def zero_padded(x, planes, rows, columns, there, height, width):
    """x at (plane, row, column) where `there`, and 0 beyond the map; `planes` are 64-bit, since x may exceed 2**31 numbers."""
    inside = there & (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return tl.load(x + planes * (height * width) + rows * width + columns, mask=inside, other=0.0)


@triton.jit
def multiplied(a, b, total, PRECISION: tl.constexpr):
    """total + a b, a of outputs x channels and b of channels x places; the sum is float32."""
    if INTERPRETED:  # the interpreter keeps bfloat16 as 16-bit integers and would multiply those
        a = a.to(tl.float32)
        b = b.to(tl.float32)
    return tl.dot(a, b, total, input_precision=PRECISION)


@triton.jit
def located(block, batch, height, width, PLACES: tl.constexpr):
    """Image (64-bit), row, column of a block's places, as rows of a tile, and whether there is such a place."""
    places = block * PLACES + tl.arange(0, PLACES)[None, :]
    pixels = places % (height * width)
    images = (places // (height * width)).to(tl.int64)
    return images, pixels // width, pixels % width, images < batch


def rounded(count: int, least: int, most: int) -> int:
    """The power of two that holds `count`, within limits; tensor cores want at least 16."""
    return min(max(triton.next_power_of_2(count), least), most)


def plane_tile(y: Tensor) -> dict[str, int]:
    """How many planes and pixels a program computes together: 1024 numbers, whole planes where they are small."""
    pixels = rounded(y.shape[2] * y.shape[3], 16, 1024)
    return {"PLANES": 1024 // pixels, "PIXELS": pixels}


def plane_grid(y: Tensor, tile: dict[str, int]) -> tuple[int, int]:
    """Programs over planes and over pixels."""
    planes, pixels = y.shape[0] * y.shape[1], y.shape[2] * y.shape[3]
    return triton.cdiv(planes, tile["PLANES"]), triton.cdiv(pixels, tile["PIXELS"])


def product_tile(outputs: int, inputs: int, stages: int = 1) -> dict[str, int]:
    """Sides of the tiles of a matrix product, outputs x places, summed over blocks of inputs, and how a program runs.

    Eight warps a tile and, where values are gathered, nothing fetched ahead (one stage): ptxas for compute capability 9.0 then
    finds registers for every kernel. With four warps and three stages it spills up to 7 kB a thread.
    """
    sides = {"OUTPUTS": rounded(outputs, 16, 64), "INPUTS": rounded(inputs, 16, 32), "PLACES": 64}
    return sides | {"num_warps": 8, "num_stages": stages}


def place_grid(y: Tensor, tile: dict[str, int], groups: int = 1) -> tuple[int, int]:
    """Programs over places and over blocks of output channels, every group with blocks of its own."""
    places = y.shape[0] * y.shape[2] * y.shape[3]
    return triton.cdiv(places, tile["PLACES"]), groups * triton.cdiv(y.shape[1] // groups, tile["OUTPUTS"])
