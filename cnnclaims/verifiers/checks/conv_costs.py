"""What layers and blocks cost by formula, against random ones built and counted.

Letters: k the kernel, c_in and c_out channels, g groups, h the side of the output. Multiply-adds are counted twice, by
our trace of the forward pass and by torch's counter of dispatched operations, zeros of the padding included.
"""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv, depthwise, depthwise_separable, pointwise
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

LAYERS = 30
SEED = 2016


class Layer(NamedTuple):
    """One random layer: g divides both channels, `t` is a rank, a factor or a number of middle channels."""

    k: int
    c_in: int
    c_out: int
    g: int
    size: int
    t: int

    @property
    def h(self) -> int:
        """The side of the output; padding keeps the size."""
        return self.size


def random_layers() -> list[Layer]:
    """Layers with two or more groups and unequal channels."""
    generator = random.Random(SEED)
    found = []
    for _ in range(LAYERS):
        g = generator.randint(2, 4)
        c_in, c_out = (2 * g * value for value in generator.sample(range(1, 7), 2))
        k, size, t = generator.choice((3, 5, 7)), generator.randint(7, 15), generator.randint(2, 6)
        found.append(Layer(k, c_in, c_out, g, size, t))
    return found


Formula = Callable[[Layer], Fraction | int]
Builder = Callable[[Layer], Network]


def parameters(net: Network) -> int:
    """Trainable numbers, as torch lists them."""
    return sum(parameter.numel() for parameter in net.parameters())


def multiply_adds(net: Network) -> int:
    """Multiply-adds of one image; the two counts must agree."""
    traced = macs(trace(net))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net.to("meta")(torch.empty(1, *net.input_shape, device="meta"))
    assert counter.get_total_flops() == 2 * traced
    return traced


def counts_agree(
    what: str, count: Callable[[Network], int], build: Builder, formula: Formula, control: tuple[str, Formula]
) -> Found:
    """Whether the formula is what is counted on every random layer, and the control is on none."""
    layers = random_layers()
    with uninitialised():
        counted = [count(build(layer)) for layer in layers]
    right, others = (
        sum(rule(layer) == number for layer, number in zip(layers, counted, strict=True))
        for rule in (formula, control[1])
    )
    sentence = (
        f"the formula is what is counted on {right} of {len(layers)} random layers, of {min(counted):,} to "
        f"{max(counted):,} {what}; the control, {control[0]}, on {others}"
    )
    return Found(right == len(layers) and others == 0, sentence)


# -- single layers ---------------------------------------------------------------------------------------------------


def standard(x: Layer) -> Network:
    """A k x k convolution with bias."""
    return conv(x.c_in, x.c_out, x.k, x.size, bias=True)


def grouped(x: Layer) -> Network:
    """A k x k convolution in g groups."""
    return conv(x.c_in, x.c_out, x.k, x.size, groups=x.g)


def standard_parameters() -> Found:
    """k^2 c_in c_out weights and c_out biases; not so without the biases."""
    return counts_agree(
        "parameters",
        parameters,
        standard,
        lambda x: x.k**2 * x.c_in * x.c_out + x.c_out,
        ("without biases", lambda x: x.k**2 * x.c_in * x.c_out),
    )


def standard_multiply_adds() -> Found:
    """k^2 c_in c_out h^2; not so on a map without padding."""
    return counts_agree(
        "multiply-adds",
        multiply_adds,
        standard,
        lambda x: x.k**2 * x.c_in * x.c_out * x.h**2,
        (
            "places where the whole kernel lies on the map",
            lambda x: x.k**2 * x.c_in * x.c_out * (x.h - x.k + 1) ** 2,
        ),
    )


