"""ShuffleNet V2 (arXiv 1807.11164): memory access by formula, and what channel split and shuffle do.

Letters are the paper's: a 1 x 1 convolution from c1 to c2 channels in g groups on a map of h x w costs B
multiply-adds and MAC memory accesses; c' of a unit's c channels pass it unchanged.
"""

import math
import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import torch
from torch import nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.measures.accesses import memory_access
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.shufflenet_v2 import CHANNELS, DownUnit, Unit, shufflenet_v2
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

SIMILAR = 0.1  # what "about" allows a printed number
STAGES = ("stage2", "stage3", "stage4")


def traced(build: Callable[..., Network], **arguments: Any) -> Trace:
    """A network's trace, built without initialising it."""
    with uninitialised():
        net = build(**arguments)
    return trace(net)


def _listed(numbers: Iterable[object]) -> str:
    return ", ".join(map(str, numbers))


# -- Section 2, G1 and G2: memory access ---------------------------------------------------------------------


class Layer(NamedTuple):
    """A 1 x 1 convolution on a square map."""

    c1: int
    c2: int
    g: int
    h: int

    @property
    def b(self) -> Fraction:
        """Its multiply-adds by the paper's formula."""
        return Fraction(self.h**2 * self.c1 * self.c2, self.g)

    def run(self) -> Trace:
        """The layer, built and traced."""
        return traced(conv, c_in=self.c1, c_out=self.c2, k=1, size=self.h, groups=self.g)


