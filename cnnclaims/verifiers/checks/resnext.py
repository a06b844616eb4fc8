"""Checks of Aggregated Residual Transformations (arXiv 1611.05431): its block in three forms, what its templates cost.

Letters are the paper's: C paths of width d.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.resnext_block import in_form
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.networks.resnext import (
    Summed,
    resnext50_32x4d,
    resnext_block,
)
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

EXACT = 1e-12  # relative: float64 adds the same products in another order
SEED = 1611
CHANNELS, C, D, SIDE, BATCH = 32, 8, 3, 7, 4
BUDGET = 256 * 64 + 9 * 64 * 64 + 64 * 256  # weights of the original bottleneck block, 256-64-64-256
STAGES = ("conv2", "conv3", "conv4", "conv5")


# -- Figure 3: three forms -------------------------------------------------------------------------------------


class Forms(NamedTuple):
    """The same block in forms (a), (b) and (c)."""

    a: nn.Module
    b: nn.Module
    c: nn.Module


def with_shared_weights() -> Forms:
    """Form (c) with random weights, and the other two with the same ones, cut path by path."""
    generator = torch.Generator().manual_seed(SEED)
    c = resnext_block(C, D, "c", CHANNELS, SIDE).double()
    for tensor in c.parameters():
        tensor.data.uniform_(-1, 1, generator=generator)
    return Forms(*(net.get_submodule("block") for net in (in_form(c, "a", C), in_form(c, "b", C), c)))


def three_forms_agree() -> Found:
    """The three forms put out the same and pass back the same gradient; with two paths crossed they do not."""
    crossed = with_shared_weights().a
    assert isinstance(crossed, Summed)
    first, second = (crossed.paths[index].conv3 for index in (0, 1))
    crossed.paths[0].conv3, crossed.paths[1].conv3 = second, first
    return forms_agree(with_shared_weights(), crossed)


def forms_agree(forms: Forms, control: nn.Module) -> Found:
    """Whether outputs and gradients of the three forms agree, and the control's do not."""
    results = [both(form) for form in forms]
    off = max(distance(one, results[2]) for one in results[:2])
    other = distance(both(control), results[2])
    parameters = {sum(p.numel() for p in form.parameters()) for form in forms}
    sentence = (
        f"with the same weights in float64, {C} paths of width {D} and batch statistics, outputs and gradients of "
        f"the three forms agree to {off:.0e} of their size; form (a) with the last layers of two paths exchanged "
        f"is off by {other:.2f} of it"
    )
    return Found(off < EXACT and other > 1e-3 and len(parameters) == 1, sentence)


def both(block: nn.Module) -> tuple[Tensor, Tensor]:
    """A block's output for a random input, and its gradient there."""
    generator = torch.Generator().manual_seed(SEED + 1)
    x, weight = (
        torch.empty(BATCH, CHANNELS, SIDE, SIDE, dtype=torch.float64).normal_(generator=generator)
        for _ in range(2)
    )
    y = block.train()(x.requires_grad_())
    (gradient,) = torch.autograd.grad((y * weight).sum(), x)
    return y.detach(), gradient


