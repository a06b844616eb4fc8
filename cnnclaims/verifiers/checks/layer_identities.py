"""Identities of the layers beside convolution: pooling, batch normalisation, activations, shuffle; Winograd's tiles.

Each is checked on random values of many random shapes in float64 beside a control, a form that looks alike and is not
equal: it must differ in every draw.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import EXACT, SEED, Draw, Sides, agree, distance
from cnnclaims.verifiers.checks.found import Found

# -- pooling ---------------------------------------------------------------------------------------------------------


def global_average() -> Found:
    """Global average pooling is the mean over positions and an average pooling of the whole map; not the maximum."""

    def draw(the: Draw) -> Sides:
        x = the.image(4)
        pooled = F.adaptive_avg_pool2d(x, 1).flatten(1)
        means = torch.cat([x.mean((2, 3)), F.avg_pool2d(x, x.shape[-1]).flatten(1)])
        return Sides(torch.cat([pooled, pooled]), means, torch.cat([x.amax((2, 3))] * 2))

    return agree("global pooling, mean, and pooling of the whole map", "the maximum", draw)


def average_then_linear() -> Found:
    """A linear layer after the average is the average after a 1x1 convolution; not so with a ReLU between."""

    def draw(the: Draw) -> Sides:
        x, weight, bias = the.image(4), the.normal(5, 4), the.normal(5)
        maps = F.conv2d(x, weight[..., None, None], bias)
        return Sides(F.linear(x.mean((2, 3)), weight, bias), maps.mean((2, 3)), maps.relu().mean((2, 3)))

    return agree("linear layer after the average, average after a 1x1 convolution", "a ReLU between", draw)


def average_pool_is_depthwise() -> Found:
    """Average pooling is a depthwise convolution with 1 / k^2; not so where windows on the border leave out zeros."""

    def draw(the: Draw) -> Sides:
        c, k, s = the.whole(1, 4), the.whole(2, 4), the.whole(1, 3)
        x, kernel = the.image(c), torch.full((c, 1, k, k), 1 / k**2, dtype=torch.float64)
        p = k // 2
        return Sides(
            F.conv2d(x, kernel, stride=s, padding=p, groups=c),
            F.avg_pool2d(x, k, s, p),
            F.avg_pool2d(x, k, s, p, count_include_pad=False),
        )

    return agree("average pooling and a constant kernel", "zeros of the border not counted", draw)


def ceil_pooling() -> Found:
    """The size of pooling that rounds up, one less where the last window lies in the padding; not so without that."""
    return ceil_sizes(lambda i, k, s, p: rounded_up(i, k, s, p) - (s * (rounded_up(i, k, s, p) - 1) >= i + p))


def rounded_up(i: int, k: int, s: int, p: int) -> int:
    """ceil((i + 2p - k) / s) + 1."""
    return -((k - i - 2 * p) // s) + 1


def ceil_sizes(rule: Callable[[int, int, int, int], int]) -> Found:
    """Whether the rule is torch's size for all i to 16, k to 5, s to 4 and p to k / 2; rounding up alone is not."""
    cases = [
        (i, k, s, p)
        for k in range(1, 6)
        for p in range(k // 2 + 1)
        for i in range(k, 17)
        for s in range(1, 5)
    ]
    sizes = {
        case: F.max_pool2d(torch.zeros(1, 1, case[0], case[0]), *case[1:], ceil_mode=True).shape[-1]
        for case in cases
    }
    right, others = (sum(size(*case) == sizes[case] for case in cases) for size in (rule, rounded_up))
    sentence = f"torch's size in {right} of {len(cases)} cases; without the last condition in {others}"
    return Found(right == len(cases) and others < len(cases), sentence)


# -- batch normalisation ---------------------------------------------------------------------------------------------


def bn_fold() -> Found:
    """At inference batch normalisation is a change of weights and bias before it; not so with the mean left out."""

    def draw(the: Draw) -> Sides:
        x, weight, bias = the.image(3), the.normal(4, 3, 3, 3), the.normal(4)
        mean, gamma, beta = the.normal(4), the.normal(4), the.normal(4)
        variance, eps = the.normal(4).square() + 0.1, 1e-3
        factor = gamma / (variance + eps).sqrt()
        normalised = F.batch_norm(F.conv2d(x, weight, bias), mean, variance, gamma, beta, False, eps=eps)
        folded = [
            F.conv2d(x, weight * factor[:, None, None, None], b)
            for b in ((bias - mean) * factor + beta, bias * factor + beta)
        ]
        return Sides(normalised, *folded)

    return agree("normalisation at inference and folded weights", "the mean left out", draw)


def _normalised(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True, eps=1e-300)  # torch refuses an eps of 0 in training


def bn_scale() -> Found:
    """Normalised over the batch, a scale of the weights before has no effect; a change of sign has."""

    def draw(the: Draw) -> Sides:
        x, weight, scale = the.image(3), the.normal(4, 3, 3, 3), 10.0 ** the.whole(-3, 3)
        return Sides(*(_normalised(F.conv2d(x, weight * factor)) for factor in (1, 1.7 * scale, -scale)))

    return agree("normalised with weights as they are and scaled", "with the sign changed", draw)


def bn_bias() -> Found:
    """Normalised over the batch, a bias before has no effect; one after has."""

    def draw(the: Draw) -> Sides:
        x, weight, bias = the.image(3), the.normal(4, 3, 3, 3), the.normal(4)
        without = _normalised(F.conv2d(x, weight))
        return Sides(without, _normalised(F.conv2d(x, weight, bias)), without + bias[:, None, None])

    return agree("normalised without and with a bias", "the bias added after", draw)


# -- activations -----------------------------------------------------------------------------------------------------


def _wide(the: Draw) -> Tensor:
    return 5 * the.normal(1000)


def relu6() -> Found:
    """ReLU6 is min(max(x, 0), 6); not ReLU."""

    def draw(the: Draw) -> Sides:
        x = _wide(the)
        return Sides(F.relu6(x), x.clamp_min(0).clamp_max(6), x.clamp_min(0))

    return agree("ReLU6 and min(max(x, 0), 6)", "without the upper end", draw)


def hard_sigmoid() -> Found:
    """The hard sigmoid is ReLU6(x + 3) / 6; not the sigmoid."""

    def draw(the: Draw) -> Sides:
        x = _wide(the)
        return Sides(F.hardsigmoid(x), F.relu6(x + 3) / 6, x.sigmoid())

    return agree("torch's hard sigmoid and ReLU6(x + 3) / 6", "the sigmoid", draw)


def hard_swish() -> Found:
    """The hard swish is x ReLU6(x + 3) / 6; not the swish."""

    def draw(the: Draw) -> Sides:
        x = _wide(the)
        return Sides(F.hardswish(x), x * F.relu6(x + 3) / 6, F.silu(x))

    return agree("torch's hard swish and x ReLU6(x + 3) / 6", "the swish", draw)


def swish() -> Found:
    """The swish is x sigmoid(x); not the hard one."""

    def draw(the: Draw) -> Sides:
        x = _wide(the)
        return Sides(F.silu(x), x / (1 + (-x).exp()), F.hardswish(x))

    return agree("torch's swish and x sigmoid(x)", "the hard swish", draw)


GRID = torch.arange(-20 * 1024, 20 * 1024 + 1, dtype=torch.float64) / 1024  # -20 to 20, with -3, -1.5 and 3


def hard_swish_minimum() -> Found:
    """The hard swish is nowhere below -0.375, which it reaches at -1.5; the swish stays above -0.28."""
    return lowest(F.hardswish, at=-1.5, value=-0.375, control=F.silu)


def lowest(
    function: Callable[[Tensor], Tensor], at: float, value: float, control: Callable[[Tensor], Tensor]
) -> Found:
    """Whether the function's least value on a fine grid is `value`, reached at `at`; the control's is another."""
    values = function(GRID)
    least, other = values.min().item(), control(GRID).min().item()
    place = GRID[values.argmin()].item()
    sentence = f"on a grid of 1/1024 the least value is {least:.6g}, at x = {place:g}; that of the control is {other:.4g}"
    return Found(abs(least - value) < 1e-12 and place == at and abs(other - value) > 1e-3, sentence)


def hard_swish_distance() -> Found:
    """The hard swish is 0.1423 from the swish at most, at 3 and -3."""
    return furthest(F.hardswish, F.silu, low=0.14225, high=0.14235, at=3.0)


def furthest(
    one: Callable[[Tensor], Tensor], other: Callable[[Tensor], Tensor], low: float, high: float, at: float
) -> Found:
    """Whether the largest difference lies between low and high, at `at` and -`at`; half way there it must be less."""
    off = (one(GRID) - other(GRID)).abs()
    most = off.max().item()
    places = GRID[off > most - 1e-12].tolist()
    half = off[(GRID.abs() - at / 2).abs().argmin()].item()
    sentence = f"on a grid of 1/1024 the largest difference is {most:.6f}, at x = {places}; at half of that it is {half:.4f}"
    return Found(low <= most <= high and places == [-at, at] and half < low, sentence)


# -- channel shuffle -------------------------------------------------------------------------------------------------


def shuffle() -> Found:
    """Channel shuffle is a transposition of g x C/g channels, undone by one of C/g groups; not by one of g."""

    def draw(the: Draw) -> Sides:
        g, n = the.whole(2, 4), the.whole(5, 7)
        x = the.image(g * n)

        def turned(image: Tensor, groups: int) -> Tensor:
            return image.reshape(2, groups, -1, *image.shape[2:]).transpose(1, 2).flatten(1, 2)

        shuffled = torch.channel_shuffle(x, g)
        return Sides(
            torch.cat([shuffled, x]),
            torch.cat([turned(x, g), turned(shuffled, n)]),
            torch.cat([turned(x, g), turned(shuffled, g)]),
        )

    return agree("torch's shuffle, and the way back", "shuffled by g again", draw)


# -- Winograd --------------------------------------------------------------------------------------------------------


def winograd_2() -> Found:
    """F(2x2, 3x3) gives the tile with 16 multiplications for 36; a product less and it does not."""
    return minimal(2, points=(0, 1, -1), times=Fraction(9, 4))


def winograd_4() -> Found:
    """F(4x4, 3x3) gives the tile with 36 multiplications for 144; a product less and it does not."""
    return minimal(4, points=(0, 1, -1, 2, -2), times=Fraction(4))


class Transforms(NamedTuple):
    """The matrices of output, filter and data: y = A [(G g G^T) (B d B^T)] A^T."""

    a: Tensor
    g: Tensor
    b: Tensor


def transforms(m: int, r: int, points: tuple[int, ...]) -> Transforms:
    """Cook and Toom's: polynomials evaluated at the points and at infinity; m + r - 2 points for m outputs of r taps."""

    def product(roots: list[int]) -> list[Fraction]:
        coefficients = [Fraction(1)]
        for root in roots:
            shifted = [Fraction(0), *coefficients]
            coefficients = [
                high - root * low for high, low in zip(shifted, [*coefficients, Fraction(0)], strict=True)
            ]
        return coefficients

    n = m + r - 1
    a = [[Fraction(p) ** i for p in points] + [Fraction(i == m - 1)] for i in range(m)]
    g, b = [], []
    for p in points:
        others = [q for q in points if q != p]
        g.append([Fraction(p) ** i / math.prod(p - q for q in others) for i in range(r)])
        b.append([*product(others), Fraction(0)])
    g.append([Fraction(i == r - 1) for i in range(r)])
    b.append(product(list(points)))
    assert len(points) == n - 1
    return Transforms(
        *(torch.tensor([[float(v) for v in row] for row in x], dtype=torch.float64) for x in (a, g, b))
    )


def minimal(m: int, points: tuple[int, ...], times: Fraction, r: int = 3) -> Found:
    """Whether the tile comes out right, with `times` fewer products of data and filter than the direct way."""
    the, draw = transforms(m, r, points), Draw(SEED)
    data, kernel = draw.normal(m + r - 1, m + r - 1), draw.normal(r, r)
    products = (the.g @ kernel @ the.g.T) * (the.b @ data @ the.b.T)
    directly = F.conv2d(data[None, None], kernel[None, None])[0, 0]
    one_less = products.clone()
    one_less[1, 1] = 0
    off, other = (distance(the.a @ x @ the.a.T, directly) for x in (products, one_less))
    fewer = Fraction(directly.numel() * kernel.numel(), products.numel())
    sentence = (
        f"{products.numel()} products of data and filter in place of {directly.numel() * kernel.numel()}, "
        f"{float(fewer):g} times fewer, give the {m}x{m} tile to {off:.0e} of its size; with one of them left out it "
        f"is off by {other:.2g}"
    )
    return Found(off < EXACT and fewer == times and other > 1e-3, sentence)
