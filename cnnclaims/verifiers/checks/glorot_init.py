"""What Understanding the difficulty of training deep feedforward neural networks (AISTATS 2010) claims that is not one number.

Letters are the paper's: n is the width of a layer, W its weights, z its activations. Means over random weights are exact for any
width; what is left is the error of drawing, and the checks know its size.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found

CLOSE = 4.0  # standard errors
SHAPES = ((40, 160), (100, 100), (160, 40))  # inputs and outputs


def bound_is_root_six() -> Found:
    """Uniform weights within the bound have Equation 12's variance, and torch draws from the same bound; the older must not."""
    return bound(lambda n, m: math.sqrt(6) / math.sqrt(n + m))


def bound(rule: Callable[[int, int], float]) -> Found:
    """A uniform variable within +-b has variance b^2 / 3; the largest weight that torch draws lies just under b."""
    off = reached = 0.0
    lowest, control = 1.0, math.inf
    for n, m in SHAPES:
        b, older = rule(n, m), 1 / math.sqrt(n)
        off = max(off, abs(b * b / 3 * (n + m) / 2 - 1))
        control = min(control, abs(older * older / 3 * (n + m) / 2 - 1))
        weight = torch.empty(m, n, dtype=torch.float64)
        nn.init.xavier_uniform_(weight, generator=torch.Generator().manual_seed(0))
        largest = weight.abs().max().item() / b
        reached, lowest = max(reached, largest), min(lowest, largest)
    return Found(
        off < 1e-12 and lowest > 0.99 and reached <= 1 and control > 0.1,
        f"For layers of {listed()} the variance within the bound is 2 / (n + m) to {off:.0e}, and torch's largest weight is "
        f"{lowest:.4f} to {reached:.4f} of the bound; the older bound is off by {control:.0%} at least.",
    )


def variance_is_a_compromise() -> Found:
    """With 2 / (n + m) the factors on signals and on gradients average to 1; with 1 / n they must not."""
    return compromise(lambda n, m: 2 / (n + m))


class Mean(NamedTuple):
    """A mean over draws and its standard error."""

    mean: float
    error: float

    def off(self, expected: float) -> float:
        """Distance from the expected mean in standard errors."""
        return abs(self.mean - expected) / self.error


def compromise(variance: Callable[[int, int], float]) -> Found:
    """The mean of what linear layers do to the variance of signals and of gradients, of unequal and equal widths."""
    found = [both_ways(n, m, variance(n, m)) for n, m in SHAPES]
    control = [both_ways(n, m, 1 / n) for n, m in SHAPES if n != m]
    return Found(
        all(mean.off(1) < CLOSE for mean in found) and all(mean.off(1) > CLOSE for mean in control),
        f"For layers of {listed()} the factors on the variance of signals and of gradients average to "
        f"{', '.join(f'{mean.mean:.4f}' for mean in found)} (+- {max(mean.error for mean in found):.4f}); with 1 / n, for the "
        f"unequal ones, to {', '.join(f'{mean.mean:.3f}' for mean in control)}.",
    )


def both_ways(n: int, m: int, variance: float, draws: int = 200) -> Mean:
    """The average of both factors over random weights."""
    generator = torch.Generator().manual_seed(0)
    weights = math.sqrt(variance) * torch.randn(draws, m, n, generator=generator, dtype=torch.float64)
    signal = torch.randn(draws, n, 1, generator=generator, dtype=torch.float64)
    gradient = torch.randn(draws, m, 1, generator=generator, dtype=torch.float64)
    forward = mean_square(weights @ signal) / mean_square(signal)
    backward = mean_square(weights.transpose(1, 2) @ gradient) / mean_square(gradient)
    return _mean((forward + backward) / 2)


def mean_square(x: Tensor) -> Tensor:
    """The mean square of each draw."""
    return x.square().flatten(1).mean(1)


def older_rule_is_a_third() -> Found:
    """Uniform weights within 1 / sqrt(n) have n Var[W] = 1/3; within the new bound, with equal widths, it must be 1."""
    return n_times_variance(1.0)


def n_times_variance(factor: float) -> Found:
    """n Var[W] of drawn weights within factor / sqrt(n), with its standard error."""
    n = 400
    generator = torch.Generator().manual_seed(0)
    uniform = 2 * torch.rand(n, n, generator=generator, dtype=torch.float64) - 1
    older = _mean(n * (factor / math.sqrt(n) * uniform).square().flatten())
    newer = _mean(n * (math.sqrt(6 / (2 * n)) * uniform).square().flatten())
    return Found(
        older.off(1 / 3) < CLOSE and newer.off(1) < CLOSE < newer.off(1 / 3),
        f"Over {n * n:,} weights n Var[W] is {older.mean:.4f} +- {older.error:.4f}; with the normalised bound "
        f"{newer.mean:.4f} +- {newer.error:.4f}.",
    )