def depthwise_parameters() -> Found:
    """k^2 c weights; not k^2 c^2."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: depthwise(x.c_in, x.k, x.size),
        lambda x: x.k**2 * x.c_in,
        ("a full convolution", lambda x: x.k**2 * x.c_in**2),
    )


def depthwise_multiply_adds() -> Found:
    """k^2 c h^2; not k^2 c^2 h^2."""
    return counts_agree(
        "multiply-adds",
        multiply_adds,
        lambda x: depthwise(x.c_in, x.k, x.size),
        lambda x: x.k**2 * x.c_in * x.h**2,
        ("a full convolution", lambda x: x.k**2 * x.c_in**2 * x.h**2),
    )


def pointwise_parameters() -> Found:
    """c_in c_out weights; not 9 times as many."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: pointwise(x.c_in, x.c_out, x.size),
        lambda x: x.c_in * x.c_out,
        ("a 3x3", lambda x: 9 * x.c_in * x.c_out),
    )


def grouped_parameters() -> Found:
    """k^2 c_in c_out / g weights; not k^2 c_in c_out / g^2."""
    return counts_agree(
        "weights",
        parameters,
        grouped,
        lambda x: Fraction(x.k**2 * x.c_in * x.c_out, x.g),
        ("one group alone", lambda x: Fraction(x.k**2 * x.c_in * x.c_out, x.g**2)),
    )


def grouped_multiply_adds() -> Found:
    """k^2 c_in c_out h^2 / g; not a g-th of that."""
    return counts_agree(
        "multiply-adds",
        multiply_adds,
        grouped,
        lambda x: Fraction(x.k**2 * x.c_in * x.c_out * x.h**2, x.g),
        ("one group alone", lambda x: Fraction(x.k**2 * x.c_in * x.c_out * x.h**2, x.g**2)),
    )


def normalisation_parameters() -> Found:
    """Batch normalisation learns 2 c numbers and keeps as many; not one a channel."""
    found = counts_agree(
        "parameters",
        parameters,
        lambda x: Network({"bn": nn.BatchNorm2d(x.c_in)}, (x.c_in, x.size, x.size)),
        lambda x: 2 * x.c_in,
        ("one a channel", lambda x: x.c_in),
    )
    return kept_beside(found, nn.BatchNorm2d)


def kept_beside(found: Found, build: Callable[[int], nn.Module]) -> Found:
    """Whether 2 c numbers are kept that are not learnt: the running mean and variance."""
    kept = [sum(x.numel() for x in build(c).buffers() if x.is_floating_point()) for c in (3, 64)]
    return Found(
        found.holds and kept == [6, 128],
        f"{found.found}; beside them 3 channels keep {kept[0]} numbers that are not learnt, and 64 keep {kept[1]}",
    )


# -- blocks ----------------------------------------------------------------------------------------------------------


def chain(x: Layer, *layers: nn.Module) -> Network:
    """Layers in a row on a map of c_in channels."""
    stages = {f"layer{number}": layer for number, layer in enumerate(layers, 1)}
    return Network(stages, (x.c_in, x.size, x.size))


def _conv(c_in: int, c_out: int, k: int | tuple[int, int], groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, k, padding="same", groups=groups, bias=False)


def spatially_separable_parameters() -> Found:
    """k x 1 and 1 x k with t channels between: k t (c_in + c_out); not k^2 t times that."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(x, _conv(x.c_in, x.t, (x.k, 1)), _conv(x.t, x.c_out, (1, x.k))),
        lambda x: x.k * x.t * (x.c_in + x.c_out),
        ("two square ones", lambda x: x.k**2 * x.t * (x.c_in + x.c_out)),
    )


def bottleneck_parameters() -> Found:
    """1x1 to b, k x k, 1x1 back: 2 a b + k^2 b^2; not two k x k of a channels."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(x, _conv(x.c_in, x.t, 1), _conv(x.t, x.t, x.k), _conv(x.t, x.c_in, 1)),
        lambda x: 2 * x.c_in * x.t + x.k**2 * x.t**2,
        ("two square ones at full width", lambda x: 2 * x.k**2 * x.c_in**2),
    )


