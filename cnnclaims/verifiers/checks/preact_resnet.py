"""Checks of Identity Mappings in Deep Residual Networks (arXiv 1603.05027): its equations on random units, its counts.

Letters are the paper's: x_l enters unit l, F is what its residual branch makes of it, L is a deeper unit.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.checks.resnet import CifarRun, additions, costs_similar, weighted_layers
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.preact_resnet import PreActivationUnit, basic, bottleneck, preact_resnet
from cnnclaims.verifiers.networks.resnet import BottleneckBlock
from cnnclaims.verifiers.trace import trace, uninitialised

EXACT = 1e-12  # relative: what float64 leaves of an identity after some ten units
UNITS = 8
CHANNELS, WIDTH, SIDE = 32, 8, 6
LAMBDA, LAMBDA_UNITS = 0.5, 54  # Section 3.1: the scale tried in ResNet-110, which has 54 units
DEPTH_N = (2, 11, 18, 111)  # 18 and 111 are the paper's


# -- Equations 4, 5 and 8 --------------------------------------------------------------------------------------


class Run(NamedTuple):
    """States x_0 to x_L of a stack, and the residuals F_0 to F_(L-1)."""

    states: list[Tensor]
    residuals: list[Tensor]


class Scaled(nn.Module):
    """A shortcut that multiplies by lambda."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Lambda times the input."""
        return x * self.factor


def unit(factor: float = 1.0) -> PreActivationUnit:
    """A pre-activation bottleneck unit, its shortcut scaled."""
    made = bottleneck(CHANNELS, WIDTH, 1)
    made.shortcut = nn.Identity() if factor == 1 else Scaled(factor)
    return made


def original_unit() -> BottleneckBlock:
    """The first paper's unit, with a ReLU behind the addition."""
    return BottleneckBlock(CHANNELS, WIDTH, CHANNELS, 1, "A", "1x1")


def stack(make: Callable[..., nn.Module], factors: Sequence[float] = ()) -> nn.Sequential:
    """Units with random weights and statistics, in float64."""
    generator = torch.Generator().manual_seed(1603)
    units = [make(factor) for factor in factors] or [make() for _ in range(UNITS)]
    net = nn.Sequential(*units).double().eval()
    for tensor in (*net.parameters(), *(buffer for buffer in net.buffers() if buffer.is_floating_point())):
        tensor.data.uniform_(0.1, 0.5, generator=generator)
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.data.normal_(0, 0.2, generator=generator)
    return net


def run(net: nn.Sequential) -> Run:
    """One forward pass on a random x_0, read where the units add."""
    x = torch.empty(2, CHANNELS, SIDE, SIDE, dtype=torch.float64)
    x.normal_(generator=torch.Generator().manual_seed(1604)).requires_grad_()
    states, residuals = [x], []
    for part in net:
        added: list[Tensor] = []
        handle = part.add.register_forward_pre_hook(lambda _, inputs, kept=added: kept.extend(inputs))  # type: ignore[union-attr]
        states.append(part(states[-1]))
        handle.remove()
        residuals.append(added[0])
    return Run(states, residuals)


def sum_error(seen: Run) -> float:
    """The largest |x_L - x_l - sum of F_l to F_(L-1)| over all l < L, relative to the largest |x_L|."""
    worst = 0.0
    for start, first in enumerate(seen.states[:-1]):
        total = torch.zeros_like(first)
        for x, residual in zip(seen.states[start + 1 :], seen.residuals[start:], strict=True):
            total = total + residual
            worst = max(worst, ((x - first - total).abs().max() / x.abs().max()).item())
    return worst


def gradient_error(seen: Run, factors: Sequence[float], product: bool = True) -> float:
    """How far the gradient at x_l is from v times the product of lambdas, plus what comes through the residuals.

    v is the gradient at x_L. `product=False` leaves v undiminished, whatever the lambdas.
    """
    v = torch.empty_like(seen.states[-1]).normal_(generator=torch.Generator().manual_seed(1605))
    worst = 0.0
    for start in range(len(factors)):
        x = seen.states[start]
        behind = [math.prod(factors[i + 1 :]) for i in range(start, len(factors))]
        terms = zip(seen.residuals[start:], behind, strict=True)
        through = torch.stack([(v * residual).sum() * factor for residual, factor in terms]).sum()
        (whole,) = torch.autograd.grad((v * seen.states[-1]).sum(), x, retain_graph=True)
        (indirect,) = torch.autograd.grad(through, x, retain_graph=True)
        direct = v * math.prod(factors[start:]) if product else v
        worst = max(worst, ((whole - direct - indirect).abs().max() / whole.abs().max()).item())
    return worst


def _to(error: float) -> str:
    return f"to {error:.0e} of its size" if error else "exactly"


def identity_sum() -> Found:
    """x_L is x_l plus the residuals between; not so with a ReLU behind the additions."""
    return sums_up(run(stack(unit)), run(stack(original_unit)))


def sums_up(seen: Run, control: Run) -> Found:
    """Whether states are sums of residuals, and the control's are not."""
    error, other = sum_error(seen), sum_error(control)
    sentence = (
        f"over all pairs of {len(seen.residuals)} units x_L is x_l plus the residuals between, "
        f"{_to(error)}; with a ReLU behind every addition it is off by {other:.2f} of it"
    )
    return Found(error < EXACT and other > 1e-3, sentence)


def gradient_is_additive() -> Found:
    """The gradient at x_l is that at x_L plus a term; not so with a ReLU behind the additions."""
    return gradients_add(run(stack(unit)), run(stack(original_unit)))


