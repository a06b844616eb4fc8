"""MobileNetV2: its cost formulas, what ReLU keeps of a signal (Figure 1, Appendix A), blocks run in parts.

Letters are the paper's: di and dj channels in and out, k the kernel, t the expansion factor, m rows and n columns of
the matrix B. Matrices have entries from a standard normal distribution, all numbers are float64.
"""

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv, depthwise_separable
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.mobilenet_v2 import InvertedResidual, inverted_residual, mobilenet_v2
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

LAYERS = 30
SEED = 1801


def counted(build: Callable[..., Network], *arguments: int) -> Fraction:
    """Multiply-adds of the network that `build` makes."""
    with uninitialised():
        net = build(*arguments)
    return Fraction(macs(trace(net)))


# -- Section 3.1 and 3.3: costs ------------------------------------------------------------------------------


class Layer(NamedTuple):
    """A layer or block: channels in and out, kernel, side of its map, expansion, what it counts."""

    di: int
    dj: int
    k: int
    h: int
    t: int
    cost: Fraction


Formula = Callable[[Layer], Fraction]


def layers(count: Callable[[int, int, int, int, int], Fraction]) -> list[Layer]:
    """Random layers, channels in and out never equal, with what `count` makes of each."""
    generator = random.Random(SEED)
    found = []
    for _ in range(LAYERS):
        di, dj = generator.sample(range(4, 49), 2)
        k, h, t = generator.choice((3, 5, 7)), generator.randint(7, 20), generator.randint(2, 8)
        found.append(Layer(di, dj, k, h, t, count(di, dj, k, h, t)))
    return found


def exact(rows: list[Layer], formula: Formula, control: Formula, name: str, control_name: str) -> Found:
    """Whether the formula is the cost of every layer and the control that of none."""
    right = [row.cost == formula(row) for row in rows]
    fooled = sum(row.cost == control(row) for row in rows)
    sentence = f"{name} is exact for {sum(right)} of {len(rows)} random layers, the control ({control_name}) for {fooled}"
    return Found(all(right) and not fooled, sentence)


def separable_cost() -> Found:
    """Equation 1 is what depthwise separable convolutions count; k^2 di dj must fit none."""
    rows = layers(lambda di, dj, k, h, t: counted(depthwise_separable, di, dj, k, h))
    return exact(rows, separable, full, "h w di (k^2 + dj)", "h w di dj k^2, a full convolution")


def separable(row: Layer) -> Fraction:
    """Equation 1."""
    return Fraction(row.h**2 * row.di * (row.k**2 + row.dj))


def full(row: Layer) -> Fraction:
    """Cost of a full convolution."""
    return Fraction(row.h**2 * row.di * row.dj * row.k**2)


def reduction() -> Found:
    """Full over separable cost is k^2 dj / (k^2 + dj) exactly; the rounder k^2 must fit none."""
    rows = layers(
        lambda di, dj, k, h, t: counted(conv, di, dj, k, h) / counted(depthwise_separable, di, dj, k, h)
    )
    return exact(
        rows,
        lambda row: Fraction(row.k**2 * row.dj, row.k**2 + row.dj),
        lambda row: Fraction(row.k**2),
        "k^2 dj / (k^2 + dj)",
        "k^2",
    )


def eight_to_nine() -> Found:
    """The filters and projections of MobileNetV2 against full 3 x 3 convolutions in their place."""
    with uninitialised():
        run = trace(mobilenet_v2())
    blocks = [path for path in run.layers if path.startswith("bottleneck") and path.count(".") == 1]
    ratios = []
    for block in blocks:
        depthwise, project = macs(run, f"{block}.depthwise"), macs(run, f"{block}.project")
        ratios.append(Fraction(9 * project, depthwise + project))
    return within_eight_to_nine(ratios)


def within_eight_to_nine(ratios: list[Fraction]) -> Found:
    """Whether all reductions lie between 8 and 9, and from how many output channels on one can."""
    inside = sum(8 <= ratio <= 9 for ratio in ratios)
    needed = next(dj for dj in range(1, 200) if Fraction(9 * dj, 9 + dj) >= 8)
    sentence = (
        f"{inside} of the {len(ratios)} blocks cost 8 to 9 times less than with a full 3x3 convolution, all of them "
        f"{float(min(ratios)):.1f} to {float(max(ratios)):.1f} times; 8 needs {needed} output channels"
    )
    return Found(inside == len(ratios), sentence)