def inverted_parameters() -> Found:
    """1x1 to t d, k x k depthwise, 1x1 to d2: d t d + k^2 t d + t d d2; not with a full k x k."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(
            x,
            _conv(x.c_in, x.t * x.c_in, 1),
            _conv(x.t * x.c_in, x.t * x.c_in, x.k, groups=x.t * x.c_in),
            _conv(x.t * x.c_in, x.c_out, 1),
        ),
        lambda x: x.t * x.c_in**2 + x.k**2 * x.t * x.c_in + x.t * x.c_in * x.c_out,
        ("a full k x k", lambda x: x.t * x.c_in**2 + (x.k * x.t * x.c_in) ** 2 + x.t * x.c_in * x.c_out),
    )


def excitation_parameters() -> Found:
    """Squeeze and excitation by r, here g: 2 c^2 / r weights; not one layer alone."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(
            x._replace(c_in=x.c_out),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(x.c_out, x.c_out // x.g, bias=False),
            nn.Linear(x.c_out // x.g, x.c_out, bias=False),
        ),
        lambda x: Fraction(2 * x.c_out**2, x.g),
        ("one layer of c^2 / r", lambda x: Fraction(x.c_out**2, x.g)),
    )


def low_rank_parameters() -> Found:
    """Two factors of rank t have t (m + n) weights, fewer than m n where t < m n / (m + n), and only there."""
    found = counts_agree(
        "weights",
        parameters,
        lambda x: Network(
            {"v": nn.Linear(x.c_in, x.t, bias=False), "u": nn.Linear(x.t, x.c_out, bias=False)},
            (x.c_in, 1, 1),
        ),
        lambda x: x.t * (x.c_in + x.c_out),
        ("t whole matrices", lambda x: x.t * x.c_in * x.c_out),
    )
    return pays_below(found, lambda m, n: Fraction(m * n, m + n))


def pays_below(found: Found, limit: Callable[[int, int], Fraction]) -> Found:
    """Whether the factors are smaller than the matrix exactly below the limit, for all m, n to 12 and t to 24."""
    cases = [(m, n, t) for m in range(1, 13) for n in range(1, 13) for t in range(1, 25)]
    right = sum((t * (m + n) < m * n) == (t < limit(m, n)) for m, n, t in cases)
    smaller = sum(t * (m + n) < m * n for m, n, t in cases)
    sentence = (
        f"{found.found}; in {right} of {len(cases)} cases the factors are smaller exactly below the limit, in "
        f"{smaller} they are smaller"
    )
    return Found(found.holds and right == len(cases) and 0 < smaller < len(cases), sentence)


# -- ratios ----------------------------------------------------------------------------------------------------------


def separable_ratio() -> Found:
    """Depthwise and pointwise against standard: 1 / c_out + 1 / k^2 of the multiply-adds; not 1 / c_in + 1 / k^2."""
    return ratios_agree(
        lambda x: Fraction(1, x.c_out) + Fraction(1, x.k**2),
        lambda x: Fraction(1, x.c_in) + Fraction(1, x.k**2),
    )


def ratios_agree(formula: Callable[[Layer], Fraction], control: Callable[[Layer], Fraction]) -> Found:
    """Whether the formula is the ratio of the counted multiply-adds on every random layer, and the control on none."""
    layers = random_layers()
    with uninitialised():
        ratios = [
            Fraction(
                multiply_adds(depthwise_separable(x.c_in, x.c_out, x.k, x.size)),
                multiply_adds(conv(x.c_in, x.c_out, x.k, x.size)),
            )
            for x in layers
        ]
    right, others = (
        sum(rule(x) == ratio for x, ratio in zip(layers, ratios, strict=True)) for rule in (formula, control)
    )
    sentence = (
        f"the formula is the counted ratio, {float(min(ratios)):.3f} to {float(max(ratios)):.3f}, on {right} of "
        f"{len(layers)} random layers; with c_in for c_out it is on {others}"
    )
    return Found(right == len(layers) and others == 0, sentence)