def gradients_add(seen: Run, control: Run) -> Found:
    """Whether gradients pass undiminished beside the residuals, and the control's do not."""
    error, other = (gradient_error(one, [1.0] * len(one.residuals)) for one in (seen, control))
    sentence = (
        f"at each of {len(seen.residuals)} units the gradient is that at the end plus what comes through the "
        f"residual branches, {_to(error)}; with a ReLU behind every addition it is off by {other:.2f} of it"
    )
    return Found(error < EXACT and other > 1e-3, sentence)


def scaled_shortcuts() -> Found:
    """Shortcuts scaled by lambda multiply the direct gradient by the product of the lambdas."""
    generator = torch.Generator().manual_seed(1606)
    factors = [round(0.4 + torch.rand((), generator=generator).item(), 3) for _ in range(UNITS)]
    return lambdas_multiply(stack(unit, factors), factors, surviving(unit))


def lambdas_multiply(net: nn.Sequential, factors: Sequence[float], share: float) -> Found:
    """Whether the direct gradient is the product of these lambdas; without the product it must not fit."""
    seen = run(net)
    error = gradient_error(seen, factors)
    other = gradient_error(seen, factors, product=False)
    expected = LAMBDA**LAMBDA_UNITS
    sentence = (
        f"with lambdas of {', '.join(map(str, factors))} the gradient is theirs times the one at the end plus "
        f"what comes through the branches, {_to(error)}, and off by {other:.2f} of it without the "
        f"product; {LAMBDA_UNITS} shortcuts of {LAMBDA} without branches leave {share:.1e} of it"
    )
    return Found(error < EXACT and other > 1e-3 and share == expected, sentence)


def surviving(make: Callable[..., PreActivationUnit], factor: float = LAMBDA) -> float:
    """The share of the gradient that 54 scaled shortcuts leave where the branches put out zeros."""
    net = stack(make, [factor] * LAMBDA_UNITS)
    for part in net:
        nn.init.zeros_(part.residual.conv3.weight)  # type: ignore[union-attr, arg-type]
    x = torch.ones(1, CHANNELS, SIDE, SIDE, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(net(x).sum(), x)
    return gradient.max().item()


# -- counts ----------------------------------------------------------------------------------------------------


def counted(n: int, net: Network) -> CifarRun:
    """Weighted layers and additions of a CIFAR network with n units a stage."""
    seen = trace(net)
    return CifarRun(n, weighted_layers(seen), additions(seen), [])


def depth_formula() -> Found:
    """Weighted layers of bottleneck networks are 9n + 2; without the last unit there are three fewer."""
    with uninitialised():
        runs = [counted(n, preact_resnet(depth=9 * n + 2)) for n in DEPTH_N]
        short = preact_resnet(depth=20)
        assert isinstance(short.stage3, nn.Sequential)
        del short.stage3[-1]
        return depths_fit(runs, counted(2, short))


def depths_fit(runs: list[CifarRun], control: CifarRun) -> Found:
    """Whether each run has 9n + 2 weighted layers, and the control does not."""
    said = ", ".join(f"{one.layers} for n = {one.n}" for one in runs)
    sentence = f"weighted layers: {said}; {control.layers} for n = {control.n} without the last unit"
    fits = [one.layers == 9 * one.n + 2 for one in (*runs, control)]
    return Found(all(fits[:-1]) and not fits[-1], sentence)


def one_layer_units() -> Found:
    """A network of 110 layers with one convolution a unit has 108 units; with two it has 54."""
    with uninitialised():
        return one_each(preact_resnet(depth=110, unit="single"), preact_resnet(depth=110, unit="basic"))


def one_each(net: Network, control: Network) -> Found:
    """Whether a shortcut goes round each convolution of 110 layers, stem and classifier aside."""
    runs = [counted(0, one) for one in (net, control)]
    (_, layers, units, _), (_, other_layers, other_units, _) = runs
    sentence = (
        f"{layers} weighted layers with {units} shortcuts: one round each of the {layers - 2} between stem and "
        f"classifier; the control has {other_units} shortcuts in {other_layers} layers"
    )
    return Found(layers == 110 and units == 108 and other_units != other_layers - 2, sentence)


def bottleneck_costs_like_basic() -> Found:
    """The bottleneck unit of ResNet-164 costs about as much as the unit of ResNet-110, on every map size."""
    return costs_alike([(16, 32), (32, 16), (64, 8)])


def costs_alike(stages: Sequence[tuple[int, int]]) -> Found:
    """Whether the two units cost within ten per cent of each other, by width and map size of a stage."""
    holds, said = True, []
    for width, size in stages:
        with uninitialised():
            narrow = _alone(bottleneck(4 * width, width, 1), 4 * width, size)
            plain, wide = (
                _alone(basic(channels, channels, 1), channels, size) for channels in (width, 4 * width)
            )
        found = costs_similar(narrow, plain, control=wide)
        costs = [sum(node.macs for node in trace(net).nodes) for net in (narrow, plain, wide)]
        holds = holds and found.holds
        said.append(
            f"{costs[0]:,} against {costs[1]:,} at {size}x{size}, a ratio of {costs[0] / costs[1]:.3f}"
        )
    control = f"two 3x3 as wide as the bottleneck's ends have {costs[2] / costs[1]:.0f} times as many"
    return Found(holds, f"multiply-adds {'; '.join(said)}; {control}")


def _alone(block: nn.Module, channels: int, size: int) -> Network:
    return Network({"unit": block}, (channels, size, size))
