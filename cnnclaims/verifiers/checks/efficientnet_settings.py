"""EfficientNet's settings, on the paper's own word: the bases of compound scaling (Section 4), the dropout (Section 5.2)."""

import math
from fractions import Fraction
from typing import NamedTuple

from cnnclaims.claims.printed import decimal, parse
from cnnclaims.verifiers.checks.dropped import Dropped, dropped
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.efficientnet import COEFFICIENTS, efficientnet
from cnnclaims.verifiers.trace import uninitialised

# -- the bases of compound scaling -----------------------------------------------------------------------------

BASES = {"depth": 1.2, "width": 1.1, "resolution": 1.15}  # alpha, beta and gamma of Section 4
# d, w and r of the compound rows of Tables 3 and 7
COMPOUND = {"depth": "1.4", "width": "1.2", "resolution": "1.3"}
FAR = (1.05, 1.3)  # bases that must not do for any of the three


class Span(NamedTuple):
    """From the least to the greatest, both included; empty where the least is above the greatest."""

    least: float
    greatest: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.least <= value <= self.greatest


def rounding_to(printed: str) -> Span:
    """The numbers that round to a printed one."""
    limits = parse(printed, "x")
    assert limits.low is not None
    assert limits.high is not None
    return Span(float(limits.low), float(limits.high))


def exponents(base: float, printed: str) -> Span:
    """The phi at which a base to the power of phi rounds to the printed coefficient."""
    span = rounding_to(printed)
    return Span(math.log(span.least) / math.log(base), math.log(span.greatest) / math.log(base))


def common(spans: list[Span]) -> Span:
    """Where all of them overlap."""
    return Span(max(span.least for span in spans), min(span.greatest for span in spans))


def depth_base() -> Found:
    """Whether a base of 1.2 gives the compound rows' depth at a phi at which the others give their width and resolution."""
    return base_fits("depth", COMPOUND)


def width_base() -> Found:
    """Whether a base of 1.1 gives the compound rows' width at a phi at which the others give their depth and resolution."""
    return base_fits("width", COMPOUND)


def resolution_base() -> Found:
    """Whether a base of 1.15 gives the compound rows' resolution at a phi at which the others give depth and width."""
    return base_fits("resolution", COMPOUND)


def base_fits(dimension: str, compound: dict[str, str]) -> Found:
    """Which bases agree with the printed compound coefficients, at some phi that the other two bases leave open."""
    phi = common([exponents(BASES[d], compound[d]) for d in compound if d != dimension])
    span = rounding_to(compound[dimension])
    fitting = Span(span.least ** (1 / phi.greatest), span.greatest ** (1 / phi.least))
    base = BASES[dimension]
    told_apart = not any(fitting.holds(far) for far in FAR)
    sentence = (
        f"the printed d = {compound['depth']}, w = {compound['width']} and r = {compound['resolution']} take, with the other two "
        f"bases, a common phi of {phi.least:.2f} to {phi.greatest:.2f}, at which bases of {fitting.least:.3f} to {fitting.greatest:.3f} "
        f"round to the {dimension} of {compound[dimension]}; the controls, {FAR[0]:g} and {FAR[1]:g}, lie "
        f"{'outside' if told_apart else 'inside'}. That {base:g} is the best of a grid is not tested"
    )
    fits = phi.least <= phi.greatest and fitting.holds(base)
    return Found(fits and told_apart, sentence, own_word=True)


# -- dropout ---------------------------------------------------------------------------------------------------

PRINTED_DROPOUT = ("0.2", "0.5")  # Section 5.2: of B0 and of B7, and linearly between
HALF_A_DIGIT = Fraction(1, 20)


def dropout_grows_from_b0_to_b7() -> Found:
    """Whether B0 to B7 drop values in front of the classifier as printed while training; in use they must drop none."""
    with uninitialised():
        networks = [efficientnet(*row) for row in COEFFICIENTS.values()]
    return dropout_follows([dropped(network, "stage9", "fc") for network in networks])


def dropout_follows(networks: list[Dropped]) -> Found:
    """Whether the first and the last rate are the printed ones, and those between round to the line to a digit."""
    rates = [network.rate for network in networks]
    first, last = (parse(printed, "probability") for printed in PRINTED_DROPOUT)
    assert first.number is not None
    assert last.number is not None
    line = [first.number + (last.number - first.number) * i / (len(rates) - 1) for i in range(len(rates))]
    ends = first.allows(rates[0]) and last.allows(rates[-1])
    on_line = all(abs(rate - point) <= HALF_A_DIGIT for rate, point in zip(rates, line, strict=True))
    drawn = all(network.is_a_draw() for network in networks)
    untouched = all(network.at_test == network.ones for network in networks)
    return Found(
        ends and on_line and drawn and untouched,
        f"in training B0 to B7 drop {', '.join(decimal(rate, 3) for rate in rates)} of the values in front of the classifier, by the "
        f"size of what is left and by what is gone: {'yes' if drawn else 'no'}; each within half a tenth of the line from "
        f"{PRINTED_DROPOUT[0]} to {PRINTED_DROPOUT[1]}: {'yes' if on_line else 'no'}; at test none drops any: {'yes' if untouched else 'no'}",
        own_word=True,
    )
