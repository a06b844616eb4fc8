"""Checks of A guide to convolution arithmetic for deep learning (arXiv 1603.07285): relationships 8 to 14, on transposed convolution.

Letters are the guide's: i the input's side, k the kernel, s the stride, p the zeros on each side, o the output's side; a
prime marks the transposed convolution.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.conv_arithmetic import (
    EXACT,
    FEW,
    SEED,
    Condition,
    Layer,
    Rule,
    layers,
    places,
)
from cnnclaims.verifiers.checks.found import Found


def matrix(layer: Layer, kernel: Tensor) -> Tensor:
    """Section 4.1: the matrix C of a convolution of one map, written entry by entry."""
    o, i, taps = places(layer), layer.i, kernel.tolist()
    c = [[0.0] * i**2 for _ in range(o**2)]
    for y in range(o):
        for x in range(o):
            for row in range(layer.k):
                for column in range(layer.k):
                    at = (y * layer.s - layer.p + row, x * layer.s - layer.p + column)
                    if min(at) >= 0 and max(at) < i:
                        c[y * o + x][at[0] * i + at[1]] = taps[row][column]
    return torch.tensor(c, dtype=kernel.dtype)


def stretched(x: Tensor, s: int) -> Tensor:
    """A map with s - 1 zeros between neighbouring values."""
    side = s * (x.shape[-1] - 1) + 1
    wide = x.new_zeros(*x.shape[:-2], side, side)
    wide[..., ::s, ::s] = x
    return wide


def direct(y: Tensor, kernel: Tensor, layer: Layer) -> Tensor:
    """The guide's equivalent convolution: stride 1, p' = k - p - 1, s - 1 zeros between values, a more at the far ends.

    `kernel` is (out, in, k, k) as that of the convolution; the guide does not say that it has to be turned by half a turn.
    """
    padding = layer.k - layer.p - 1
    padded = F.pad(stretched(y, layer.s), (padding, padding + layer.remainder) * 2)
    return F.conv2d(padded, kernel.flip(-1, -2).transpose(0, 1))


class Forms(NamedTuple):
    """One transposed convolution in three forms, and the equivalent convolution with the kernel as it is."""

    by_matrix: Tensor
    by_torch: Tensor
    by_convolution: Tensor
    unturned: Tensor


def forms(layer: Layer) -> Forms:
    """The forms for a random kernel and input of one channel."""
    generator = torch.Generator().manual_seed(SEED)
    kernel = torch.empty(layer.k, layer.k, dtype=torch.float64).normal_(generator=generator)
    side = places(layer)
    y = torch.empty(1, 1, side, side, dtype=torch.float64).normal_(generator=generator)
    w = kernel[None, None]
    by_matrix = (matrix(layer, kernel).T @ y.flatten()).reshape(1, 1, layer.i, layer.i)
    by_torch = F.conv_transpose2d(y, w, stride=layer.s, padding=layer.p, output_padding=layer.remainder)
    return Forms(by_matrix, by_torch, direct(y, w, layer), direct(y, w.flip(-1, -2), layer))


def distance(one: Tensor, other: Tensor) -> float:
    """The largest difference, relative to the largest value; infinite between different shapes."""
    if one.shape != other.shape:
        return float("inf")
    return ((one - other).abs().max() / other.abs().max().clamp_min(1e-300)).item()


def transposes_agree(
    rule: Rule, inside: Sequence[Layer], outside: Sequence[Layer], control: Rule | None = None
) -> Found:
    """Whether rule and equivalent convolution are right inside, the control (the same rule) is not always outside.

    Nor may the equivalent convolution be right with the kernel as it is.
    """
    off, unturned, right = 0.0, 0.0, 0
    for layer in inside:
        found = forms(layer)
        right += found.by_torch.shape[-1] == rule(layer) == layer.i
        off = max(off, *(distance(form, found.by_matrix) for form in (found.by_torch, found.by_convolution)))
        unturned = max(unturned, distance(found.unturned, found.by_matrix))
    others = sum((control or rule)(layer) == layer.i for layer in outside)
    sentence = (
        f"o' is right for {right} of {len(inside)} random layers within the conditions, the control"
        f"{'' if control else ', the same rule outside of them,'} for {others} of {len(outside)}; the product with the transposed matrix, torch's transposed convolution and the "
        f"equivalent convolution, its kernel turned by half a turn, agree to {off:.0e}; unturned it is off by {unturned:.1f}"
    )
    return Found(right == len(inside) and others < len(outside) and off < EXACT and unturned > 1e-3, sentence)


def transposable(condition: Condition) -> list[Layer]:
    """Random layers whose equivalent convolution has no negative padding."""
    return layers(lambda x: x.p <= x.k - 1 and condition(x), number=FEW)


def relationship_8() -> Found:
    """The transpose at s = 1, p = 0: o' = i' + (k - 1); not so with padding."""
    return transposes_agree(
        lambda x: places(x) + (x.k - 1),
        transposable(lambda x: x.s == 1 and x.p == 0),
        transposable(lambda x: x.s == 1 and x.p > 0),
    )


def relationship_9() -> Found:
    """The transpose at s = 1: o' = i' + (k - 1) - 2p; not so with a stride."""
    return transposes_agree(
        lambda x: places(x) + (x.k - 1) - 2 * x.p,
        transposable(lambda x: x.s == 1),
        transposable(lambda x: x.s > 1),
    )


def relationship_10() -> Found:
    """The transpose at s = 1, k odd, p = k // 2: o' = i'; not so with an even k."""
    return transposes_agree(
        places,
        transposable(lambda x: x.s == 1 and x.k % 2 == 1 and x.p == x.k // 2),
        transposable(lambda x: x.s == 1 and x.k % 2 == 0 and x.p == x.k // 2),
    )


def relationship_11() -> Found:
    """The transpose at s = 1, p = k - 1: o' = i' - (k - 1); not so with other padding."""
    return transposes_agree(
        lambda x: places(x) - (x.k - 1),
        transposable(lambda x: x.s == 1 and x.p == x.k - 1),
        transposable(lambda x: x.s == 1 and x.p != x.k - 1),
    )


def relationship_12() -> Found:
    """The transpose at p = 0 with (i - k) a multiple of s: o' = s(i' - 1) + k; not so with a remainder."""
    return transposes_agree(
        lambda x: x.s * (places(x) - 1) + x.k,
        transposable(lambda x: x.p == 0 and x.remainder == 0),
        transposable(lambda x: x.p == 0 and x.remainder > 0),
    )


def relationship_13() -> Found:
    """The transpose with (i + 2p - k) a multiple of s: o' = s(i' - 1) + k - 2p; not so with a remainder."""
    return transposes_agree(
        lambda x: x.s * (places(x) - 1) + x.k - 2 * x.p,
        transposable(lambda x: x.remainder == 0),
        transposable(lambda x: x.remainder > 0),
    )


def relationship_14() -> Found:
    """The transpose: o' = s(i' - 1) + a + k - 2p, a = (i + 2p - k) mod s; the control leaves out a."""
    return transposes_agree(
        lambda x: x.s * (places(x) - 1) + x.remainder + x.k - 2 * x.p,
        transposable(lambda x: True),
        transposable(lambda x: x.remainder > 0),
        control=lambda x: x.s * (places(x) - 1) + x.k - 2 * x.p,
    )
