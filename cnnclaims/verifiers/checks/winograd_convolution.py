"""Fast Algorithms for Convolutional Neural Networks (arXiv 1509.09308): minimal filtering with the paper's matrices.

Exact fractions where products and instructions are counted. An instruction is an addition, a multiplication by a
constant, or both fused, which is how a GPU counts them.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import EXACT, SEED, Draw, distance
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.checks.layer_identities import transforms
from cnnclaims.verifiers.kernels.winograd import F_2_3, F_4_3, Matrix, Transforms, tensor

Line = list[Fraction]
SIZES = [(2, 3), (3, 2), (3, 3), (4, 3), (2, 5), (6, 3)]  # m outputs of r taps
POINTS = (0, 1, -1, 2, -2, 3, -3)


# -- Sections 4.1 to 4.3: products -----------------------------------------------------------------------------------


def f23() -> Found:
    """Section 4.1: F(2,3) gives two outputs of a three-tap filter with 4 products; with one less it does not."""
    return line_comes_out(F_2_3, products=4)


def line_comes_out(paper: Transforms, products: int) -> Found:
    """Whether so many products give the filtered line, and one less does not."""
    at, g, bt = (tensor(rows) for rows in (paper.at, paper.g, paper.bt))
    draw = Draw(SEED)
    data, taps = draw.normal(bt.shape[1]), draw.normal(g.shape[1])
    directly = F.conv1d(data[None, None], taps[None, None])[0, 0]
    return comes_out((g @ taps) * (bt @ data), lambda kept: at @ kept, directly, products)


def f2x2() -> Found:
    """Section 4.1: F(2x2,3x3) gives the tile with 16 products; with one less it does not."""
    return tile_comes_out(F_2_3, products=16)


def f4x4() -> Found:
    """Section 4.3: F(4x4,3x3) gives the tile with 36 products; with one less it does not."""
    return tile_comes_out(F_4_3, products=36)


def f2x2_saves() -> Found:
    """Section 4.1: F(2x2,3x3) has 2.25 times fewer products than the direct way."""
    return tile_comes_out(F_2_3, times=Fraction("2.25"))


def f4x4_saves() -> Found:
    """Section 4.3: F(4x4,3x3) has 4 times fewer products than the direct way."""
    return tile_comes_out(F_4_3, times=Fraction(4))


def f3x3_2x2_saves() -> Found:
    """Section 4.2: F(3x3,2x2), for gradients by weights, has 2.25 times fewer products than the direct way."""
    the = transforms(3, 2, (0, 1, -1))
    paper = Transforms(*(exact(part) for part in (the.b, the.g, the.a)))
    return tile_comes_out(paper, times=Fraction("2.25"))


def tile_comes_out(paper: Transforms, products: int | None = None, times: Fraction | None = None) -> Found:
    """Whether so many products, or so many times fewer, give the filtered tile, and one less does not."""
    at, g, bt = (tensor(rows) for rows in (paper.at, paper.g, paper.bt))
    draw = Draw(SEED)
    data, kernel = draw.normal(bt.shape[1], bt.shape[1]), draw.normal(g.shape[1], g.shape[1])
    directly = F.conv2d(data[None, None], kernel[None, None])[0, 0]
    kept = (g @ kernel @ g.T) * (bt @ data @ bt.T)
    if times is not None:
        exactly = directly.numel() * kernel.numel() / times
        products = exactly.numerator if exactly.denominator == 1 else -1
    assert products is not None
    found = comes_out(kept, lambda some: at @ some @ at.T, directly, products)
    return found._replace(found=f"{found.found}; the direct way takes {directly.numel() * kernel.numel()}")


def comes_out(kept: Tensor, back: Callable[[Tensor], Tensor], directly: Tensor, products: int) -> Found:
    """Whether the products are so many and give the direct result, and none of them can be left out."""
    off = distance(back(kept), directly)
    without = []
    for place in range(kept.numel()):
        one_less = kept.clone()
        one_less.view(-1)[place] = 0
        without.append(distance(back(one_less), directly))
    sentence = (
        f"{kept.numel()} products give the {'x'.join(map(str, directly.shape))} outputs to {off:.0e} of their size; "
        f"without any one of them they are off by {min(without):.2g} at least"
    )
    return Found(kept.numel() == products and off < EXACT and min(without) > 1e-3, sentence)


# -- Equations 3 and 4: the least ------------------------------------------------------------------------------------


def least_products() -> Found:
    """Equation 3: m + r - 1 products are enough for F(m, r), and no fewer are."""
    return least(lambda m, r: m + r - 1, sides=1)


def least_products_nested() -> Found:
    """Equation 4: (m + r - 1)(n + s - 1) products are enough for F(m x n, r x s), and no fewer are."""
    return least(lambda m, r: (m + r - 1) ** 2, sides=2)


def least(formula: Callable[[int, int], int], sides: int) -> Found:
    """Whether the formula is both what the algorithm multiplies and the rank that no algorithm can go below.

    Outputs are sums of products of data and tap; as a matrix of data against (output, tap), their rank bounds the
    number of products from below. The direct way is the control: it must take more.
    """
    bounds, taken, direct = [], [], []
    for m, r in SIZES:
        places = torch.zeros(m + r - 1, m, r, dtype=torch.float64)
        for output in range(m):
            for tap in range(r):
                places[output + tap, output, tap] = 1
        flat = places.flatten(1)
        flat = torch.kron(flat, flat) if sides == 2 else flat
        bounds.append(int(torch.linalg.matrix_rank(flat)))
        the = transforms(m, r, POINTS[: m + r - 2])
        rebuilt = torch.einsum("om,mt,md->dot", the.a, the.g, the.b)
        right = distance(rebuilt, places) < EXACT
        taken.append(len(the.g) ** sides if right else -1)
        direct.append((m * r) ** sides)
    expected = [formula(m, r) for m, r in SIZES]
    sentence = (
        f"for (m, r) in {SIZES} the algorithm takes {taken} products, the rank of the outputs, below which none can "
        f"go, is {bounds}, and the direct way takes {direct}"
    )
    holds = taken == expected == bounds and all(many > few for many, few in zip(direct, taken, strict=True))
    return Found(holds, sentence)


# -- Sections 4.1 and 4.3: instructions of the transforms ------------------------------------------------------------


class Counted:
    """Arithmetic that counts its instructions."""

    def __init__(self) -> None:
        self.instructions = 0

    def add(self, x: Fraction, y: Fraction, sign: int = 1) -> Fraction:
        """x + y, or x - y."""
        self.instructions += 1
        return x + sign * y

    def times(self, c: Fraction | int, x: Fraction) -> Fraction:
        """A product with a constant."""
        self.instructions += 1
        return c * x

    def fused(self, c: Fraction | int, x: Fraction, y: Fraction) -> Fraction:
        """c x + y in one."""
        self.instructions += 1
        return c * x + y


Program = Callable[[Counted, Line], Line]


def data_2(on: Counted, d: Line) -> Line:
    """B^T d of F(2,3)."""
    return [on.add(d[0], d[2], -1), on.add(d[1], d[2]), on.add(d[2], d[1], -1), on.add(d[1], d[3], -1)]


def filter_2(on: Counted, g: Line) -> Line:
    """G g of F(2,3): the half of the outer taps is shared."""
    half = on.times(Fraction(1, 2), on.add(g[0], g[2]))
    return [g[0], on.fused(Fraction(1, 2), g[1], half), on.fused(Fraction(-1, 2), g[1], half), g[2]]


def inverse_2(on: Counted, x: Line) -> Line:
    """A^T x of F(2,3)."""
    return [on.add(on.add(x[0], x[1]), x[2]), on.add(on.add(x[1], x[2], -1), x[3], -1)]


def filter_4(on: Counted, g: Line) -> Line:
    """G g of F(4,3): a quarter of the first tap and a sixth of the last are shared."""
    quarter, sixth = on.times(Fraction(1, 4), g[0]), on.times(Fraction(-1, 6), g[2])
    near = on.fused(Fraction(-1, 6), g[0], sixth)
    far = on.fused(Fraction(1, 6), quarter, -sixth)  # the sign is part of the fused instruction
    return [
        quarter,
        on.fused(Fraction(-1, 6), g[1], near),
        on.fused(Fraction(1, 6), g[1], near),
        on.fused(Fraction(1, 12), g[1], far),
        on.fused(Fraction(-1, 12), g[1], far),
        g[2],
    ]


def inverse_4(on: Counted, x: Line) -> Line:
    """A^T x of F(4,3)."""
    near, near_off = on.add(x[1], x[2]), on.add(x[1], x[2], -1)
    far, far_off = on.add(x[3], x[4]), on.add(x[3], x[4], -1)
    return [
        on.add(on.add(x[0], near), far),
        on.fused(2, far_off, near_off),
        on.fused(4, far, near),
        on.add(on.fused(8, far_off, near_off), x[5]),
    ]


def f2x2_data() -> Found:
    """Section 4.1: the data transform of F(2x2,3x3) takes 32 additions."""
    return takes(data_2, F_2_3.bt, 32)


def f2x2_filter() -> Found:
    """Section 4.1: its filter transform takes 28 instructions."""
    return takes(filter_2, F_2_3.g, 28)


def f2x2_inverse() -> Found:
    """Section 4.1: its inverse transform takes 24 additions."""
    return takes(inverse_2, F_2_3.at, 24)


def f4x4_filter() -> Found:
    """Section 4.3: its filter transform takes 72 instructions."""
    return takes(filter_4, F_4_3.g, 72)


def f4x4_inverse() -> Found:
    """Section 4.3: its inverse transform takes 100 instructions."""
    return takes(inverse_4, F_4_3.at, 100)


def takes(program: Program, of: Matrix, instructions: int) -> Found:
    """Whether the program, on columns and then on rows, is the transform by the matrix and takes so many instructions.

    The control is the product with the matrix entry by entry, which must take more.
    """
    draw, on = Draw(SEED), Counted()
    rows, columns = len(of), len(of[0])
    tile = [[Fraction(draw.whole(-99, 99)) for _ in range(columns)] for _ in range(columns)]
    half = [program(on, list(column)) for column in zip(*tile, strict=True)]
    done = [program(on, list(row)) for row in zip(*half, strict=True)]
    right = done == product(product(of, tile), [list(column) for column in zip(*of, strict=True)])
    plain = rows * columns * (rows + columns)
    sentence = (
        f"{on.instructions // (rows + columns)} instructions a line, {on.instructions} for {columns} columns and {rows} rows, "
        f"{'give' if right else 'do not give'} the transform exactly; entry by entry it takes {plain}"
    )
    return Found(right and on.instructions == instructions < plain, sentence)


def product(one: Matrix, other: Matrix) -> Matrix:
    """The product of two matrices."""
    return [
        [
            sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0))
            for column in zip(*other, strict=True)
        ]
        for row in one
    ]


# -- Table 4 ---------------------------------------------------------------------------------------------------------


class Errors(NamedTuple):
    """The largest errors of an element in float32."""

    direct: float
    f2: float
    f4: float


def direct_error() -> Found:
    """Table 4: the direct form is off by 4.01e-5 on the second layer of VGG."""
    return is_near(measured(), "direct", 4.01e-5)


def f2_error() -> Found:
    """Table 4: F(2x2,3x3) is off by 1.53e-5, less than the direct form."""
    return is_near(measured(), "f2", 1.53e-5)


def f4_error() -> Found:
    """Table 4: F(4x4,3x3) is off by 2.84e-4, more than the direct form."""
    return is_near(measured(), "f4", 2.84e-4)


def is_near(errors: Errors, of: str, printed: float) -> Found:
    """Whether the three are in the paper's order and the one is within a factor of three of the printed."""
    error = getattr(errors, of)
    ordered = errors.f2 < errors.direct < errors.f4
    sentence = (
        f"over 64 channels of values between -1 and 1, on 16 maps of 24x24, the largest errors in float32 are "
        f"{errors.direct:.2e} for the direct form, {errors.f2:.2e} for F(2x2,3x3) and {errors.f4:.2e} for F(4x4,3x3)"
    )
    return Found(ordered and printed / 3 < error < 3 * printed, sentence, scaled_down=True)


