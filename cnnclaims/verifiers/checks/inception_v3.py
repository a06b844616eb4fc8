"""What Rethinking the Inception Architecture (arXiv:1512.00567) claims that is not one number.

Letters are the paper's: z the scores of K classes, p their softmax, q the label's distribution, u another, d the side of
a map, k its channels.
"""

import random
from collections.abc import Callable
from fractions import Fraction
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv, pointwise
from cnnclaims.verifiers.measures.cost import macs, weights
from cnnclaims.verifiers.networks.inception_v1 import TABLE_1, googlenet
from cnnclaims.verifiers.networks.inception_v3 import FIELDS, inception_v3
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace

ROUNDING = 1e-12  # float64, on values of the order of one
CLASSES = 1000

# -- costs of networks ---------------------------------------------------------------------------------------


def doubling_widths_quadruples() -> Found:
    """GoogLeNet with all filter banks doubled has four times the weights and the cost, to the digit printed.

    Its nine modules have exactly four times both. With the classes doubled alone nothing of this must hold.
    """
    with uninitialised():
        whole, wide, control = googlenet(), googlenet(), googlenet(classes=2000)
    return quadrupled(trace(whole), trace(doubled(wide)), trace(control))


def quadrupled(whole: Trace, wide: Trace, control: Trace) -> Found:
    """Whether cost and weights of `wide` are four times those of `whole`, and those of the control are not."""
    cost, numbers = Fraction(macs(wide), macs(whole)), Fraction(weights(wide), weights(whole))
    modules = {
        Fraction(count(wide, name), count(whole, name)) for name in TABLE_1 for count in (macs, weights)
    }
    controls = (Fraction(macs(control), macs(whole)), Fraction(weights(control), weights(whole)))
    holds = modules == {4} and all(round(ratio) == 4 for ratio in (cost, numbers))
    return Found(
        holds and not any(round(ratio) == 4 for ratio in controls),
        f"GoogLeNet with all widths doubled costs {float(cost):.3f} times as much and has {float(numbers):.3f} times "
        f"the weights; its modules have {' or '.join(str(float(m)) for m in sorted(modules))} times both. The first "
        f"layer and the linear layer double only.",
    )


def doubled(net: Network) -> Network:
    """The network with twice the channels behind every convolution; colours and classes stay."""
    for name, layer in list(net.named_modules()):
        if isinstance(layer, nn.Conv2d):
            c_in = layer.in_channels if layer.in_channels == 3 else 2 * layer.in_channels
            kernel, stride, padding = layer.kernel_size, layer.stride, layer.padding
            wide = nn.Conv2d(c_in, 2 * layer.out_channels, kernel, stride, padding)  # type: ignore[arg-type]
            net.set_submodule(name, wide)
        elif isinstance(layer, nn.Linear):
            net.set_submodule(name, nn.Linear(2 * layer.in_features, layer.out_features))
    return net


def five_by_five_widens_by_half() -> Found:
    """The 5x5 layers of GoogLeNet have about 1.5 times as many filters as inputs."""
    return widening({row: Fraction(widths[4], widths[3]) for row, widths in TABLE_1.items()})


def widening(ratios: dict[str, Fraction]) -> Found:
    """Whether the mean of the ratios is 1.5, with the tenth either side that "around" allows."""
    mean = sum(ratios.values(), Fraction(0)) / len(ratios)
    return Found(
        abs(mean / Fraction(3, 2) - 1) <= Fraction(1, 10),
        f"The 5x5 layers have {float(min(ratios.values())):.2f} to {float(max(ratios.values())):.2f} times as many "
        f"filters as inputs, {float(mean):.2f} on average: "
        + ", ".join(f"{row} {float(ratio):.2f}" for row, ratio in ratios.items())
        + ".",
    )


def pooling_first_costs_a_quarter() -> Found:
    """From k to 2k channels and half the side: 2 d^2 k^2 with pooling last, 2 (d/2)^2 k^2 with pooling first.

    A 3x3 convolution in place of the 1x1 must fit neither formula.
    """
    return pooling_costs(
        lambda k, side: macs(_traced(lambda: pointwise(k, 2 * k, side))),
        lambda k, side: macs(_traced(lambda: conv(k, 2 * k, 3, side))),
    )


Cost = Callable[[int, int], int]


