"""What layers and blocks cost by formula, against random ones built and counted.

Letters: k the kernel, c_in and c_out channels, g groups, h the side of the output. Multiply-adds are those of the forward
pass, zeros of the padding included.
"""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import nn

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
    """Multiply-adds of one image, as a trace counts them."""
    return macs(trace(net))


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
