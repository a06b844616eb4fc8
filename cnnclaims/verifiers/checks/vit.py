"""Checks of An Image is Worth 16x16 Words (arXiv 2010.11929): how many tokens there are, and what they pass through.

Letters are the paper's: H and W the sides of the image, P the side of a patch, N the number of patches.
"""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.vit import (
    Patches,
    resized_positions,
    vit_b_16,
    vit_b_32,
    vit_h_14,
    vit_l_16,
)
from cnnclaims.verifiers.trace import trace, uninitialised

IMAGES = 20
ROUNDING = 1e-12
Builder = Callable[..., Network]
Resize = Callable[[Tensor, int], Tensor]


def tokens(net: Network, stage: str) -> int:
    """The rows of the sequence that a stage of the network puts out."""
    shape = trace(net).layers[stage].shape
    assert shape is not None
    return shape[0]


# -- Section 3.1 and 4.1: the length of the sequence ---------------------------------------------------------


def patches_of_16() -> Found:
    """HW/P^2 patches of 16 pixels; HW/P must not fit."""
    return patches_fit(vit_b_16, 16, lambda h, w, p: Fraction(h * w, p * p))


def patches_of_14() -> Found:
    """HW/P^2 patches of 14 pixels; HW/P must not fit."""
    return patches_fit(vit_h_14, 14, lambda h, w, p: Fraction(h * w, p * p))


def patches_of_32() -> Found:
    """HW/P^2 patches of 32 pixels; HW/P must not fit."""
    return patches_fit(vit_b_32, 32, lambda h, w, p: Fraction(h * w, p * p))


def patches_fit(build: Builder, p: int, formula: Callable[[int, int, int], Fraction]) -> Found:
    """Whether the formula counts the tokens of the network at 224 pixels and of oblong images; HW/P must not."""
    generator = random.Random(2010)
    sides = [tuple(p * side for side in generator.sample(range(1, 30), 2)) for _ in range(IMAGES)]
    with uninitialised():
        patches = Patches(p, 4)
        counted = [(h, w, patches(torch.empty(0, 3, h, w)).shape[1]) for h, w in sides]
        n = tokens(build(), "patches")
    counted.append((224, 224, n))
    right = sum(found == formula(h, w, p) for h, w, found in counted)
    fooled = sum(found == Fraction(h * w, p) for h, w, found in counted)
    sentence = (
        f"{n} patches of 224x224, where the formula gives {formula(224, 224, p)}; it fits {right} of "
        f"{len(counted)} images, most of them oblong, and the control HW/P fits {fooled}"
    )
    return Found(right == len(counted) and fooled == 0, sentence)


def sequence_falls_with_the_square() -> Found:
    """Patches of 14, 16 and 32 pixels: N times P^2 is one number; with the class token it must not be."""
    with uninitialised():
        networks = {14: vit_h_14(), 16: vit_b_16(), 32: vit_b_32()}
        counted = {p: (tokens(net, "patches"), tokens(net, "embedding")) for p, net in networks.items()}
    return falls_with_the_square(counted)


def falls_with_the_square(counted: dict[int, tuple[int, int]]) -> Found:
    """`counted` has, for each side of a patch, the number of patches and the length with the class token."""
    patches = {p: n * p * p for p, (n, _) in counted.items()}
    lengths = {p: n * p * p for p, (_, n) in counted.items()}
    listed = ", ".join(f"{n} for P = {p}" for p, (n, _) in counted.items())
    sentence = (
        f"patches at 224 pixels: {listed}; times P^2 they are {_listed(patches)}; "
        f"with the class token the products would be {_listed(lengths)}"
    )
    return Found(len(set(patches.values())) == 1 and len(set(lengths.values())) > 1, sentence)


def _listed(products: dict[int, int]) -> str:
    return ", ".join(map(str, products.values()))


# -- Table 1 -------------------------------------------------------------------------------------------------


def mlp_is_four_times_as_wide() -> Found:
    """Every block of Base, Large and Huge widens its tokens by 4 in the MLP; in the attention it must not."""
    with uninitialised():
        return widened([vit_b_16(), vit_l_16(), vit_h_14()], "mlp.fc1", 4, control="attention.qkv")


def widened(networks: list[Network], layer: str, times: int, control: str) -> Found:
    """Whether that layer of every block has `times` as many outputs as inputs, and the control layer has not."""
    runs = [trace(net) for net in networks]
    ratios, others = (
        [
            Fraction(node.weight[0], node.weight[1])
            for run in runs
            for node in run.nodes
            if node.path.endswith(f".{name}")
        ]
        for name in (layer, control)
    )
    sentence = (
        f"{len(ratios)} blocks of {len(networks)} networks widen by {_spread(ratios)} in {layer}; "
        f"the control, {control}, by {_spread(others)}"
    )
    holds = bool(ratios) and set(ratios) == {times} and times not in others
    return Found(holds, sentence)


def _spread(ratios: list[Fraction]) -> str:
    return " or ".join(str(ratio) for ratio in sorted(set(ratios))) or "nothing"


class Heads(NamedTuple):
    """Softmax maps that each block makes of an image, and how many of its `width` mixed values one query's value moves."""

    maps: set[int]
    moved: int
    width: int

    def number(self) -> int:
        """The heads, where both ways of counting them agree; 0 where they do not."""
        one = min(self.maps, default=0)
        return one if self.maps == {one} and one * self.moved == self.width else 0