def pooling_costs(cost: Cost, control: Cost) -> Found:
    """Holds the cost of widening from k to 2k channels on a map of some side against both formulas."""
    generator = random.Random(1512)
    right, fooled, ratios = 0, 0, set()
    for _ in range(20):
        d, k = 2 * generator.randint(2, 20), generator.randint(2, 64)
        formulas = (2 * d**2 * k**2, 2 * (d // 2) ** 2 * k**2)
        last, first = cost(k, d), cost(k, d // 2)
        right += (last, first) == formulas
        fooled += control(k, d) == formulas[0] or control(k, d // 2) == formulas[1]
        ratios.add(Fraction(first, last))
    return Found(
        right == 20 and ratios == {Fraction(1, 4)} and fooled == 0,
        f"Both formulas are exact for {right} of 20 random maps, for 3x3 convolutions for {fooled}; pooling first "
        f"costs {' or '.join(map(str, sorted(ratios)))} of pooling last.",
    )


def fields_cost_the_same() -> Found:
    """Networks for 151 and 79 pixels, with less stride and pooling, cost within 1 % of the one for 299."""
    return costs_within_one_percent(
        {field: macs(_traced(partial(inception_v3, field=field))) for field in FIELDS}
    )


def costs_within_one_percent(costs: dict[int, int]) -> Found:
    """Whether no cost is further than 1 % from that at 299 pixels."""
    apart = {field: Fraction(cost, costs[299]) - 1 for field, cost in costs.items()}
    said = ", ".join(
        f"{cost / 1e9:.3f} G at {field} ({float(apart[field]):+.1%})" for field, cost in costs.items()
    )
    return Found(
        all(abs(difference) <= Fraction(1, 100) for difference in apart.values()),
        f"The released network's layers cost {said}.",
    )


# -- Section 7 -----------------------------------------------------------------------------------------------

Loss = Callable[[Tensor, Tensor], Tensor]


def gradient_lies_between_minus_one_and_one() -> Found:
    """The gradient of the cross entropy by the scores is p - q, in [-1, 1]; a squared error's must go beyond."""
    return bounded_gradient(lambda z, y: F.cross_entropy(z, y, reduction="sum"))


def bounded_gradient(loss: Loss) -> Found:
    """The largest gradient over random scores of sizes from 0.1 to 1000, and how far it is from p - q."""
    z, y = _scores()
    gradient = _gradient(loss, z, y)
    q = F.one_hot(y, CLASSES).double()
    off = (gradient - (z.softmax(1) - q)).abs().max().item()
    control = _gradient(lambda z, y: (z - q).square().sum() / 2, z, y).abs().max().item()
    lowest, highest = gradient.min().item(), gradient.max().item()
    return Found(
        lowest >= -1 and highest <= 1 and off < ROUNDING and control > 1,
        f"The gradient is p - q within {off:.0e} and goes from {lowest:.6g} to {highest:.6g}; that of a squared error "
        f"on the same scores goes up to {control:.4g}.",
    )


def smoothed_loss_splits() -> Found:
    """H(q', p) is (1 - eps) H(q, p) + eps H(u, p) for any u; for uniform u it is torch's smoothed loss too.

    H(q, p) alone must differ.
    """
    return split(lambda q, u, epsilon: (1 - epsilon) * q + epsilon * u)


def split(mix: Callable[[Tensor, Tensor, float], Tensor]) -> Found:
    """Holds the cross entropy with a smoothed label against the two that it is said to be made of."""
    z, y = _scores()
    log_p, q = z.log_softmax(1), F.one_hot(y, CLASSES).double()
    generator = torch.Generator().manual_seed(2)
    off, control, from_torch = [], [], []
    for epsilon in (0.1, 0.5):
        for u in (
            torch.full((CLASSES,), 1 / CLASSES, dtype=torch.float64),
            torch.rand(CLASSES, generator=generator, dtype=torch.float64),
        ):
            u = (u / u.sum()).expand_as(q)
            together = _entropy(mix(q, u, epsilon), log_p)
            parts = (1 - epsilon) * _entropy(q, log_p) + epsilon * _entropy(u, log_p)
            off.append(((together - parts).abs() / parts).max().item())
            control.append(((together - _entropy(q, log_p)).abs() / together).max().item())
            if torch.equal(u.min(), u.max()):
                torchs = F.cross_entropy(z, y, reduction="none", label_smoothing=epsilon)
                from_torch.append(((together - torchs).abs() / together).max().item())
    return Found(
        max(off + from_torch) < ROUNDING and min(control) > 0.01,
        f"The two sides are apart by {max(off):.0e} of their size at most, and for uniform u by {max(from_torch):.0e} "
        f"from torch's label smoothing; the loss with hard labels is {min(control):.1%} off at least.",
    )


def _entropy(q: Tensor, log_p: Tensor) -> Tensor:
    return -(q * log_p).sum(1)


def _scores() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(40, CLASSES, generator=generator, dtype=torch.float64)
    sizes = torch.logspace(-1, 3, 40, dtype=torch.float64)
    return sizes[:, None] * z, torch.randint(CLASSES, (40,), generator=generator)


def _gradient(loss: Loss, z: Tensor, y: Tensor) -> Tensor:
    z = z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(z, y), z)
    return gradient


def _traced(build: Callable[[], Network]) -> Trace:
    with uninitialised():
        net = build()
    return trace(net)