def distance(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    """The largest difference, relative to the largest value, over pairs of tensors."""
    return max(((x - y).abs().max() / y.abs().max()).item() for x, y in zip(one, other, strict=True))


# -- Figure 4: depth two ---------------------------------------------------------------------------------------


def depth_two_is_wide() -> Found:
    """C paths of two 3x3 are one wide block of two 3x3; with a layer between them they are no dense one."""
    generator = torch.Generator().manual_seed(SEED + 2)

    def weights(*shape: int) -> Tensor:
        return torch.empty(*shape, dtype=torch.float64).normal_(generator=generator)

    x = weights(BATCH, CHANNELS, SIDE, SIDE)
    outer = [(weights(D, CHANNELS, 3, 3), weights(CHANNELS, D, 3, 3)) for _ in range(C)]
    inner = [weights(D, D, 3, 3) for _ in range(C)]
    return paths_are_wide(x, outer, inner)


def paths_are_wide(x: Tensor, outer: Sequence[tuple[Tensor, Tensor]], inner: Sequence[Tensor]) -> Found:
    """Whether paths of two layers sum to the wide block of their weights; `inner` puts a third layer between."""
    wide = [torch.cat([pair[0] for pair in outer]), torch.cat([pair[1] for pair in outer], dim=1)]
    paths = torch.stack([_run(x, pair) for pair in outer]).sum(0)
    off = distance([paths], [_run(x, wide)])
    deeper = torch.stack([_run(x, (p, m, q)) for (p, q), m in zip(outer, inner, strict=True)]).sum(0)
    dense = torch.cat([m.repeat(1, len(inner), 1, 1) for m in inner])  # every path reads all paths
    other = distance([deeper], [_run(x, (wide[0], dense, wide[1]))])
    size, wide_size = (sum(w.numel() for w in ws) for ws in ([w for pair in outer for w in pair], wide))
    sentence = (
        f"{len(outer)} paths of two 3x3 layers are one block of {wide[0].shape[0]} channels inside with the same "
        f"{size:,} weights, to {off:.0e} of its size; with a layer between, {sum(m.numel() for m in inner):,} "
        f"weights, the dense layer of the same width has {dense.numel():,} and is off by {other:.2f} of it"
    )
    return Found(off < EXACT and size == wide_size and other > 1e-3, sentence)


def _run(x: Tensor, weights: Sequence[Tensor]) -> Tensor:
    for weight in weights[:-1]:
        x = F.relu(F.conv2d(x, weight, padding=1))
    return F.conv2d(x, weights[-1], padding=1)


# -- Table 2: templates of equal complexity ---------------------------------------------------------------------


def traced(build: Callable[..., Network], **arguments: int) -> Trace:
    """A network, built without initialising it, and traced."""
    with uninitialised():
        return trace(build(**arguments))


def block_weights(cardinality: int, width: int) -> int:
    """Weights of one block of 256 channels, counted on the built block."""
    layers = traced(resnext_block, cardinality=cardinality, width=width).layers
    return sum(layer.weights for layer in layers.values())


def width_at_c1() -> Found:
    """At C = 1 a width of 64 keeps the complexity, and the 3x3 has 64 channels."""
    return keeps_complexity(1, 64, 64)


def width_at_c2() -> Found:
    """At C = 2 a width of 40 keeps the complexity, and the 3x3 has 80 channels."""
    return keeps_complexity(2, 40, 80)


def width_at_c4() -> Found:
    """At C = 4 a width of 24 keeps the complexity, and the 3x3 has 96 channels."""
    return keeps_complexity(4, 24, 96)


def width_at_c8() -> Found:
    """At C = 8 a width of 14 keeps the complexity, and the 3x3 has 112 channels."""
    return keeps_complexity(8, 14, 112)


def width_at_c32() -> Found:
    """At C = 32 a width of 4 keeps the complexity, and the 3x3 has 128 channels."""
    return keeps_complexity(32, 4, 128)


def keeps_complexity(cardinality: int, width: int, group_width: int) -> Found:
    """Whether no other whole width brings the block nearer to the original's weights, and C d is as printed."""
    off = {d: abs(block_weights(cardinality, d) - BUDGET) for d in range(max(1, width - 3), width + 4)}
    best = min(off, key=lambda d: off[d])
    conv2 = traced(resnext_block, cardinality=cardinality, width=width).layers["block.conv2"].shape or (0,)
    neighbours = ", ".join(f"{block_weights(cardinality, d):,} at {d}" for d in (width - 1, width + 1))
    sentence = (
        f"at C = {cardinality} a width of {best} comes nearest to the {BUDGET:,} weights of the original block, "
        f"with {block_weights(cardinality, best):,} ({neighbours}); the 3x3 then has {conv2[0]} channels"
    )
    return Found(best == width and conv2[0] == group_width, sentence)


def templates_cost_alike() -> Found:
    """Each template of Table 2 costs 0.22 G multiply-adds on maps of 56x56; one of twice the width does not."""
    return costs_round_to(((1, 64), (2, 40), (4, 24), (8, 14), (32, 4)), control=(32, 8))


def costs_round_to(templates: Sequence[tuple[int, int]], control: tuple[int, int]) -> Found:
    """Whether all blocks have between 0.215 and 0.225 G multiply-adds, and the control has not."""
    costs = {template: block_macs(*template) for template in (*templates, control)}
    fits = {template: 215_000_000 <= cost <= 225_000_000 for template, cost in costs.items()}
    said = ", ".join(f"{costs[c, d] / 1e9:.4f} at {c}x{d}d" for c, d in templates)
    sentence = f"G multiply-adds on 56x56 maps: {said}; the control, {control[0]}x{control[1]}d, has {costs[control] / 1e9:.4f}"
    return Found(all(fits[template] for template in templates) and not fits[control], sentence)


def block_macs(cardinality: int, width: int, channels: int = 256, size: int = 56) -> int:
    """Multiply-adds of one block on its own."""
    seen = traced(resnext_block, cardinality=cardinality, width=width, channels=channels, size=size)
    return sum(node.macs for node in seen.nodes)


# -- Section 3.1 and the footnote to Section 3.4 ------------------------------------------------------------------


def stages_cost_alike() -> Found:
    """Blocks cost the same on every map size, where half the side has twice the width; not so at one width."""
    seen = traced(resnext50_32x4d)
    costs = {stage: _macs(seen, f"{stage}.1") for stage in STAGES}
    return one_cost(costs, control=block_macs(32, 4, size=28))


def one_cost(costs: dict[str, int], control: int) -> Found:
    """Whether the costs lie within ten per cent of the first, and the control's does not."""
    first = next(iter(costs.values()))
    said = ", ".join(f"{cost:,} in {stage}" for stage, cost in costs.items())
    sentence = f"a block that keeps its map has {said} multiply-adds; on half the map at the same width it has {control:,}"
    near = all(abs(cost / first - 1) <= 0.1 for cost in costs.values())
    return Found(near and abs(control / first - 1) > 0.1, sentence)


def smaller_and_costlier() -> Found:
    """ResNeXt-50 has fewer weights and more multiply-adds than ResNet-50, from the blocks that change the map."""
    with uninitialised():
        one, other = trace(resnext50_32x4d()), trace(resnet50(stride="3x3"))
    return differs_where_maps_change(one, other)


def differs_where_maps_change(one: Trace, other: Trace) -> Found:
    """Whether fewer weights and more multiply-adds come from the first blocks of conv3 to conv5.

    The control is the rest of the network, where the difference in weights must be the other way round.
    """
    names = {stage: (stage, f"{stage}_x") for stage in STAGES}
    firsts = [tuple(f"{part}.0" for part in names[stage]) for stage in STAGES[1:]]
    weights = sum(_weights(one, new) - _weights(other, old) for new, old in firsts)
    macs = sum(_macs(one, new) - _macs(other, old) for new, old in firsts)
    all_weights, all_macs = _weights(one) - _weights(other), _macs(one) - _macs(other)
    sentence = (
        f"ResNeXt-50 against ResNet-50: {all_weights:+,} weights, {all_macs:+,} multiply-adds; in the three blocks "
        f"that change the map {weights:+,} and {macs:+,}, in the others {all_weights - weights:+,} and "
        f"{all_macs - macs:+,}"
    )
    return Found(
        all_weights < 0 < all_macs and weights < 0 < all_weights - weights and macs > all_macs / 2, sentence
    )


def _macs(seen: Trace, part: str | None = None) -> int:
    return sum(node.macs for node in seen.nodes if within(node.path, part))


def _weights(seen: Trace, part: str | None = None) -> int:
    return sum(layer.weights for path, layer in seen.layers.items() if within(path, part))
