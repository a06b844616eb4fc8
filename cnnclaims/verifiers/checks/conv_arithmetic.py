"""Checks of A guide to convolution arithmetic for deep learning (arXiv 1603.07285): relationships 1 to 15 and figures.

Letters are the guide's: i the input's side, k the kernel, s the stride, p the zeros on each side, d the dilation, o the
output's side; a prime marks the transposed convolution. A relationship is held against random layers within its
conditions, where it must always be right, and against others, where it must not always be.
"""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found

EXACT = 1e-12  # relative: float64 adds the same products in another order
SEED = 1603
LAYERS = 200
FEW = 40  # where values are computed too


class Layer(NamedTuple):
    """One layer in the guide's letters."""

    i: int
    k: int
    s: int
    p: int
    d: int = 1

    @property
    def remainder(self) -> int:
        """What is left over at the end of the input: the guide's a."""
        return (self.i + 2 * self.p - self.k) % self.s


Rule = Callable[[Layer], int]
Condition = Callable[[Layer], bool]


def layers(condition: Condition, dilated: bool = False, number: int = LAYERS) -> list[Layer]:
    """Random layers that meet a condition; the kernel has room on the padded input."""
    generator = random.Random(SEED)
    found: list[Layer] = []
    while len(found) < number:
        i, k, s = generator.randint(1, 14), generator.randint(1, 6), generator.randint(1, 4)
        layer = Layer(i, k, s, generator.randint(0, 5), generator.randint(1, 3) if dilated else 1)
        if condition(layer) and layer.d * (k - 1) < i + 2 * layer.p:
            found.append(layer)
    return found


# -- relationships 1 to 7 and 15: convolution and pooling --------------------------------------------------------


def places(layer: Layer) -> int:
    """How often the kernel's first tap can be put down so that all taps lie on the padded input, counted one by one."""
    taps = [tap * layer.d for tap in range(layer.k)]
    side = layer.i + 2 * layer.p
    return sum(all(start + tap < side for tap in taps) for start in range(0, side, layer.s))


def convolved(layer: Layer) -> int:
    """The side that torch's convolution puts out, for a batch of no images."""
    image, kernel = torch.zeros(0, 1, layer.i, layer.i), torch.zeros(1, 1, layer.k, layer.k)
    return F.conv2d(image, kernel, stride=layer.s, padding=layer.p, dilation=layer.d).shape[-1]


def sizes_agree(
    rule: Rule,
    inside: Sequence[Layer],
    outside: Sequence[Layer],
    sizes: Sequence[Rule] = (places, convolved),
    control: Rule | None = None,
) -> Found:
    """Whether the rule is right for all layers inside, and the control (the same rule) is not for all outside."""
    right = sum(all(size(layer) == rule(layer) for size in sizes) for layer in inside)
    others = sum(all(size(layer) == (control or rule)(layer) for size in sizes) for layer in outside)
    sentence = (
        f"right for {right} of {len(inside)} random layers within its conditions, by torch's layers and by counting "
        f"the places of the kernel one by one; {'as control, ' if control is None else 'the control, '}"
        f"{'outside of its conditions' if control is None else 'another rule'}, for {others} of {len(outside)}"
    )
    return Found(right == len(inside) and others < len(outside), sentence)


def relationship_1() -> Found:
    """No padding, stride 1: o = (i - k) + 1; not so with padding."""
    return sizes_agree(
        lambda x: (x.i - x.k) + 1,
        layers(lambda x: x.s == 1 and x.p == 0),
        layers(lambda x: x.s == 1 and x.p > 0),
    )


def relationship_2() -> Found:
    """Stride 1: o = (i - k) + 2p + 1; not so with a stride."""
    return sizes_agree(
        lambda x: (x.i - x.k) + 2 * x.p + 1,
        layers(lambda x: x.s == 1),
        layers(lambda x: x.s > 1),
    )


