"""What Delving Deep into Rectifiers (arXiv:1502.01852) claims that is not one number.

Letters are the paper's: n is k^2 c, the inputs of one output of a k x k convolution; n^ is k^2 d, by its outputs. The signal's
size is its mean square. Stacks are of 3x3 convolutions on maps that continue on the other side, so that no border weakens it.
The mean over random weights is exact for any width; what is left is the error of drawing, and the checks know its size.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.vgg import vgg13
from cnnclaims.verifiers.trace import uninitialised

LAYERS = 6
DRAWS = 500
CHANNELS, SIDE = 12, 4
FAN = 9 * CHANNELS
DEEP, WIDE, DEEP_DRAWS = (
    30,
    256,
    20,
)  # so wide that the spread between draws, about 30 * 5 / 256, leaves the mean in sight
CLOSE = 4.0  # standard errors


class Growth(NamedTuple):
    """The signal's size after the stack over that before it: mean over draws, and the standard error of the mean."""

    mean: float
    error: float

    def off(self, expected: float) -> float:
        """Distance from the expected mean in standard errors."""
        return abs(self.mean - expected) / self.error


def forward_keeps_variance() -> Found:
    """With Var[w] = 2 / n a signal keeps its size through convolutions and ReLUs; with 1 / n it must not."""
    return kept("forward", forward_growth(2 / FAN), forward_growth(1 / FAN))


def backward_keeps_variance() -> Found:
    """With Var[w] = 2 / n^ a gradient keeps its size on the way back; with 1 / n^ it must not."""
    return kept("backward", backward_growth(2 / FAN), backward_growth(1 / FAN))


def kept(way: str, growth: Growth, control: Growth) -> Found:
    """Whether the growth is 1 within the error of drawing, and the control's is not."""
    return Found(
        growth.off(1) < CLOSE < control.off(1),
        f"Over {DRAWS} random stacks of {LAYERS} layers the {way} signal's mean square ends at {growth.mean:.3f} +- "
        f"{growth.error:.3f} times what it was; with half of that variance at {control.mean:.4f} +- {control.error:.4f}.",
    )


def slope_enters_squared() -> Found:
    """With (1 + a^2) / 2 n Var[w] = 1 a signal keeps its size through PReLUs; with 2 / n it must grow."""
    return prelu_keeps(lambda a: 2 / (1 + a * a) / FAN)


def prelu_keeps(variance: Callable[[float], float]) -> Found:
    """The same for slopes of a half and of one, where the layer is linear."""
    grown = {a: forward_growth(variance(a), a) for a in (0.5, 1.0)}
    control = {a: forward_growth(2 / FAN, a) for a in grown}
    holds = all(growth.off(1) < CLOSE for growth in grown.values())
    differs = all(growth.off(1) > CLOSE for growth in control.values())
    listed = "; ".join(
        f"with a slope of {a:g} at {grown[a].mean:.3f} +- {grown[a].error:.3f}, by the rule for ReLU at {control[a].mean:.3g}"
        for a in grown
    )
    return Found(holds and differs, f"After {LAYERS} layers the mean square ends at: {listed}.")


def xavier_halves_variance() -> Found:
    """With Var[w] = 1 / n each rectified layer divides the deviation by the root of two; linear layers must keep it.

    So it is through 30 layers, too, the depth of Figure 3, where with 2 / n the signal keeps its size.
    """
    return shrinks_to(0.5**LAYERS, 0.5**DEEP)


def shrinks_to(expected: float, deep: float) -> Found:
    """Whether the mean square ends at the expected share with ReLU, and at 1 with linear layers or, through 30, with 2 / n."""
    rectified, linear = forward_growth(1 / FAN), forward_growth(1 / FAN, 1.0)
    glorot, he = deep_growth(1 / WIDE, 2 / WIDE)
    root = math.sqrt(max(rectified.mean, 0)) ** (1 / LAYERS)
    shallow_holds = rectified.off(expected) < CLOSE < rectified.off(1) and linear.off(1) < CLOSE
    deep_holds = glorot.off(deep) < CLOSE < glorot.off(1) and he.off(1) < CLOSE
    return Found(
        shallow_holds and deep_holds,
        f"Through {LAYERS} rectified layers the mean square falls to {rectified.mean:.5f} +- {rectified.error:.5f} of what it "
        f"was, expected is {expected:.5f}: a factor of {root:.4f} in the deviation of each layer. Without rectifiers it ends "
        f"at {linear.mean:.3f} +- {linear.error:.3f}. Through {DEEP} it falls to {glorot.mean:.2g} +- {glorot.error:.1g}, expected "
        f"is {deep:.2g}; with 2 / n it ends at {he.mean:.2f} +- {he.error:.2f}.",
    )


