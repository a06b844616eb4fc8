"""EfficientNet's settings, on the paper's own word: the bases of compound scaling (Section 4), the dropout (Section 5.2)."""

import math
from typing import NamedTuple

import torch
from torch import nn

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.efficientnet import COEFFICIENTS, efficientnet
from cnnclaims.verifiers.networks.network import Network

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
IMAGES = 256


def dropout_grows_from_b0_to_b7() -> Found:
    """Whether B0 to B7 drop values in front of the classifier as printed while training; in use they must drop none."""
    return dropout_follows([dropped(efficientnet(*row)) for row in COEFFICIENTS.values()])


class Dropped(NamedTuple):
    """The share of values that is zero in front of the classifier, while training and in use."""

    training: float
    in_use: float


@torch.no_grad()
def dropped(net: Network) -> Dropped:
    """What stands between the last blocks and the classifier, run on random maps; swish puts out no zeros itself."""
    stages = dict(net.named_children())
    names = list(stages)
    tail = nn.Sequential(*(stages[name] for name in names[names.index("stage9") : names.index("fc")]))
    generator = torch.Generator().manual_seed(1905)
    channels = next(tail.parameters()).shape[1]
    maps = torch.randn(IMAGES, channels, 1, 1, generator=generator)
    torch.manual_seed(1905)
    training = tail.train()(maps)
    in_use = tail.eval()(maps)
    return Dropped((training == 0).double().mean().item(), (in_use == 0).double().mean().item())


def dropout_follows(shares: list[Dropped]) -> Found:
    """Whether the first and the last share round to the printed ones, and those between to the digit of the line."""
    first, last = (float(printed) for printed in PRINTED_DROPOUT)
    half = rounding_to(PRINTED_DROPOUT[0]).greatest - first
    line = [first + (last - first) * i / (len(shares) - 1) for i in range(len(shares))]
    on_line = all(abs(share.training - point) <= half for share, point in zip(shares, line, strict=True))
    ends = all(
        rounding_to(printed).holds(share.training)
        for share, printed in zip((shares[0], shares[-1]), PRINTED_DROPOUT, strict=True)
    )
    sentence = (
        f"while training {', '.join(f'{share.training:.3f}' for share in shares)} of the values in front of the classifier are "
        f"zero, B0 to B7, each within half a tenth of the line through the printed {first:g} and {last:g}: "
        f"{'yes' if on_line else 'no'}; in use at most {max(share.in_use for share in shares):.3f}"
    )
    in_use = any(share.in_use > 0 for share in shares)
    return Found(ends and on_line and not in_use, sentence, own_word=True)
