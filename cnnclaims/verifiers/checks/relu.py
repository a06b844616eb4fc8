"""What Rectified Linear Units Improve Restricted Boltzmann Machines (ICML 2010) claims that is not one number."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found

COPIES = 60
ALIKE = 0.02  # our own bound for "approximately": the paper prints none


def sigmoids_sum_to_softplus() -> Found:
    """Copies of a sigmoid with biases -0.5, -1.5, ... add up to nearly log(1 + e^x); with biases 0, -1, ... they must not."""
    return copies(0.5)


def copies(shift: float) -> Found:
    """The largest distance from softplus over -8 to 8, for the shift and for none."""
    x = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    off, control = (_distance(x, s) for s in (shift, 0.0))
    at = F.relu(x).sub(F.softplus(x)).abs().max().item()
    return Found(
        off < ALIKE < min(control, at),
        f"On -8 to 8 the sum of {COPIES} sigmoids is within {off:.4f} of log(1 + e^x); with the biases moved by a half it is off by "
        f"up to {control:.2f}, and max(0, x) by up to {at:.2f}.",
    )


def _distance(x: Tensor, shift: float) -> float:
    numbers = torch.arange(1, COPIES + 1, dtype=torch.float64)
    total = torch.sigmoid(x[:, None] - numbers + shift).sum(1)
    return (total - F.softplus(x)).abs().max().item()


def features_scale_with_the_image() -> Found:
    """Without biases an image times a positive factor has features times the factor; with biases it must not."""
    return agree("features of a scaled image and scaled features", "a layer with biases", scaled(F.relu))


def scaled(activation: Callable[[Tensor], Tensor]) -> Callable[[Draw], Sides]:
    """Draws of two layers with the activation and of an image times a factor."""

    def draw(the: Draw) -> Sides:
        x, first, second, bias = the.normal(8), the.normal(7, 8), the.normal(6, 7), the.normal(7)
        a = the.whole(2, 9) / 2 + 0.1

        def features(image: Tensor, biases: Tensor | float = 0.0) -> Tensor:
            return activation(second @ activation(first @ image + biases))

        # the control has features of its own to be held against, so that its distance is that of the two sides with biases
        plain = a * features(x)
        return Sides(plain, features(a * x), plain + features(a * x, bias) - a * features(x, bias))

    return draw