def deep_growth(*variances: float) -> list[Growth]:
    """How a signal's size changes through random stacks of 30 wide full layers, each with a rectifier behind it.

    The same draws are scaled to every variance.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(DEEP_DRAWS, WIDE, generator=generator, dtype=torch.float64)
    ends = []
    for draw in x:
        signals = [draw for _ in variances]
        for _ in range(DEEP):
            weights = torch.randn(WIDE, WIDE, generator=generator, dtype=torch.float64)
            signals = [
                F.relu(math.sqrt(variance) * (weights @ y))
                for variance, y in zip(variances, signals, strict=True)
            ]
        ends.append(torch.stack(signals))
    return [_growth(x[:, :, None, None], end[:, :, None, None]) for end in torch.stack(ends, dim=1)]


def forward_growth(variance: float, slope: float = 0.0) -> Growth:
    """How a signal's size changes through random stacks; a slope of 0 is ReLU, of 1 no rectifier."""
    generator = torch.Generator().manual_seed(0)
    x = _normal(generator, CHANNELS, SIDE, SIDE)
    y = x
    for _ in range(LAYERS):
        y = F.leaky_relu(_convolved(y, variance, generator), slope)
    return _growth(x, y)


def backward_growth(variance: float) -> Growth:
    """How a random gradient's size changes from the last responses of random stacks back to the input."""
    generator = torch.Generator().manual_seed(0)
    x = _normal(generator, CHANNELS, SIDE, SIDE).requires_grad_()
    y = x
    for _ in range(LAYERS):
        y = F.relu(_convolved(y, variance, generator))
    gradient = _normal(generator, CHANNELS, SIDE, SIDE)
    (back,) = torch.autograd.grad(y, x, gradient)
    return _growth(gradient, back)


def _normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(DRAWS, *shape, generator=generator, dtype=torch.float64)


def _convolved(x: Tensor, variance: float, generator: torch.Generator) -> Tensor:
    """Every draw's image under a 3x3 convolution of its own."""
    weights = math.sqrt(variance) * _normal(generator, CHANNELS, FAN)
    patches = F.unfold(F.pad(x, (1, 1, 1, 1), mode="circular"), 3)
    return (weights @ patches).reshape(DRAWS, CHANNELS, SIDE, SIDE)


def _growth(before: Tensor, after: Tensor) -> Growth:
    ratios = after.square().mean((1, 2, 3)) / before.square().mean((1, 2, 3))
    return Growth(ratios.mean().item(), (ratios.std() / math.sqrt(len(ratios))).item())


# -- Section 2.2 -----------------------------------------------------------------------------------------------------


def rectified_mean_square_is_half() -> Found:
    """The mean square of a rectified symmetric value is half its variance; not so of one with a mean."""
    return halves(torch.relu)


def halves(rectify: Callable[[Tensor], Tensor]) -> Found:
    """The ratio for three symmetric samples and, as the control, for the same samples moved by one."""
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(1000, generator=generator, dtype=torch.float64)
    uniform = torch.rand(1000, generator=generator, dtype=torch.float64)
    ratios, controls = [], []
    for half in (normal, uniform, uniform**5):
        y = torch.cat([half, -half])  # symmetric to the last value
        ratios.append((rectify(y).square().mean() / y.var(correction=0)).item())
        controls.append((rectify(y + 1).square().mean() / y.var(correction=0)).item())
    off, control = max(abs(r - 0.5) for r in ratios), min(abs(c - 0.5) for c in controls)
    return Found(
        off < 1e-12 and control > 0.1,
        f"Over normal, uniform and peaked symmetric samples the ratio is a half within {off:.0e}; with a mean of one it is "
        f"{control:.2f} or more away.",
    )


def std_of_64_filters() -> Found:
    """In VGG B the root of 2 / n^ of every 3x3 layer with 64 filters rounds to 0.059."""
    return backward_std(64, 0.059)


def std_of_128_filters() -> Found:
    """In VGG B the root of 2 / n^ of every 3x3 layer with 128 filters rounds to 0.042."""
    return backward_std(128, 0.042)


def std_of_256_filters() -> Found:
    """In VGG B the root of 2 / n^ of every 3x3 layer with 256 filters rounds to 0.029."""
    return backward_std(256, 0.029)


def std_of_512_filters() -> Found:
    """In VGG B the root of 2 / n^ of every 3x3 layer with 512 filters rounds to 0.021."""
    return backward_std(512, 0.021)


def backward_std(filters: int, printed: float) -> Found:
    """Deviations of the layers with so many filters; as the control, that of the first of them by its inputs."""
    with uninitialised():
        layers = convolutions(vgg13(), filters)
    deviations = {math.sqrt(2 / (side * side * outputs)) for side, _, outputs in layers}
    side, inputs, _ = layers[0]
    control = math.sqrt(2 / (side * side * inputs))
    return Found(
        {round(deviation, 3) for deviation in deviations} == {printed} and round(control, 3) != printed,
        f"The {len(layers)} layers with {filters} filters have {', '.join(f'{d:.5f}' for d in sorted(deviations))}; by the "
        f"inputs the first of them has {control:.5f}.",
    )


def convolutions(net: Network, filters: int) -> list[tuple[int, int, int]]:
    """Kernel side, inputs and outputs of the convolutions with so many filters, in order."""
    convs = [layer for layer in net if isinstance(layer, nn.Conv2d) and layer.out_channels == filters]
    return [(conv.kernel_size[0], conv.in_channels, conv.out_channels) for conv in convs]
