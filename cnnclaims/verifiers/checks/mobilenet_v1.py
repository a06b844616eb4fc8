"""MobileNet v1: its cost equations (Sections 3.1, 3.3, 3.4) against layers and networks, built and counted.

Letters are the paper's: M channels in, N channels out, DK the kernel, DF the side of the map, alpha the width
multiplier, rho the resolution multiplier. Stride is 1 and padding keeps the map, as the equations assume.
"""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv, depthwise_separable
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace

LAYERS = 40
WIDTHS = (Fraction(3, 4), Fraction(1, 2), Fraction(1, 4))
RESOLUTIONS = (192, 160, 128)


class Layer(NamedTuple):
    """One random layer in the paper's letters."""

    m: int
    n: int
    dk: int
    df: int
    alpha: Fraction
    rho: Fraction


def random_layers() -> list[Layer]:
    """Layers with M and N of 4 to 64, never equal, DK of 3, 5 or 7 and DF of 7 to 28.

    Alpha times the channels and rho times the side are whole numbers; both multipliers are below 1.
    """
    generator = random.Random(1704)
    layers = []
    for _ in range(LAYERS):
        m, n = (4 * value for value in generator.sample(range(1, 17), 2))
        alpha = generator.choice(WIDTHS)
        rho = Fraction(generator.choice(RESOLUTIONS), 224)
        layers.append(Layer(m, n, generator.choice((3, 5, 7)), 7 * generator.randint(1, 4), alpha, rho))
    return layers


# -- the equations -------------------------------------------------------------------------------------------


def equation_2(layer: Layer) -> Fraction:
    """A standard convolution."""
    return Fraction(layer.dk**2 * layer.m * layer.n * layer.df**2)


def equation_5(layer: Layer) -> Fraction:
    """A depthwise separable convolution."""
    return Fraction(layer.dk**2 * layer.m * layer.df**2 + layer.m * layer.n * layer.df**2)


def equation_6(layer: Layer) -> Fraction:
    """The same with the width multiplier."""
    m, n = layer.alpha * layer.m, layer.alpha * layer.n
    return layer.dk**2 * m * layer.df**2 + m * n * layer.df**2


def equation_7(layer: Layer) -> Fraction:
    """The same with both multipliers."""
    return layer.rho**2 * equation_6(layer)


def reduction(layer: Layer) -> Fraction:
    """Equation 5 over Equation 2."""
    return Fraction(1, layer.n) + Fraction(1, layer.dk**2)


# -- the layers ----------------------------------------------------------------------------------------------


def cost(build: Callable[..., Network], *arguments: int) -> Fraction:
    """Multiply-adds of the network that `build` makes."""
    with uninitialised():
        net = build(*arguments)
    return Fraction(macs(trace(net)))


def standard(layer: Layer) -> Fraction:
    """Counted cost of the standard convolution."""
    return cost(conv, layer.m, layer.n, layer.dk, layer.df)


def separable(layer: Layer) -> Fraction:
    """Counted cost of the separable one."""
    return cost(depthwise_separable, layer.m, layer.n, layer.dk, layer.df)


def thin(layer: Layer) -> Fraction:
    """Counted cost of the separable one with alpha times the channels."""
    return cost(
        depthwise_separable, int(layer.alpha * layer.m), int(layer.alpha * layer.n), layer.dk, layer.df
    )


def thin_and_small(layer: Layer) -> Fraction:
    """Counted cost of the separable one with alpha times the channels on a map of rho times the side."""
    m, n, df = int(layer.alpha * layer.m), int(layer.alpha * layer.n), int(layer.rho * layer.df)
    return cost(depthwise_separable, m, n, layer.dk, df)


Value = Callable[[Layer], Fraction]


def compare(counted: Value, formula: Value, control: Value, name: str, control_name: str) -> Found:
    """Whether the formula is the counted value of every random layer, and the control that of none."""
    rows = [(layer, counted(layer)) for layer in random_layers()]
    right = sum(value == formula(layer) for layer, value in rows)
    fooled = sum(value == control(layer) for layer, value in rows)
    found = (
        f"{name} is exact for {right} of {len(rows)} random layers, the control ({control_name}) for {fooled}"
    )
    for layer, value in rows:
        if value != formula(layer):
            shape = f"M {layer.m}, N {layer.n}, DK {layer.dk}, DF {layer.df}"
            found += f"; {shape} counts {value}, not {formula(layer)}"
            break
    return Found(right == len(rows) and fooled == 0, found)


