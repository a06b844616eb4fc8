"""What Distilling the Knowledge in a Neural Network (arXiv:1503.02531) claims that is not one number.

Letters are the paper's: v and z are the logits of the teacher and of the student, p and q what a softmax at temperature T makes of them,
N the classes, C the cross-entropy of q under p.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found

CLASSES = 10
Formula = Callable[[Tensor, Tensor, float], Tensor]


def gradient(z: Tensor, v: Tensor, t: float) -> Tensor:
    """dC/dz, by automatic differentiation."""
    z = z.clone().requires_grad_()
    p, q = (v / t).softmax(0), (z / t).log_softmax(0)
    (found,) = torch.autograd.grad(-(p * q).sum(), z)
    return found


def gradient_is_a_difference() -> Found:
    """dC/dz is (q - p) / T; without the division it must differ."""
    return agree("automatic differentiation and the formula", "q - p", against(_difference))


def _difference(z: Tensor, v: Tensor, t: float) -> Tensor:
    return ((z / t).softmax(0) - (v / t).softmax(0)) / t


def against(formula: Formula) -> Callable[[Draw], Sides]:
    """Draws of logits, at temperatures from 1.5 to 20."""

    def draw(the: Draw) -> Sides:
        z, v, t = 3 * the.normal(CLASSES), 3 * the.normal(CLASSES), the.whole(3, 40) / 2
        return Sides(gradient(z, v, t), formula(z, v, t), t * _difference(z, v, t))

    return draw


def hot_softmax_matches_logits() -> Found:
    """For zero-mean logits N T^2 times the gradient tends to z - v as T grows; with the teacher's mean off zero it must not."""
    return matches_logits(lambda z, v, t: CLASSES * t * t * gradient(z, v, t))


def matches_logits(scaled: Formula) -> Found:
    """The largest distance from z - v at two temperatures: it falls as 1 / T."""
    the = Draw(0)
    z, v = (logits - logits.mean() for logits in (the.normal(CLASSES), the.normal(CLASSES)))
    off = {t: (scaled(z, v, t) - (z - v)).abs().max().item() for t in (100.0, 1000.0, 10000.0)}
    control = (scaled(z, v + 1, 10000.0) - (z - v - 1)).abs().max().item()
    falls = all(8 < off[t] / off[10 * t] < 12 for t in (100.0, 1000.0))
    return Found(
        falls and off[10000.0] < 1e-3 and control > 0.5,
        f"With {CLASSES} classes the distance from z - v is at most {off[100.0]:.1e}, {off[1000.0]:.1e} and {off[10000.0]:.1e} at T of 100, "
        f"1000 and 10000; with the teacher's logits moved by one it stays at {control:.2f}.",
    )


def soft_gradients_fall_with_the_square() -> Found:
    """Twice the temperature makes a fourth of the gradient once T is high, so that T^2 makes up for it; at T of 1 it does not."""
    return power(gradient)


def power(gradient_at: Formula) -> Found:
    """How much smaller the gradient is at twice the temperature, and how large T^2 times it is over the same range."""
    the = Draw(1)
    z, v = 3 * the.normal(CLASSES), 3 * the.normal(CLASSES)
    size = {t: gradient_at(z, v, t).norm().item() for t in (1.0, 2.0, 200.0, 400.0, 800.0)}
    hot, hotter, cold = size[200.0] / size[400.0], size[400.0] / size[800.0], size[1.0] / size[2.0]
    return Found(
        abs(hot / 4 - 1) < 0.05 and abs(hotter - 4) < abs(hot - 4) and abs(cold / 4 - 1) > 0.1,
        f"From T of 200 to 400 the gradient falls by {hot:.3f}, from 400 to 800 by {hotter:.3f}; from 1 to 2 by {cold:.2f}.",
    )
