"""Network pruning (arXiv 1506.02626): how dropout has to follow the connections."""

import math
from fractions import Fraction

from torch import nn

from cnnclaims.verifiers.checks.found import Found

SHARES = tuple(Fraction(n, 10) for n in range(1, 10))  # of the units that are left
UNITS = (100, 300, 4000)


def dropout_goes_with_the_root_of_connections() -> Found:
    """Equations 1 and 2: a share s of the units on both sides leaves s^2 of the connections, so the rate goes with their root."""
    layers = [(n, m) for n in UNITS for m in UNITS]
    return rate_follows([(s, connections_left(n, m, s, s)) for n, m in layers for s in SHARES])


def connections_left(inputs: int, outputs: int, left_in: Fraction, left_out: Fraction) -> Fraction:
    """The share of a full layer's weights that is left with a share of its units, counted on the layers."""
    return Fraction(
        weights(int(inputs * left_in), int(outputs * left_out)),
        weights(inputs, outputs),
    )


def weights(inputs: int, outputs: int) -> int:
    """The weights of a full layer."""
    return nn.Linear(inputs, outputs, bias=False, device="meta").weight.numel()


def rate_follows(cases: list[tuple[Fraction, Fraction]]) -> Found:
    """Whether the square root of the connections left is the share of units left; the connections themselves must not be."""
    right = sum(math.isclose(math.sqrt(connections), units) for units, connections in cases)
    without_root = sum(math.isclose(connections, units) for units, connections in cases)
    sentence = (
        f"in {right} of {len(cases)} layers the root of the connections left is the share of units left; without the root "
        f"it is in {without_root}"
    )
    return Found(right == len(cases) and without_root == 0, sentence)