def block_cost() -> Found:
    """h w d' t (d' + k^2 + d'') is what bottlenecks of stride 1 count; those of stride 2 must not."""

    def count(di: int, dj: int, k: int, h: int, t: int) -> Fraction:
        return counted(inverted_residual, di, dj, t, h, 1, k)

    rows = layers(count)
    strided = layers(lambda di, dj, k, h, t: counted(inverted_residual, di, dj, t, h, 2, k))
    found = exact(rows, bottleneck, full, "h w d' t (d' + k^2 + d'')", "a full convolution")
    fooled = sum(row.cost == bottleneck(row) for row in strided)
    return Found(found.holds and not fooled, f"{found.found}; at stride 2 the formula is right for {fooled}")


def bottleneck(row: Layer) -> Fraction:
    """Section 3.3: the cost of a bottleneck of stride 1."""
    return Fraction(row.h**2 * row.di * row.t * (row.di + row.k**2 + row.dj))


# -- Section 5.1: a block in parts ---------------------------------------------------------------------------------


def split_by_channel() -> Found:
    """A bottleneck run one inner channel at a time gives the same map and holds two inner maps at most."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(SEED)
        block = InvertedResidual(8, 48, 12, stride=2).double().eval()
        x = torch.randn(1, 8, 15, 15, dtype=torch.float64)
        whole = block(x)
        parts, live = in_parts(block, x, 48)
        wrong, _ = in_parts(block, x, 47)
    return same_in_parts(whole, parts, wrong, live, x.numel())


def in_parts(block: InvertedResidual, x: Tensor, channels: int) -> tuple[Tensor, int]:
    """The block's map summed over its inner channels, one after another, and the most numbers held at once."""
    state = block.state_dict()
    side = -(-x.shape[2] // 2)
    total = torch.zeros(1, len(state["project.weight"]), side, side, dtype=x.dtype)
    live = 0
    for c in range(channels):
        wide = torch.nn.functional.conv2d(x, state["expand.conv.weight"][c : c + 1])
        wide = normalised(wide, state, "expand.bn", c).clamp(0, 6)
        narrow = torch.nn.functional.conv2d(
            wide, state["depthwise.conv.weight"][c : c + 1], stride=2, padding=1
        )
        narrow = normalised(narrow, state, "depthwise.bn", c).clamp(0, 6)
        total += state["project.weight"][:, c, :, :] * narrow
        live = max(live, x.numel() + total.numel() + wide.numel() + narrow.numel())
    return block.project_bn(total), live


def normalised(x: Tensor, state: Mapping[str, Tensor], name: str, c: int) -> Tensor:
    """One channel normalised with the running statistics and the scale and shift of that channel."""
    keys = ("running_mean", "running_var", "weight", "bias")
    mean, var, scale, shift = (state[f"{name}.{key}"][c : c + 1] for key in keys)
    return torch.nn.functional.batch_norm(x, mean, var, scale, shift)


def same_in_parts(whole: Tensor, parts: Tensor, wrong: Tensor, live: int, values_in: int) -> Found:
    """Whether the parts add up to the whole, one part too few does not, and memory is as in Section 5.1."""
    error = float((parts - whole).abs().max() / whole.abs().max())
    control = float((wrong - whole).abs().max() / whole.abs().max())
    side_in, side_out = 15 * 15, whole.shape[-1] ** 2
    more = live - values_in - whole.numel()
    unsplit = 48 * side_in
    sentence = (
        f"48 parts give the same map (off by {error:.0e}, with one part left out {control:.0e}) and hold {more} numbers "
        f"beside input and output, s^2 + s'^2 = {side_in + side_out}; unsplit the expanded map alone has {unsplit}"
    )
    return Found(error < 1e-12 < control and more <= side_in + side_out < unsplit, sentence)
