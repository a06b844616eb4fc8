"""ShuffleNet (arXiv 1707.01083): channel shuffle, the cost of its units, and how its widths scale.

Letters are the paper's: c channels, m bottleneck channels, g groups, maps of h x h.
"""

import math
import random
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.shufflenet_v1 import (
    STAGE_2,
    STAGES,
    grouped_bottleneck,
    shuffled,
    shufflenet_v1,
    shufflenet_v1_unit,
    shufflenet_v1_with_units,
)
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

GROUPS = (2, 3, 4, 8)  # those of Table 1 that shuffle
SIMILAR = 0.1  # what "about" allows a printed number


def traced(build: Callable[..., Network], **arguments: Any) -> Trace:
    """A network's trace, built without initialising it."""
    with uninitialised():
        net = build(**arguments)
    return trace(net)


def cost(run: Trace, part: str | None = None) -> int:
    """Multiply-adds of a network or a part of it."""
    return sum(node.macs for node in run.nodes if within(node.path, part))


def _listed(numbers: Iterable[float]) -> str:
    return ", ".join(map(str, numbers))


# -- Section 3.1: channel shuffle ----------------------------------------------------------------------------


def shuffle_is_a_transpose() -> Found:
    """Channel j of group i goes to place i of group j, exactly, and shuffling with n groups undoes it."""
    return transposes(lambda x, groups: nn.ChannelShuffle(groups)(x))


def transposes(shuffle: Callable[[Tensor, int], Tensor]) -> Found:
    """Whether a shuffle of g x n channels is the transposition; the control leaves the channels in place."""
    generator = torch.Generator().manual_seed(1707)
    shapes = [(g, n) for g in GROUPS for n in range(2, 12)]
    right = undone = unmoved = 0
    for g, n in shapes:
        x = torch.randn(2, g * n, 3, 3, generator=generator)
        order = [i * n + j for j in range(n) for i in range(g)]
        right += torch.equal(shuffle(x, g), x[:, order])
        undone += torch.equal(shuffle(shuffle(x, g), n), x)
        unmoved += torch.equal(x, x[:, order])
    sentence = (
        f"for {right} of {len(shapes)} pairs of g and n the shuffle is the transposition of the (g, n) channels, and "
        f"for {undone} a second one with n groups undoes it; leaving the channels in place is it for {unmoved}"
    )
    return Found(right == undone == len(shapes) and unmoved == 0, sentence)


def shuffle_joins_groups() -> Found:
    """By gradients: every output of a unit's branch depends on every input channel, without shuffle on its group's."""
    generator = torch.Generator().manual_seed(1707)
    with_shuffle, without = {}, {}
    for g in GROUPS:
        branch = shuffled(g * g, g * g, g * g, 1, g, g).double().eval()
        with torch.no_grad():
            for parameter in branch.parameters():
                parameter.uniform_(0.5, 1.5, generator=generator)
        x = torch.rand(1, g * g, 3, 3, dtype=torch.float64, generator=generator)
        with_shuffle[g] = dependence(branch, x)
        without[g] = dependence(
            nn.Sequential(*(m for m in branch if not isinstance(m, nn.ChannelShuffle))), x
        )
    return joined(with_shuffle, without)


def dependence(branch: nn.Module, x: Tensor) -> Tensor:
    """Which output channel (row) has a gradient by which input channel (column), anywhere on the map."""
    x = x.detach().requires_grad_()
    rows = [torch.autograd.grad(y.sum(), x, retain_graph=True)[0][0] for y in branch(x)[0]]
    return torch.stack([row.abs().sum(dim=(1, 2)) > 0 for row in rows])


def joined(with_shuffle: dict[int, Tensor], without: dict[int, Tensor]) -> Found:
    """Whether all pairs of channels depend with the shuffle, and just those of one group without."""
    full = all(bool(pairs.all()) for pairs in with_shuffle.values())
    own = all(torch.equal(pairs, _one_group(pairs, g)) for g, pairs in without.items())
    shares = [
        ", ".join(f"{float(pairs.double().mean()):.1%} (g = {g})" for g, pairs in found.items())
        for found in (with_shuffle, without)
    ]
    sentence = (
        f"pairs of an output and an input channel with a gradient: {shares[0]}; without shuffle {shares[1]}"
    )
    return Found(full and own, sentence)