def random_layers(groups: tuple[int, ...]) -> list[Layer]:
    """Layers whose c1 and c2 are different multiples of g of up to 96, on maps of 7 to 28 pixels."""
    generator = random.Random(1807)
    layers = []
    for _ in range(40):
        g = generator.choice(groups)
        c1, c2 = (g * n for n in generator.sample(range(1, 97 // g), 2))
        layers.append(Layer(c1, c2, g, generator.randint(7, 28)))
    return layers


Formula = Callable[[Layer], Fraction]


def access_formula(x: Layer) -> Fraction:
    """hw(c1 + c2) + c1 c2."""
    return Fraction(x.h**2 * (x.c1 + x.c2) + x.c1 * x.c2)


def grouped_formula(x: Layer) -> Fraction:
    """hw c1 + Bg/c1 + B/hw."""
    return x.h**2 * x.c1 + x.b * x.g / x.c1 + x.b / x.h**2


def memory_access_of_pointwise() -> Found:
    """What 1 x 1 convolutions read and write is hw(c1 + c2) + c1 c2; without the weights it must not be."""
    return accesses(random_layers((1,)), access_formula, lambda x: access_formula(x) - x.c1 * x.c2)


def memory_access_of_groups() -> Found:
    """With g groups it is hw c1 + Bg/c1 + B/hw; the formula without groups must not fit."""
    return accesses(random_layers((2, 3, 4, 8)), grouped_formula, access_formula)


def accesses(layers: list[Layer], formula: Formula, control: Formula) -> Found:
    """Whether a formula is the counted access of every layer, its B the counted cost, and the control neither."""
    rows = [(layer, layer.run()) for layer in layers]
    right = sum(memory_access(run) == formula(layer) and macs(run) == layer.b for layer, run in rows)
    fooled = sum(memory_access(run) == control(layer) for layer, run in rows)
    sentence = (
        f"{(formula.__doc__ or '').rstrip('.')} is what {right} of {len(rows)} random layers read and write; "
        f"the control fits {fooled}"
    )
    return Found(right == len(rows) and fooled == 0, sentence)


def memory_access_has_a_bound() -> Found:
    """At equal cost no 1 x 1 convolution reads and writes less than 2 sqrt(hwB) + B/hw; equal widths reach it."""
    return bounded(lambda x: 2 * math.sqrt(x.h**2 * x.b) + float(x.b / x.h**2))


def bounded(bound: Callable[[Layer], float]) -> Found:
    """Whether a bound holds for all splits of equal products c1 c2, and is reached where, and only where, c1 = c2."""
    below = reached = reached_unequal = splits = 0
    for side, h in ((24, 7), (36, 14), (60, 28), (48, 56)):
        for c1 in (c for c in range(1, side**2 + 1) if side**2 % c == 0):
            layer = Layer(c1, side**2 // c1, 1, h)
            found, least = memory_access(layer.run()), bound(layer)
            splits += 1
            below += found < least * (1 - 1e-12)
            if math.isclose(found, least, rel_tol=1e-12):
                reached += c1 == side
                reached_unequal += c1 != side
    sentence = (
        f"{splits} splits of four costs into c1 and c2: {below} read and write less than the bound, "
        f"{reached} of 4 with c1 = c2 reach it, {reached_unequal} others do"
    )
    return Found(below == 0 and reached == 4 and reached_unequal == 0, sentence)


def memory_access_grows_with_groups() -> Found:
    """At the same input and cost, more groups (and so more outputs) read and write more; at the same c2 fewer."""
    return grows([[Layer(96, 24 * g, g, h) for g in (1, 2, 3, 4, 6, 8)] for h in (7, 14, 56)])


def grows(series: list[list[Layer]]) -> Found:
    """Whether memory access grows along series of equal input and cost; control: it falls at equal c2."""
    found: list[list[int]] = []
    costs: set[Fraction] = set()
    falls = True
    for layers in series:
        runs = [layer.run() for layer in layers]
        costs.update(Fraction(macs(run), layers[0].h ** 2) for run in runs)
        found.append([memory_access(run) for run in runs])
        same_width = [memory_access(layer._replace(c2=layers[0].c2).run()) for layer in layers]
        falls = falls and same_width == sorted(same_width, reverse=True)
    holds = all(row == sorted(set(row)) for row in found) and len(costs) == 1 and falls
    groups = _listed(layer.g for layer in series[0])
    return Found(
        holds,
        f"96 channels in, equal cost, {groups} groups: {_listed(found[0])} numbers read and written on 7x7; "
        f"at equal outputs they {'fall' if falls else 'do not fall'}",
    )


def costs_of_ratios_are_alike() -> Found:
    """The layers of Tables 1 and 2 cost nearly the same for all ratios and groups, within ten per cent."""
    return alike(
        {
            "Table 1, GPU": [(128, 128, 1), (90, 180, 1), (52, 312, 1), (36, 432, 1)],
            "Table 1, ARM": [(32, 32, 1), (22, 44, 1), (13, 78, 1), (9, 108, 1)],
            "Table 2, GPU": [(128, 128, 1), (180, 180, 2), (256, 256, 4), (360, 360, 8)],
        },
        control=[(128, 128, 1), (256, 256, 1)],
    )


Widths = list[tuple[int, int, int]]


def alike(tables: dict[str, Widths], control: Widths) -> Found:
    """Whether the costs of each table's layers lie within ten per cent of its first, and the control's do not."""
    spreads = {name: _spread(layers) for name, layers in tables.items()}
    said = "; ".join(f"{name}: {spread:.1%}" for name, spread in spreads.items())
    return Found(
        all(spread <= SIMILAR for spread in spreads.values()) and _spread(control) > SIMILAR,
        f"largest distance from the cost of the first row, {said}; doubled channels: {_spread(control):.0%}",
    )


def _spread(layers: Widths) -> float:
    costs = [macs(Layer(c1, c2, g, 56).run()) for c1, c2, g in layers]
    return max(abs(cost / costs[0] - 1) for cost in costs)


# -- Section 3: channel split and shuffle --------------------------------------------------------------------


def half_of_the_channels_pass() -> Found:
    """In units with stride 1 half of the output channels are input channels, unchanged; with stride 2 none."""
    with uninitialised():
        units = {c: Unit(c) for c in (*CHANNELS[0.5][:3], *CHANNELS[1.0][:2])}
        down = DownUnit(24, 48)
    return halves({c: passed(unit, c) for c, unit in units.items()}, passed(down, 24))


@torch.no_grad()
def passed(unit: nn.Module, channels: int) -> int:
    """How many output channels are equal to an input channel, bit by bit, for normal input and weights."""
    generator = torch.Generator().manual_seed(1807)
    unit = unit.double().eval()
    for parameter in unit.parameters():
        parameter.normal_(generator=generator)
    x = torch.randn(1, channels, 4, 4, dtype=torch.float64, generator=generator)
    seen = {row.numpy().tobytes() for row in x[0]}
    return sum(row.numpy().tobytes() in seen for row in unit(x)[0].contiguous())


def halves(counted: dict[int, int], control: int) -> Found:
    """Whether half of the channels pass for every width, and none in the control."""
    right = sum(2 * number == c for c, number in counted.items())
    said = ", ".join(f"{number} of {c}" for c, number in counted.items())
    return Found(
        right == len(counted) and control == 0,
        f"channels that pass a unit unchanged: {said}; in a unit with stride 2: {control}",
    )


def reuse_halves_with_distance() -> Found:
    """Of c channels that leave one unit, c/2^j enter the unit j further on."""
    return decays(connected(64, 6), Fraction(1, 2))


def reuse_as_printed() -> Found:
    """The printed r = (1 - c')/c is negative for every c' above 1, so r^j c counts no channels."""
    c = 64
    return decays(connected(c, 6), Fraction(1 - c // 2, c))


def connected(c: int, units: int) -> list[int]:
    """How many channels of a unit's output go through the next j units unchanged, for j from 1."""
    with uninitialised():
        chain = [Unit(c) for _ in range(units)]
    return [passed(nn.Sequential(*chain[:j]), c) for j in range(1, units + 1)]


def decays(counted: list[int], r: Fraction) -> Found:
    """Whether the counted numbers are r^j c, with c twice the first."""
    c = 2 * counted[0]
    formula = [r**j * c for j in range(1, len(counted) + 1)]
    sentence = (
        f"{c} channels, of which {_listed(counted)} go unchanged through 1 to {len(counted)} units; "
        f"r^j c with r = {float(r):g} gives {_listed(f'{float(value):.4g}' for value in formula)}"
    )
    return Found(formula == counted, sentence)


# -- Table 5 and Section 4 -----------------------------------------------------------------------------------


def repeats() -> Found:
    """The stages have one unit with stride 2 each, and 3, 7 and 3 with stride 1 after it."""
    run = traced(shufflenet_v2)
    return repeated([_units(run, stage) for stage in STAGES])


def _units(run: Trace, stage: str) -> tuple[int, int]:
    """Units that go on in two branches, and units that split."""
    splits = sum(node.op == "chunk" for node in run.nodes if within(node.path, stage)) // 2
    joins = sum(node.op == "concat" for node in run.nodes if within(node.path, stage))
    return joins - splits, splits


def repeated(units: list[tuple[int, int]]) -> Found:
    """Whether the stages have the printed units."""
    said = _listed(f"{down}+{equal}" for down, equal in units)
    return Found(units == [(1, 3), (1, 7), (1, 3)], f"units that do not split and units that do: {said}")


def costs_are_at_their_levels() -> Found:
    """The four widths cost about 40, 140 and 300 million, and more than 500; no width is within reach of two levels."""
    return levels([macs(traced(shufflenet_v2, width=width)) / 1e6 for width in CHANNELS])


def levels(costs: list[float]) -> Found:
    """Whether three costs lie within ten per cent of 40, 140 and 300 million and the fourth above 500."""
    about = all(abs(cost / level - 1) <= SIMILAR for cost, level in zip(costs, (40, 140, 300), strict=False))
    said = ", ".join(f"{cost:.1f} M" for cost in costs)
    return Found(about and costs[3] > 500, f"the four widths cost {said}")