def measured(side: int = 24, channels: int = 64, filters: int = 16) -> Errors:
    """Sums one after another in float32 against float64, on uniform data and filters."""
    generator = torch.Generator().manual_seed(SEED)
    x = torch.rand(channels, side + 2, side + 2, generator=generator) * 2 - 1
    w = torch.rand(filters, channels, 3, 3, generator=generator) * 2 - 1
    truth = F.conv2d(x[None].double(), w.double())[0]
    found = (direct(x, w), tiled(x, w, F_2_3), tiled(x, w, F_4_3))
    return Errors(*((y.double() - truth).abs().max().item() for y in found))


def direct(x: Tensor, w: Tensor) -> Tensor:
    """The sum over channels and taps, one product after another."""
    side = x.shape[-1] - 2
    y = torch.zeros(len(w), side, side)
    for c in range(len(x)):
        for i in range(3):
            for j in range(3):
                y += w[:, c, i, j, None, None] * x[c, i : i + side, j : j + side]
    return y


def tiled(x: Tensor, w: Tensor, paper: Transforms) -> Tensor:
    """The same by tiles: the sum over channels is taken before the inverse transform."""
    at, g, bt = (tensor(rows).float() for rows in (paper.at, paper.g, paper.bt))
    m, n = at.shape
    tiles = x.unfold(1, n, m).unfold(2, n, m)  # channels x rows x columns x n x n
    data, kernels = bt @ tiles @ bt.T, g @ w @ g.T
    total = torch.zeros(len(w), *data.shape[1:])
    for c in range(len(x)):
        total += kernels[:, c, None, None] * data[c]
    y = at @ total @ at.T
    return y.transpose(2, 3).flatten(1, 2).flatten(2)


def exact(values: Tensor) -> Matrix:
    """Back from float64."""
    return [[Fraction(entry) for entry in row] for row in values.tolist()]