# -- the checks ----------------------------------------------------------------------------------------------


def conv_cost() -> Found:
    """Equation 2 is what built standard convolutions count; Equation 5 must fit none of them."""
    return compare(standard, equation_2, equation_5, "Equation 2", "Equation 5")


def separable_cost() -> Found:
    """Equation 5 is what built depthwise separable convolutions count; Equation 2 must fit none of them."""
    return compare(separable, equation_5, equation_2, "Equation 5", "Equation 2")


def reduction_by_separation() -> Found:
    """Separable over standard cost is 1/N + 1/DK^2 exactly; with M in place of N it must never be."""
    return compare(
        lambda layer: separable(layer) / standard(layer),
        reduction,
        lambda layer: Fraction(1, layer.m) + Fraction(1, layer.dk**2),
        "1/N + 1/DK^2",
        "1/M + 1/DK^2",
    )


def width_cost() -> Found:
    """Equation 6 is what layers with alpha times the channels count; Equation 5 must fit none of them."""
    return compare(thin, equation_6, equation_5, "Equation 6", "Equation 5")


def width_and_resolution_cost() -> Found:
    """Equation 7 is what thin layers on a smaller map count; Equation 6 must fit none of them."""
    return compare(thin_and_small, equation_7, equation_6, "Equation 7", "Equation 6")


def width_square() -> Found:
    """Cost and parameters go with a power of alpha nearer to 2 than to 1; the classifier's must not."""
    whole = traced(width=1.0)
    thinned = {alpha: traced(width=float(alpha)) for alpha in WIDTHS}
    return square_of_width(whole, thinned)


def square_of_width(whole: Trace, thinned: dict[Fraction, Trace]) -> Found:
    """What thinned networks keep of cost and parameters, as powers of alpha; control: the classifier."""
    holds, said = True, []
    for alpha, net in thinned.items():
        cost, power_of_cost = _kept(macs(net), macs(whole), alpha)
        numbers, power_of_numbers = _kept(params(net), params(whole), alpha)
        _, control = _kept(macs(net, "fc"), macs(whole, "fc"), alpha)
        holds = (
            holds and all(1.5 < power < 2.5 for power in (power_of_cost, power_of_numbers)) and control < 1.5
        )
        said.append(
            f"alpha {alpha}, square {float(alpha**2):.2%}: {cost:.2%} of cost (alpha^{power_of_cost:.2f}), "
            f"{numbers:.2%} of parameters (alpha^{power_of_numbers:.2f}), control alpha^{control:.2f}"
        )
    return Found(holds, "; ".join(said))


def _kept(part: int, whole: int, alpha: Fraction) -> tuple[float, float]:
    """The share that is kept, and to what power of alpha."""
    return part / whole, math.log(part / whole) / math.log(alpha)


def resolution_square() -> Found:
    """All convolutions together cost exactly rho^2, with the classifier within 1 %; rho must not fit."""
    whole = traced(resolution=224)
    smaller = {Fraction(side, 224): traced(resolution=side) for side in RESOLUTIONS}
    return square_of_resolution(whole, smaller)


def square_of_resolution(whole: Trace, smaller: dict[Fraction, Trace]) -> Found:
    """The cost of smaller inputs over the whole one, held against rho squared and, as the control, rho."""
    holds = True
    said = []
    for rho, net in smaller.items():
        convolutions = Fraction(macs(net, only="conv"), macs(whole, only="conv"))
        everything = Fraction(macs(net), macs(whole))
        off = everything / rho**2 - 1
        holds = holds and convolutions == rho**2 and convolutions != rho and abs(off) < Fraction(1, 100)
        exact = "exactly" if convolutions == rho**2 else f"{float(convolutions):.4f}, not"
        said.append(f"rho {rho}: convolutions {exact} {rho**2}, with the classifier {float(off):+.2%}")
    return Found(holds, "; ".join(said))


def traced(**arguments: float) -> Trace:
    """MobileNet, built without initialising it, and traced."""
    with uninitialised():
        net = mobilenet_v1(**arguments)  # type: ignore[arg-type]
    return trace(net)