def _one_group(pairs: Tensor, groups: int) -> Tensor:
    rows, columns = (torch.arange(channels) * groups // channels for channels in pairs.shape)
    return rows[:, None] == columns


# -- Section 3.2: the cost of a unit -------------------------------------------------------------------------


class Shape(NamedTuple):
    """A random unit in the paper's letters."""

    c: int
    m: int
    g: int
    h: int


Cost = Callable[[Shape], float]


def random_shapes() -> list[Shape]:
    """Units with g of 2 to 8, c and m its multiples of up to 64, and h of 7 to 28."""
    generator = random.Random(1707)
    shapes = []
    for _ in range(30):
        g = generator.choice(GROUPS)
        c, m = (g * generator.randint(2, 64 // g) for _ in range(2))
        shapes.append(Shape(c, m, g, generator.randint(7, 28)))
    return shapes


def resnet_formula(s: Shape) -> float:
    """hw(2cm + 9m^2)."""
    return s.h**2 * (2 * s.c * s.m + 9 * s.m**2)


def resnext_formula(s: Shape) -> float:
    """hw(2cm + 9m^2/g)."""
    return s.h**2 * (2 * s.c * s.m + 9 * s.m**2 / s.g)


def shuffle_formula(s: Shape) -> float:
    """hw(2cm/g + 9m)."""
    return s.h**2 * (2 * s.c * s.m / s.g + 9 * s.m)


def resnet_unit(s: Shape) -> float:
    """Counted cost of a ResNet bottleneck unit."""
    return cost(traced(grouped_bottleneck, channels=s.c, m=s.m, groups=1, size=s.h))


def resnext_unit(s: Shape) -> float:
    """Counted cost of a ResNeXt unit."""
    return cost(traced(grouped_bottleneck, channels=s.c, m=s.m, groups=s.g, size=s.h))


def shuffle_unit(s: Shape) -> float:
    """Counted cost of a ShuffleNet unit."""
    return cost(traced(shufflenet_v1_unit, channels=s.c, m=s.m, groups=s.g, size=s.h))


def resnet_unit_cost() -> Found:
    """hw(2cm + 9m^2) is what ResNet's units count; ResNeXt's formula must fit none of them."""
    return compare(resnet_unit, resnet_formula, resnext_formula)


def resnext_unit_cost() -> Found:
    """hw(2cm + 9m^2/g) is what ResNeXt's units count; ResNet's formula must fit none of them."""
    return compare(resnext_unit, resnext_formula, resnet_formula)


def shuffle_unit_cost() -> Found:
    """hw(2cm/g + 9m) is what ShuffleNet's units count; ResNeXt's formula must fit none of them."""
    return compare(shuffle_unit, shuffle_formula, resnext_formula)


def compare(counted: Cost, formula: Cost, control: Cost) -> Found:
    """Whether a formula gives the counted cost of every random unit, and the control that of none."""
    rows = [(shape, counted(shape)) for shape in random_shapes()]
    right = sum(value == formula(shape) for shape, value in rows)
    fooled = sum(value == control(shape) for shape, value in rows)
    sentence = (
        f"{_said(formula)} is the counted cost of {right} of {len(rows)} random units; "
        f"the control, {_said(control)}, is that of {fooled}"
    )
    return Found(right == len(rows) and fooled == 0, sentence)


def _said(formula: Cost) -> str:
    return (formula.__doc__ or "").rstrip(".")


# -- Section 3.3 and Table 1 ---------------------------------------------------------------------------------


def bottleneck_is_a_quarter() -> Found:
    """In every unit, for all five numbers of groups, the depthwise layer has a quarter of the output channels."""
    return quarters({g: traced(shufflenet_v1, groups=g) for g in STAGE_2})


def quarters(runs: dict[int, Trace]) -> Found:
    """Whether every unit's depthwise layer has a quarter of its output; control: of the branch's own output."""
    shares, controls = set(), set()
    for run in runs.values():
        for path, layer in run.layers.items():
            if path.endswith(".dw") and layer.shape:
                out, branch = (
                    run.layers[end].shape for end in (path[: -len(".branch.dw")], path[: -len(".dw")])
                )
                shares.add(layer.shape[0] / out[0] if out else 0.0)
                controls.add(layer.shape[0] / branch[0] if branch else 0.0)
    units = sum(path.endswith(".dw") for run in runs.values() for path in run.layers)
    sentence = (
        f"the depthwise layers of {units} units have {_listed(sorted(shares))} of their unit's channels; of the "
        f"channels that the branch adds or joins, {min(controls):.3f} to {max(controls):.3f}"
    )
    return Found(shares == {0.25} and controls != {0.25}, sentence)


def cost_is_about_140m() -> Found:
    """All five networks of Table 1 cost about 140 million; half the width must not."""
    runs = {g: traced(shufflenet_v1, groups=g) for g in STAGE_2}
    return near_level(runs, traced(shufflenet_v1, width=0.5), 140)


def near_level(runs: dict[int, Trace], control: Trace, level: int) -> Found:
    """Whether the convolutions of all networks cost the level within ten per cent, and the control's do not."""
    costs = {g: (cost(run) - cost(run, "fc")) / 1e6 for g, run in runs.items()}
    other = (cost(control) - cost(control, "fc")) / 1e6
    said = ", ".join(f"{value:.1f} M (g = {g})" for g, value in costs.items())
    near = all(abs(value / level - 1) <= SIMILAR for value in costs.values())
    return Found(
        near and abs(other / level - 1) > SIMILAR, f"convolutions: {said}; at half the width {other:.1f} M"
    )


def cost_goes_with_the_square() -> Found:
    """With all widths scaled by s, cost goes with a power of s nearer to 2 than to 1; the classifier's must not."""
    whole = traced(shufflenet_v1)
    scaled = {s: traced(shufflenet_v1, width=s, first=round(24 * s)) for s in (0.25, 0.5, 1.5, 2.0)}
    return squares(whole, scaled)


def squares(whole: Trace, scaled: dict[float, Trace]) -> Found:
    """The power of s with which the cost of scaled networks goes, and as the control that of the classifier."""
    powers = {s: math.log(cost(run) / cost(whole)) / math.log(s) for s, run in scaled.items()}
    controls = {s: math.log(cost(run, "fc") / cost(whole, "fc")) / math.log(s) for s, run in scaled.items()}
    said = "; ".join(f"s = {s}: s^{power:.2f}" for s, power in powers.items())
    holds = all(1.5 < power < 2.5 for power in powers.values())
    control = all(power < 1.5 for power in controls.values())
    return Found(
        holds and control,
        f"cost against s = 1, {said}; the classifier alone goes with s^{max(controls.values()):.2f}",
    )


def repeats() -> Found:
    """After the unit with stride 2 the stages have 3, 7 and 3 units with stride 1."""
    return repeated(traced(shufflenet_v1), traced(shufflenet_v1, shallow=True))


def repeated(run: Trace, control: Trace) -> Found:
    """Whether the stages add their input 3, 7 and 3 times and join it once; half the depth must not."""
    added, joins = ([_runs(run, stage, op) for stage, _ in STAGES] for op in ("add", "concat"))
    other = [_runs(control, stage, "add") for stage, _ in STAGES]
    sentence = (
        f"the stages have {_listed(added)} units that add their input and {_listed(joins)} that join it; "
        f"the shallow network has {_listed(other)}"
    )
    return Found(added == [3, 7, 3] and joins == [1, 1, 1] and other != added, sentence)


def _runs(run: Trace, stage: str, op: str) -> int:
    return sum(node.op == op for node in run.nodes if within(node.path, stage))


# -- Section 4.2: other units at 38 million ------------------------------------------------------------------


def vgg_like_has_50_channels_at_38m() -> Found:
    """With two plain 3 x 3 layers a unit, 50 channels in stage 4 come nearest to 38 million."""
    nets = {c: traced(shufflenet_v1_with_units, units="vgg", stage4=c) for c in range(40, 62, 2)}
    return nearest_width(nets, 50, 38)


def resnet_has_192_channels_at_38m() -> Found:
    """With ResNet's bottlenecks, 192 channels in stage 4 come nearest to 38 million, in steps that keep all widths whole."""
    nets = {c: traced(shufflenet_v1_with_units, units="resnet", stage4=c) for c in range(144, 256, 16)}
    return nearest_width(nets, 192, 38)


def nearest_width(nets: dict[int, Trace], printed: int, level: int) -> Found:
    """Whether the printed width's cost is the nearest to the level; the control is the level of 13 million."""
    costs = {c: cost(run) / 1e6 for c, run in nets.items()}
    nearest, control = (min(costs, key=lambda c: abs(costs[c] - target)) for target in (level, 13))
    said = ", ".join(f"{c}: {value:.1f} M" for c, value in costs.items())
    sentence = (
        f"{nearest} channels come nearest to {level} M ({said}); to 13 M it would be {control} or fewer"
    )
    return Found(nearest == printed and control != printed, sentence)
