"""EfficientNet: how cost grows when a network is scaled (Section 3.3), and the means at the foot of Table 5."""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv_stack, depthwise
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.efficientnet import (
    efficientnet,
)
from cnnclaims.verifiers.networks.inception_v4 import inception_v4
from cnnclaims.verifiers.networks.nasnet import nasnet_a
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import resnet152
from cnnclaims.verifiers.trace import trace, uninitialised

ALPHA, BETA, GAMMA = Fraction("1.2"), Fraction("1.1"), Fraction("1.15")  # Section 4, step 1
PHI = range(1, 8)
SIDE = 224
CONVOLUTIONS = 40
ABOUT = 0.1  # what "about" allows a printed number


def cost(build: Callable[..., Network], *arguments: float) -> int:
    """Multiply-adds of the network that `build` makes."""
    with uninitialised():
        net = build(*arguments)
    return macs(trace(net))


# -- convolutions --------------------------------------------------------------------------------------------


class Scaled(NamedTuple):
    """A stack of equal convolutions and the factors on its depth, width and resolution, all whole numbers."""

    channels: int
    k: int
    layers: int
    size: int
    d: int
    w: int
    r: int


def random_stacks() -> list[Scaled]:
    """Stacks of 1 to 3 layers of 4 to 32 channels on maps of 5 to 20 pixels; factors of 2 to 4, drawn apart."""
    generator = random.Random(1905)
    return [
        Scaled(
            4 * generator.randint(1, 8),
            generator.choice((1, 3, 5)),
            generator.randint(1, 3),
            generator.randint(5, 20),
            *(generator.randint(2, 4) for _ in range(3)),
        )
        for _ in range(CONVOLUTIONS)
    ]


def regular(stack: Scaled, d: int, w: int, r: int) -> int:
    """Cost of full convolutions, scaled."""
    return cost(conv_stack, stack.channels * w, stack.k, stack.layers * d, stack.size * r)


def per_channel(stack: Scaled, d: int, w: int, r: int) -> int:
    """Cost of depthwise convolutions, scaled: the control."""
    return stack.layers * d * cost(depthwise, stack.channels * w, stack.k, stack.size * r)


def conv_cost_by_scale() -> Found:
    """Full convolutions cost d, w^2 and r^2 times as much; depthwise ones must not."""
    return scales_as_printed(regular, per_channel)


def scales_as_printed(subject: Callable[..., int], control: Callable[..., int]) -> Found:
    """Whether each factor alone and all together do what Section 3.3 says, and the control's width does not."""
    right = fooled = 0
    for stack in random_stacks():
        d, w, r = stack.d, stack.w, stack.r
        one = subject(stack, 1, 1, 1)
        grown = [subject(stack, *factors) for factors in ((d, 1, 1), (1, w, 1), (1, 1, r), (d, w, r))]
        right += grown == [one * d, one * w**2, one * r**2, one * d * w**2 * r**2]
        fooled += control(stack, 1, w, 1) == control(stack, 1, 1, 1) * w**2
    sentence = (
        f"exactly d, w^2, r^2 and their product times the cost for {right} of {CONVOLUTIONS} random stacks; "
        f"depthwise convolutions grow with w^2 in {fooled}"
    )
    return Found(right == CONVOLUTIONS and fooled == 0, sentence)


# -- compound scaling ----------------------------------------------------------------------------------------


def growth() -> list[float]:
    """Multiply-adds of B0 scaled by the powers of alpha, beta and gamma, over those of B0, for phi of 1 to 7."""
    base = cost(efficientnet)
    return [
        cost(efficientnet, float(BETA**phi), float(ALPHA**phi), round(SIDE * GAMMA**phi)) / base
        for phi in PHI
    ]


def flops_double_with_phi() -> Found:
    """Whether each step of phi doubles the cost, to ten per cent of 2^phi."""
    return near_powers(growth(), 2.0)


def near_powers(grown: list[float], base: float) -> Found:
    """Whether the growth lies within ten per cent of the powers of `base`; those of 1.5 must not."""

    def near(number: float) -> int:
        return sum(abs(value / number**phi - 1) <= ABOUT for phi, value in enumerate(grown, start=1))

    rule = float(ALPHA * BETA**2 * GAMMA**2)
    sentence = (
        f"B0 scaled with phi of 1 to {len(grown)} costs {', '.join(f'{value:.2f}' for value in grown)} times as much, "
        f"{near(base)} of them within ten per cent of {base:g}^phi; alpha * beta^2 * gamma^2 is {rule:.3f}, "
        f"{rule ** len(grown):.1f} to the power {len(grown)}; the control, 1.5^phi, is near {near(1.5)}"
    )
    return Found(near(base) == len(grown) and near(1.5) < len(grown), sentence)


# -- Table 5 -------------------------------------------------------------------------------------------------

PRINTED_BEST = (8.7, 8.7, 8.7, 14.0, 8.7)  # CIFAR-10, CIFAR-100, Birdsnap, Pets, Food-101
PRINTED_PUBLIC = (21.0, 21.0, 1.5, 4.1, 1.5, 4.1, 5.6, 2.4)


def geometric_mean(ratios: list[float]) -> float:
    """The n-th root of the product."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _rounds_to(value: float, printed: str) -> bool:
    return parse(printed, "x").allows(Fraction(value))


def public_ratios() -> list[float]:
    """Table 5, left: parameters of the public network over those of EfficientNet, each with the data set's classes."""

    def of(build: Callable[..., Network], *arguments: float, **named: int) -> int:
        with uninitialised():
            return params(trace(build(*arguments, **named)))

    whole = of(inception_v4)

    def inception(classes: int) -> int:
        return whole - (1000 - classes) * 1537  # 1536 weights and a bias a class

    b0, b3, b4, b5 = ((1.0, 1.0), (1.2, 1.4), (1.4, 1.8), (1.6, 2.2))
    return [
        of(nasnet_a, classes=10) / of(efficientnet, *b0, classes=10),
        of(nasnet_a, classes=100) / of(efficientnet, *b0, classes=100),
        inception(500) / of(efficientnet, *b5, classes=500),
        inception(196) / of(efficientnet, *b3, classes=196),
        inception(102) / of(efficientnet, *b5, classes=102),
        inception(100) / of(efficientnet, *b3, classes=100),
        of(resnet152, classes=37) / of(efficientnet, *b4, classes=37),
        inception(101) / of(efficientnet, *b4, classes=101),
    ]


def geometric_mean_public() -> Found:
    """The mean reduction of parameters against public networks, from the networks themselves."""
    return mean_is(public_ratios(), "4.7", list(PRINTED_PUBLIC))


def geometric_mean_best() -> Found:
    """The mean reduction against the best reported networks, from the printed ratios: their largest is not built."""
    return mean_is(list(PRINTED_BEST), "9.6")


def mean_is(ratios: list[float], printed: str, as_printed: list[float] | None = None) -> Found:
    """Whether the geometric mean rounds to the printed one; the arithmetic mean, the control, must not.

    Without `as_printed` the ratios are the printed ones themselves.
    """
    geometric, arithmetic = geometric_mean(ratios), sum(ratios) / len(ratios)
    listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    sentence = f"the geometric mean of {'' if as_printed else 'the printed '}{listed} is {geometric:.2f}"
    if as_printed:
        sentence += f", of the printed ratios {geometric_mean(as_printed):.2f}"
    holds = _rounds_to(geometric, printed) and not _rounds_to(arithmetic, printed)
    sentence += f"; the arithmetic mean is {arithmetic:.2f}"
    return Found(holds, sentence, own_word=as_printed is None)
