"""What Section 3.3 of AlexNet's paper claims of its normalisation: as an operator, and its four constants.

b_i = a_i / (k + alpha sum of a_j^2 over n neighbouring maps)^beta, the sum cut off at the first and the last map.
The constants are told from what AlexNet's two normalisations put out, not from what they were given.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.claims.printed import decimal, parse
from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree, distance
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.local_response_norm import (
    ALPHA,
    BETA,
    K,
    N,
    local_response_norm_by_definition,
)
from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

Operator = Callable[[Tensor], Tensor]
# Section 3.3
PRINTED = {"k": "2", "n": "5", "alpha": "10^-4", "beta": "0.75"}
MAPS = 24  # more than n on either side of the middle one
VANISHING, STRONG = 1e-6, 1e8  # a square that adds nothing to k, and one beside which k is nothing


def torch_needs_alpha_times_n() -> Found:
    """The formula is torch's operator with alpha times n; with alpha as it is they must differ."""
    return agree(
        "the formula and torch's operator with 5 times its alpha",
        "torch's with the same alpha",
        normalised(N),
    )


def normalised(factor: float) -> Callable[[Draw], Sides]:
    """Draws of activations of the order of 100, by the formula and by torch with the factor on alpha."""

    def draw(the: Draw) -> Sides:
        a = 100 * F.relu(the.image(the.whole(6, 9), side=4))
        return Sides(local_response_norm_by_definition(a), _by_torch(a, factor * ALPHA), _by_torch(a, ALPHA))

    return draw


def _by_torch(a: Tensor, alpha: float) -> Tensor:
    return F.local_response_norm(a, N, alpha=alpha, beta=BETA, k=K)


# -- the constants of what was built ---------------------------------------------------------------------------------


class Constants(NamedTuple):
    """The constants that outputs tell, and how far the formula with them is from the outputs on random maps."""

    k: float
    n: float
    alpha: float
    beta: float
    off: float


def sum_starts_from_2() -> Found:
    """AlexNet's normalisations leave of vanishing values 1 over 2^beta; torch's operator as it comes must not."""
    return has("k", nn.LocalResponseNorm(5), "torch's operator as it comes")


def maps_that_are_summed() -> Found:
    """A strong value in one map weakens those of 5 maps, its own among them; three maps must be told from them."""
    return has("n", nn.LocalResponseNorm(3), "torch's operator over 3 maps")


def alpha_is_of_the_plain_sum() -> Found:
    """One map's square counts 0.0001; in torch's operator as it comes a fifth of that."""
    return has("alpha", nn.LocalResponseNorm(5), "torch's operator as it comes")


def power_is_three_quarters() -> Found:
    """Ten times the value divides by 10^(2 beta); a root in place of the power must be told from it."""
    return has("beta", nn.LocalResponseNorm(5, beta=0.5), "torch's operator with the square root")


def has(constant: str, control: Operator, name: str) -> Found:
    """Whether the constant of every normalisation in AlexNet is the printed one, and that of the control is not."""
    with uninitialised():
        found = {stage: constants(operator) for stage, operator in normalisations(alexnet()).items()}
    return as_printed(constant, found, constants(control), name)


def as_printed(constant: str, found: dict[str, Constants], control: Constants, name: str) -> Found:
    """Compares what was told with the printed text."""
    printed = parse(PRINTED[constant], "constant")
    values = {stage: Fraction(getattr(each, constant)) for stage, each in found.items()}
    other = Fraction(getattr(control, constant))
    listed = " and ".join(f"{constant} = {decimal(value, 6)} in {stage}" for stage, value in values.items())
    off = max((each.off for each in found.values()), default=1.0)
    sentence = (
        f"told from outputs, {listed or 'no normalisation'}; with all four constants so told the formula gives the outputs "
        f"of random maps to {off:.0e} of their size; {name} has {decimal(other, 6)}"
    )
    holds = bool(values) and all(map(printed.allows, values.values())) and off < 1e-9
    return Found(holds and not printed.allows(other), sentence, own_word=True)


def normalisations(net: Network) -> dict[str, Operator]:
    """The stages in which running the network shows a normalisation across maps."""
    return {
        node.path: net.get_submodule(node.path) for node in trace(net).nodes if node.op == "lrn" and node.path
    }


def constants(normalise: Operator) -> Constants:
    """k, n, alpha and beta of an operator that is given nothing but maps."""
    weak, strong, stronger = (_divisor(normalise, a) for a in (VANISHING, STRONG, 10 * STRONG))
    beta = torch.log10(stronger / strong).item() / 2
    k = weak.item() ** (1 / beta)
    alpha = strong.item() ** (1 / beta) / STRONG**2
    x = torch.full((1, MAPS, 1, 1), VANISHING, dtype=torch.float64)
    alone = normalise(x)
    x[0, MAPS // 2] = STRONG
    n = int((normalise(x)[0] < 0.5 * alone[0]).sum()) + 1  # the strong map itself is larger than before
    the = Draw(0)
    maps = 100 * the.image(MAPS, side=3)
    by_formula = local_response_norm_by_definition(maps, n, k, alpha, beta)
    return Constants(k, n, alpha, beta, distance(normalise(maps), by_formula))


def _divisor(normalise: Operator, a: float) -> Tensor:
    """What a value that stands alone among all maps is divided by."""
    x = torch.zeros(1, MAPS, 1, 1, dtype=torch.float64)
    x[0, MAPS // 2] = a
    return (x / normalise(x))[0, MAPS // 2, 0, 0]