def weight_gradients_are_alike() -> Found:
    """In a linear network of equal widths every layer's weight gradient has one variance, while the error's falls on its way back.

    The control is a network with n Var[W] = 1, where the error must not fall.
    """
    return gradients(1 / 3, error_falls_by=3.0)


def gradients(
    n_variance: float, error_falls_by: float, n: int = 40, layers: int = 5, draws: int = 300
) -> Found:
    """Means over random networks, relative to the last layer's."""
    weight, error = by_layer(n_variance, n, layers, draws)
    _, control = by_layer(1.0, n, layers, draws)
    alike = all(mean.off(1) < CLOSE for mean in weight[:-1])
    falls = error[0].off(error_falls_by ** (1 - layers)) < CLOSE < error[0].off(1)
    return Found(
        alike and falls and control[0].off(1) < CLOSE,
        f"Weight gradients of layers 1 to {layers - 1} have {', '.join(f'{mean.mean:.3f}' for mean in weight[:-1])} times the mean "
        f"square of the last one's (+- {max(mean.error for mean in weight[:-1]):.3f}); the error at the first layer has "
        f"{error[0].mean:.4f} +- {error[0].error:.4f} of that at the last, with n Var[W] = 1 {control[0].mean:.2f}.",
    )


def by_layer(n_variance: float, n: int, layers: int, draws: int) -> tuple[list[Mean], list[Mean]]:
    """Mean squares of the weight gradients and of the errors at every layer's output, over the expected ones of the last layer."""
    generator = torch.Generator().manual_seed(0)
    scale = math.sqrt(n_variance / n)
    weights = [
        scale * torch.randn(draws, n, n, generator=generator, dtype=torch.float64) for _ in range(layers)
    ]
    signal = torch.randn(draws, n, 1, generator=generator, dtype=torch.float64)
    signals = [signal]
    for weight in weights:
        signals.append(weight @ signals[-1])
    error = torch.randn(draws, n, 1, generator=generator, dtype=torch.float64)
    size_of_signal = mean_square(signal)
    by_weight: list[Mean] = []
    errors: list[Mean] = []
    size_of_error = mean_square(error)
    for layer in reversed(range(layers)):
        gradient = error @ signals[layer].transpose(1, 2)
        expected = size_of_error * size_of_signal * n_variance ** (layers - 1)
        by_weight.insert(0, _mean(mean_square(gradient) / expected))
        errors.insert(0, _mean(mean_square(error) / size_of_error))
        error = weights[layer].transpose(1, 2) @ error
    return by_weight, errors


def jacobian_of_the_older_rule() -> Found:
    """The mean singular value of a hidden layer's Jacobian under the older rule is 0.5 to one digit; the new one's must not be."""
    return jacobians(lambda n: 1 / math.sqrt(n))


def jacobians(largest: Callable[[int], float], units: int = 200) -> Found:
    """Singular values of tanh layers' Jacobians, averaged over four transitions, on normal inputs of two sizes."""
    sizes = (1.0, 0.1)
    found = [mean_singular_value(largest(units), units, size) for size in sizes]
    control = [mean_singular_value(math.sqrt(6 / (2 * units)), units, size) for size in sizes]
    return Found(
        {round(mean, 1) for mean in found} == {0.5} and min(control) > 0.6,
        f"Averaged over the four transitions between five tanh layers of {units} units the mean singular value is {found[0]:.3f} on an "
        f"input with a deviation of 1 and {found[1]:.3f} with 0.1; by the normalised rule {control[0]:.3f} and {control[1]:.3f}.",
        scaled_down=True,
    )


def mean_singular_value(largest: float, units: int, size: float, layers: int = 5) -> float:
    """The mean over the transitions from each hidden layer to the next, with uniform weights."""
    generator = torch.Generator().manual_seed(0)
    z = size * torch.randn(units, generator=generator, dtype=torch.float64)
    means: list[float] = []
    for layer in range(layers):
        weight = largest * (2 * torch.rand(units, units, generator=generator, dtype=torch.float64) - 1)
        z = torch.tanh(weight @ z)
        if layer:
            jacobian = (1 - z.square())[:, None] * weight
            means.append(torch.linalg.svdvals(jacobian).mean().item())
    return sum(means) / len(means)


def listed() -> str:
    """The shapes in words."""
    return ", ".join(f"{n} to {m}" for n, m in SHAPES)


def _mean(values: Tensor) -> Mean:
    return Mean(values.mean().item(), (values.std() / math.sqrt(len(values))).item())