def relationship_3() -> Found:
    """Stride 1, k odd, p = k // 2: o = i; not so with an even k."""
    return sizes_agree(
        lambda x: x.i,
        layers(lambda x: x.s == 1 and x.k % 2 == 1 and x.p == x.k // 2),
        layers(lambda x: x.s == 1 and x.k % 2 == 0 and x.p == x.k // 2),
    )


def relationship_4() -> Found:
    """Stride 1, p = k - 1: o = i + (k - 1); not so with other padding."""
    return sizes_agree(
        lambda x: x.i + (x.k - 1),
        layers(lambda x: x.s == 1 and x.p == x.k - 1),
        layers(lambda x: x.s == 1 and x.p != x.k - 1),
    )


def relationship_5() -> Found:
    """No padding: o = floor((i - k) / s) + 1; not so with padding."""
    return sizes_agree(
        lambda x: (x.i - x.k) // x.s + 1,
        layers(lambda x: x.p == 0),
        layers(lambda x: x.p > 0),
    )


def relationship_6() -> Found:
    """Without dilation: o = floor((i + 2p - k) / s) + 1; not so with it."""
    return sizes_agree(
        lambda x: (x.i + 2 * x.p - x.k) // x.s + 1,
        layers(lambda x: True),
        layers(lambda x: x.d > 1, dilated=True),
    )


def pooled_by(pool: Callable[[Tensor, Layer], Tensor]) -> Rule:
    """The side that a pooling puts out, for a batch of no images."""
    return lambda layer: pool(torch.zeros(0, 1, layer.i, layer.i), layer).shape[-1]


POOLINGS: tuple[Rule, ...] = (
    pooled_by(lambda x, layer: F.max_pool2d(x, layer.k, layer.s, padding=layer.p)),
    pooled_by(lambda x, layer: F.avg_pool2d(x, layer.k, layer.s, padding=layer.p)),
    pooled_by(lambda x, layer: F.lp_pool2d(F.pad(x, (layer.p,) * 4), 2, layer.k, layer.s)),
)


def relationship_7() -> Found:
    """Max, average and L2 pooling without padding: o = floor((i - k) / s) + 1; not so with padding."""
    return sizes_agree(
        lambda x: (x.i - x.k) // x.s + 1,
        layers(lambda x: x.p == 0),
        layers(lambda x: 0 < x.p <= x.k // 2),
        sizes=(places, *POOLINGS),
    )


def relationship_15() -> Found:
    """With dilation: o = floor((i + 2p - k - (k - 1)(d - 1)) / s) + 1; the control is relationship 6 at d > 1."""
    return sizes_agree(
        lambda x: (x.i + 2 * x.p - x.k - (x.k - 1) * (x.d - 1)) // x.s + 1,
        layers(lambda x: True, dilated=True),
        layers(lambda x: x.d > 1, dilated=True),
        control=lambda x: (x.i + 2 * x.p - x.k) // x.s + 1,
    )


def equal_sizes() -> Found:
    """Where (i + 2p - k) is a multiple of s, inputs of i to i + s - 1 give one output size, and i + s another."""
    return sizes_stay(layers(lambda x: x.s > 1 and x.remainder == 0, number=FEW), range)


def sizes_stay(found: Sequence[Layer], added: Callable[[int], Sequence[int]]) -> Found:
    """Whether the size stays for all that is added, and the stride itself changes it."""

    def size(layer: Layer, a: int) -> int:
        return convolved(layer._replace(i=layer.i + a))

    same = sum({size(x, a) for a in added(x.s)} == {size(x, 0)} for x in found)
    next_size = sum(size(x, x.s) == size(x, 0) + 1 for x in found)
    sentence = (
        f"the output keeps its size for every a below s in {same} of {len(found)} random layers with s > 1, "
        f"and at a = s has one more pixel a side in {next_size}"
    )
    return Found(same == next_size == len(found), sentence)


def effective_size() -> Found:
    """The taps of a dilated kernel lie within k + (k - 1)(d - 1) pixels a side, no fewer; not k d."""
    return reaches_agree(lambda k, d: k + (k - 1) * (d - 1), lambda k, d: k * d)


def reaches_agree(rule: Callable[[int, int], int], control: Callable[[int, int], int]) -> Found:
    """Whether the rule is what one output depends on, for k of 1 to 7 and d of 1 to 5, and the control is not."""
    cases = [(k, d) for k in range(1, 8) for d in range(1, 6)]
    right = sum(reach(k, d) == rule(k, d) for k, d in cases)
    others = sum(reach(k, d) == control(k, d) for k, d in cases)
    sentence = (
        f"the pixels that one output depends on span what the formula says for {right} of {len(cases)} pairs of "
        f"k and d; k d, the control, for {others}"
    )
    return Found(right == len(cases) and others < len(cases), sentence)


def reach(k: int, d: int) -> int:
    """Side of the square of pixels that an output of a dilated kernel of ones has a gradient by."""
    image = torch.zeros(1, 1, 32, 32)
    kernel = torch.ones(1, 1, k, k)
    output = F.conv2d(image.requires_grad_(), kernel, dilation=d)
    (seen,) = torch.autograd.grad(output[0, 0, 0, 0], image)
    rows = seen[0, 0].any(1).nonzero().flatten()
    return int(rows.max() - rows.min() + 1)


# -- figures -------------------------------------------------------------------------------------------------------

INPUT = ((3, 3, 2, 1, 0), (0, 0, 1, 3, 1), (3, 1, 2, 2, 3), (2, 0, 0, 2, 2), (2, 0, 0, 0, 1))
KERNEL = ((0, 1, 2), (2, 2, 0), (0, 1, 2))
FIGURE_1_1 = ((12, 12, 17), (10, 17, 19), (9, 6, 14))
FIGURE_1_2 = ((6, 17, 3), (8, 17, 13), (6, 4, 4))
FIGURE_1_5 = ((1.7, 1.7, 1.7), (1.0, 1.2, 1.8), (1.1, 0.8, 1.3))
FIGURE_1_6 = ((3, 3, 3), (3, 3, 3), (3, 2, 3))

Grid = Sequence[Sequence[float]]


def as_map(values: Grid) -> Tensor:
    """A grid of numbers as a map of one channel."""
    return torch.tensor(values, dtype=torch.float64)[None, None]


TURNED = as_map(KERNEL).flip(-1, -2)  # as a convolution of signal processing would have it


def figure_1_1() -> Found:
    """The nine values of a 3x3 kernel on a 5x5 map."""
    return values_agree(FIGURE_1_1, F.conv2d(as_map(INPUT), as_map(KERNEL)), F.conv2d(as_map(INPUT), TURNED))


def figure_1_2() -> Found:
    """The nine values of the same kernel at stride 2 with a border of one zero."""
    image = F.pad(as_map(INPUT), (1, 1, 1, 1))
    found, control = (F.conv2d(image, kernel, stride=2) for kernel in (as_map(KERNEL), TURNED))
    return values_agree(FIGURE_1_2, found, control)


def figure_1_5() -> Found:
    """The nine averages of 3x3 windows, to one decimal; the control is the maximum."""
    image = as_map(INPUT)
    return values_agree(FIGURE_1_5, F.avg_pool2d(image, 3, 1), F.max_pool2d(image, 3, 1), step=0.1)


def figure_1_6() -> Found:
    """The nine maxima of 3x3 windows; the control is the average."""
    image = as_map(INPUT)
    return values_agree(FIGURE_1_6, F.max_pool2d(image, 3, 1), F.avg_pool2d(image, 3, 1))


def values_agree(printed: Grid, found: Tensor, control: Tensor, step: float = 0.0) -> Found:
    """Whether all values are the printed ones, to half a `step` of the last digit, and the control's are not."""
    right, others = (
        int(((values - as_map(printed)).abs() <= step / 2 + EXACT).sum()) for values in (found, control)
    )
    sentence = f"{right} of {found.numel()} values are the printed ones; of the control's, {others}"
    return Found(right == found.numel() and others < found.numel(), sentence)