def separable_3x3_saves() -> Found:
    """From 72 output channels on a separable 3x3 saves 8 times or more, and never 9; below 72 not even 8."""
    return saves_from(72)


def saves_from(first: int) -> Found:
    """Whether built layers save between 8 and 9 times from `first` output channels on, and less with one fewer."""
    tried = (first - 1, first, 2 * first, 512, 2048)
    with uninitialised():
        saved = [
            Fraction(multiply_adds(conv(8, c_out, 3, 7)), multiply_adds(depthwise_separable(8, c_out, 3, 7)))
            for c_out in tried
        ]
    said = ", ".join(f"{float(times):.3f} at {c_out}" for c_out, times in zip(tried, saved, strict=True))
    return Found(saved[0] < 8 <= min(saved[1:]) and max(saved) < 9, f"times saved by output channels: {said}")


# -- receptive fields ------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """One layer of a chain: kernel, stride, dilation."""

    k: int
    s: int
    d: int


def receptive_field_rule() -> Found:
    """r grows by (k_eff - 1) j and j by the stride, layer by layer; not so with j left at 1."""
    return fields_agree(lambda j, s: j * s, lambda j, s: 1)


def fields_agree(jump: Callable[[int, int], int], control: Callable[[int, int], int]) -> Found:
    """Whether the rule gives the pixels that one output depends on, for random chains, and the control does not."""
    generator = random.Random(SEED)
    chains = [
        [
            Step(generator.randint(1, 4), generator.randint(1, 3), generator.randint(1, 3))
            for _ in range(generator.randint(2, 4))
        ]
        for _ in range(LAYERS)
    ]
    seen = [field_by_gradient(steps) for steps in chains]
    right, others = (
        sum(field_by_rule(steps, rule) == side for steps, side in zip(chains, seen, strict=True))
        for rule in (jump, control)
    )
    sentence = (
        f"the rule gives the pixels that an output depends on, {min(seen)} to {max(seen)} a side, for {right} of "
        f"{len(chains)} random chains of 2 to 4 layers; with the jump left at 1 for {others}"
    )
    return Found(right == len(chains) and others < len(chains), sentence)


def field_by_rule(steps: Sequence[Step], jump: Callable[[int, int], int]) -> int:
    """The two running numbers: r and j."""
    r = j = 1
    for k, s, d in steps:
        r += (k - 1) * d * j
        j = jump(j, s)
    return r


def field_by_gradient(steps: Sequence[Step]) -> int:
    """First to last pixel by which the first output of the chain has a gradient, all weights being positive."""
    line = torch.zeros(1, 1, 500, requires_grad=True)
    x = line
    for k, s, d in steps:
        x = nn.functional.conv1d(x, torch.ones(1, 1, k), stride=s, dilation=d)
    (gradient,) = torch.autograd.grad(x[0, 0, 0], line)
    places = gradient[0, 0].nonzero().flatten()
    return int(places.max() - places.min() + 1)


# -- memory ----------------------------------------------------------------------------------------------------------


def four_bytes() -> Found:
    """P parameters in 32-bit floats take 4 P bytes; in 64-bit floats they do not."""
    return bytes_agree(torch.float32, torch.float64)


def bytes_agree(kind: torch.dtype, control: torch.dtype) -> Found:
    """Whether storage has 4 bytes a parameter on every random layer, and in the control's format on none."""
    with uninitialised():
        nets = [standard(layer) for layer in random_layers()]
    right, others = (
        sum(
            sum(p.untyped_storage().nbytes() for p in net.to(dtype).parameters()) == 4 * parameters(net)
            for net in nets
        )
        for dtype in (kind, control)
    )
    sentence = (
        f"4 bytes a parameter in {right} of {len(nets)} random layers at {kind}, at {control} in {others}"
    )
    return Found(right == len(nets) and others == 0, sentence)
