"""Checks of Multi-Scale Context Aggregation by Dilated Convolutions (arXiv 1511.07122): fields, and how modules start."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.dilated import dilated_stack
from cnnclaims.verifiers.networks.dilated_conv import context_module, initialise
from cnnclaims.verifiers.networks.network import Network

LAYERS = 7  # dilations 1 to 64
Dilation = Callable[[int], int]


def doubling(i: int) -> int:
    """The paper's: 2^i for the layer from F_i to F_(i+1)."""
    return int(2**i)


def seen(dilations: Sequence[int]) -> Tensor:
    """Which of the pixels on a line one output of a stack of 3-tap kernels depends on, from the first to the last."""
    line = torch.zeros(1, 1, 1000, dtype=torch.float64, requires_grad=True)
    x: Tensor = line
    for d in dilations:
        x = F.conv1d(x, torch.ones(1, 1, 3, dtype=torch.float64), dilation=d)
    (gradient,) = torch.autograd.grad(x[0, 0, 0], line)
    counts = gradient[0, 0] != 0
    return counts[: int(counts.nonzero().max()) + 1]


# -- Section 2 -------------------------------------------------------------------------------------------------------


def field_doubles() -> Found:
    """An element of F_(i+1) sees 2^(i+2) - 1 pixels a side when dilations double; with dilation 1 it does not."""
    return fields_agree(lambda i: 2 ** (i + 2) - 1, doubling, control=lambda i: 1)


def fields_agree(formula: Callable[[int], int], dilation: Dilation, control: Dilation) -> Found:
    """Whether the formula gives the field after each layer, and with the control's dilations only after the first."""

    def fields(rule: Dilation) -> list[int]:
        return [len(seen([rule(j) for j in range(i + 1)])) for i in range(LAYERS)]

    expected = [formula(i) for i in range(LAYERS)]
    found, others = fields(dilation), fields(control)
    holds = found == expected and others[1:] != expected[1:]
    return Found(
        holds,
        f"fields after 1 to {LAYERS} layers, by gradients: {found}; with the control's dilations {others}",
    )


def no_holes() -> Found:
    """Every pixel of the field counts when dilations double; with dilations of powers of four some do not."""
    return covers(doubling, control=lambda i: 4**i)


def covers(dilation: Dilation, control: Dilation, layers: int = 5) -> Found:
    """Whether no pixel is left out for any number of layers, and some are with the control's dilations."""

    def left_out(rule: Dilation) -> int:
        return sum(int((~seen([rule(j) for j in range(i + 1)])).sum()) for i in range(layers))

    missed, others = left_out(dilation), left_out(control)
    sentence = f"after 1 to {layers} layers {missed} pixels of the fields are left out; with the control's dilations {others}"
    return Found(missed == 0 and others > 0, sentence)


def parameters_stay() -> Found:
    """Every layer of a dilated stack has the same 9 weights a pair of channels; one kernel as wide as the field has not."""
    stack = dilated_stack(channels=4, layers=5, size=16)
    return layers_are_alike(stack, [len(seen([doubling(j) for j in range(i + 1)])) for i in range(5)])


def layers_are_alike(stack: Network, fields: Sequence[int]) -> Found:
    """Whether all layers have 9 weights a pair of channels, while single kernels of the fields' sides have more and more."""
    convs = [layer for layer in stack.modules() if isinstance(layer, nn.Conv2d)]
    each = [layer.weight.numel() // (layer.in_channels * layer.out_channels) for layer in convs]
    dense = [side**2 for side in fields]
    sentence = (
        f"weights a pair of channels in each layer: {each}, {sum(each)} together; single kernels that see as much "
        f"would have {dense}"
    )
    return Found(set(each) == {9} and len(set(dense)) == len(dense) and dense[-1] > sum(each), sentence)


# -- Section 3 -------------------------------------------------------------------------------------------------------


def basic_starts_as_identity() -> Found:
    """The basic module, as it is initialised, puts out its input where that is not negative; at random it does not."""
    return passes_on("basic")


def large_starts_as_identity() -> Found:
    """The large module, as it is initialised, puts out its input where that is not negative; at random it does not."""
    return passes_on("large")


def passes_on(form: Literal["basic", "large"], start: Callable[[Network], Network] = initialise) -> Found:
    """Whether the module's output is its input cut off at zero, and weights of the same spread give something else."""
    generator = torch.Generator().manual_seed(1511)
    net = start(context_module(classes=3, form=form).double())
    x = torch.empty(2, 3, 16, 16, dtype=torch.float64).normal_(generator=generator)
    off = (net(x) - x.relu()).abs().max().item()
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.data.normal_(std=layer.weight.std().item(), generator=generator)
    other = (net(x) - x.relu()).abs().max().item()
    sentence = (
        f"the output is the input, negative values cut off, to {off:.0e}; with random weights of the same spread it "
        f"is off by {other:.2g}"
    )
    return Found(off < 1e-12 and other > 1e-2, sentence)
