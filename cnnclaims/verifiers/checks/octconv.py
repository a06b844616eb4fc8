"""Octave convolution (arXiv 1904.05049): what alpha changes, counted on built layers."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from torch import nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.kernels.octave import octave_conv
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

CHANNELS, SIZE = 32, 16
ALPHAS = tuple(Fraction(eighths, 8) for eighths in range(9))  # those of Table 1 among them


def weights_do_not_depend_on_alpha() -> Found:
    """An octave convolution has the plain one's weights at every pair of ratios; without exchange it has fewer."""
    with uninitialised():
        plain = weights(conv(CHANNELS, CHANNELS, 3, SIZE))
        octave = [
            octave_conv(float(before), float(behind), CHANNELS, CHANNELS, 3, SIZE)
            for before in ALPHAS
            for behind in ALPHAS
        ]
        exchange = octave_conv(0.5, 0.5, CHANNELS, CHANNELS, 3, SIZE)
        crossing = sum(weights(exchange.get_submodule(f"octave.{path}")) for path in ("h2l", "l2h"))
        left = weights(exchange) - crossing
        return weights_stay([weights(net) for net in octave], plain, left)


def weights(net: nn.Module) -> int:
    """All trainable numbers; these layers have no biases."""
    return sum(parameter.numel() for parameter in net.parameters())


def weights_stay(octave: Sequence[int], plain: int, control: int) -> Found:
    """Whether all layers have the plain one's weights, and the control has not."""
    right = sum(count == plain for count in octave)
    sentence = (
        f"{right} of {len(octave)} layers, with ratios of 0 to 1 before and behind, have the {plain:,} weights of a plain "
        f"3x3 convolution on {CHANNELS} channels; without the two paths between the parts a layer has {control:,}"
    )
    return Found(bool(octave) and right == len(octave) and control != plain, sentence)


class Point(NamedTuple):
    """At a ratio, something counted on an octave layer over the same on a plain one."""

    alpha: Fraction
    counted: Fraction


def cost(alpha: Fraction) -> Fraction:
    """1 - 3/4 alpha (2 - alpha), for multiply-adds."""
    return 1 - Fraction(3, 4) * alpha * (2 - alpha)


def memory(alpha: Fraction) -> Fraction:
    """1 - 3/4 alpha, for the values of the maps."""
    return 1 - Fraction(3, 4) * alpha


def cost_formula() -> Found:
    """Multiply-adds of layers with equal ratios, against the formula; the formula for memory is the control."""
    return follows(counted(macs, equal=True), cost, memory, "multiply-adds")


def memory_formula() -> Found:
    """Values that a layer puts out, against the formula; the formula for multiply-adds is the control."""
    return follows(counted(values, equal=False), memory, cost, "values of the maps")


def macs(net: Network) -> int:
    """Multiply-adds of one image."""
    return sum(node.macs for node in trace(net).nodes)


def values(net: Network) -> int:
    """Values that the convolutions put out, which with a plain input are those of the two maps."""
    return sum(node.values for node in trace(net).nodes if node.macs)


def counted(count: Callable[[Network], int], equal: bool) -> list[Point]:
    """The ratio of the octave layer's count to the plain layer's, at each alpha; without `equal` its input is plain."""
    with uninitialised():
        plain = count(octave_conv(0, 0, CHANNELS, CHANNELS, 3, SIZE))
        layers = {
            alpha: octave_conv(float(alpha) if equal else 0, float(alpha), CHANNELS, CHANNELS, 3, SIZE)
            for alpha in ALPHAS
        }
        return [Point(alpha, Fraction(count(layer), plain)) for alpha, layer in layers.items()]


def follows(
    points: Sequence[Point],
    formula: Callable[[Fraction], Fraction],
    control: Callable[[Fraction], Fraction],
    what: str,
) -> Found:
    """Whether the formula is right at every ratio, and the control at 0 and 1 only, where both are the same."""
    right, fooled = (sum(point.counted == law(point.alpha) for point in points) for law in (formula, control))
    said = ", ".join(f"{float(point.counted):.4g} at {float(point.alpha):g}" for point in points)
    sentence = (
        f"{what} over those of a plain layer: {said}; the formula is right at {right} of {len(points)} ratios, the "
        f"control at {fooled}"
    )
    return Found(right == len(points) and fooled < len(points), sentence)