def heads_of_base() -> Found:
    """Each block of Base compares its tokens 12 times over; a block of Large must not."""
    with uninitialised():
        return has_heads(vit_b_16(), "12", control=vit_l_16())


def heads_of_large() -> Found:
    """Each block of Large compares its tokens 16 times over; a block of Base must not."""
    with uninitialised():
        return has_heads(vit_l_16(), "16", control=vit_b_16())


def heads_of_huge() -> Found:
    """Each block of Huge compares its tokens 16 times over; a block of Base must not."""
    with uninitialised():
        return has_heads(vit_h_14(), "16", control=vit_b_16())


def has_heads(net: Network, printed: str, control: Network) -> Found:
    """Whether running a network shows the printed number of heads in all blocks, and running the control does not."""
    found, other = heads(net), heads(control)
    sentence = (
        f"{', '.join(map(str, sorted(found.maps)))} softmax maps in each of the blocks; in the first of them a change of one "
        f"value of the queries moves {found.moved} of {found.width} mixed values, "
        f"1/{Fraction(found.width, found.moved or 1)} of them; the control has {', '.join(map(str, sorted(other.maps)))} maps"
    )
    allowed = parse(printed, "heads")
    holds = allowed.allows(Fraction(found.number())) and not allowed.allows(Fraction(other.number()))
    return Found(holds, sentence, own_word=True)


def heads(net: Network) -> Heads:
    """What running a network tells of its heads."""
    nodes = [node for node in trace(net).nodes if node.op == "softmax"]
    block = net.get_submodule("encoder.0")
    return Heads({math.prod(node.shape[:-2]) for node in nodes}, *_moved(block))


@torch.no_grad()
def _moved(block: nn.Module) -> tuple[int, int]:
    """How many of the values that a block's heads hand on, of how many, depend on the first value of the queries."""
    qkv, project = block.get_submodule("attention.qkv"), block.get_submodule("attention.project")
    bias, weight = qkv.get_parameter("bias"), qkv.get_parameter("weight")
    generator = torch.Generator().manual_seed(11929)
    weight.normal_(0, weight.shape[1] ** -0.5, generator=generator)
    bias.zero_()
    mixed: list[Tensor] = []
    hook = project.register_forward_pre_hook(lambda _, arguments: mixed.append(arguments[0]))
    tokens = torch.randn(1, 4, weight.shape[1], generator=generator)
    for shift in (0.0, 1.0):
        bias[0] = shift
        block.get_submodule("attention")(tokens)
    hook.remove()
    return int((mixed[0] != mixed[1]).any(1).sum()), mixed[0].shape[-1]


# -- Section 3.2: fine-tuning at a higher resolution -----------------------------------------------------------


def finetuned_at_518() -> Found:
    """H/14 takes 518 pixels, positions of 224 pixels included; 512, the size of L/16, it must not take."""
    return takes(vit_h_14, 14, 518, control=512)


def finetuned_at_512() -> Found:
    """L/16 takes 512 pixels, positions of 224 pixels included; 518, the size of H/14, it must not take."""
    return takes(vit_l_16, 16, 512, control=518)


def takes(
    build: Builder, patch: int, resolution: int, control: int, resize: Resize = resized_positions
) -> Found:
    """Whether the network has a whole number of patches at that size and its positions can be interpolated for it.

    Positions that grow linearly with their place in the image must be as linear on the larger grid: that is what
    interpolation by place means. Interpolated along the sequence, as one row, they must not be.
    """
    old, side = 224 // patch, resolution // patch
    with uninitialised():
        n = tokens(build(resolution=resolution), "embedding")
        refused = _refuses(build, control)
    positions = plane(old)
    larger = resize(positions, side)
    error = (larger - plane(side)).abs().max().item() if larger.shape[1] == n else float("inf")
    along = (_along_the_row(positions, side) - plane(side)).abs().max().item()
    sentence = (
        f"{resolution} pixels are {side} patches of {patch} a side, {n} tokens with the class token; positions of a "
        f"{old}x{old} grid go to them linearly, off by {error:.0e} at most ({along:.2g} when interpolated as one "
        f"row); {control} pixels are {'refused' if refused else 'taken too'}"
    )
    fits = n == side**2 + 1 and error < ROUNDING
    return Found(fits and along > ROUNDING and refused, sentence, own_word=True)


def plane(side: int) -> Tensor:
    """Positions of a grid, each a linear function of its place, with one of its own for the class token before them."""
    generator = torch.Generator().manual_seed(11929)
    width = 8
    origin, down, right, first = torch.randn(4, width, dtype=torch.float64, generator=generator)
    place = torch.linspace(0, 1, side, dtype=torch.float64)
    grid = origin + down * place[:, None, None] + right * place[None, :, None]
    return torch.cat((first[None], grid.flatten(0, 1)))[None]


def _along_the_row(positions: Tensor, side: int) -> Tensor:
    row = positions[:, 1:].transpose(1, 2)
    longer = nn.functional.interpolate(row, size=side * side, mode="linear", align_corners=True)
    return torch.cat((positions[:, :1], longer.transpose(1, 2)), 1)


def _refuses(build: Builder, resolution: int) -> bool:
    try:
        build(resolution=resolution)
    except ValueError:
        return True
    return False
