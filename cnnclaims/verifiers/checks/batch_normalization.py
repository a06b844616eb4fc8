"""What Batch Normalization (arXiv:1502.03167) claims of the method itself; more of it is in inception_v2.py.

Letters are the paper's: gamma and beta are scale and shift, m the examples of a batch, p x q the places of a map.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found

EPSILON = 1e-3


def can_be_the_identity() -> Found:
    """With gamma the root of the variance and beta the mean the transform gives back its input; with gamma 1 it does not."""
    return agree("the input and its transform with fitting scale and shift", "a scale of 1", fitted(EPSILON))


def fitted(in_root: float) -> Callable[[Draw], Sides]:
    """Draws of a batch, transformed back with this in the root of the scale beside the variance."""

    def draw(the: Draw) -> Sides:
        x = 2 + 3 * the.normal(20, 5)
        mean, root = x.mean(0), (x.var(0, correction=0) + in_root).sqrt()
        ones = torch.ones_like(mean)
        return Sides(x, _transform(x, root, mean), _transform(x, ones, mean))

    return draw


def _transform(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=EPSILON)


def maps_share_their_statistics() -> Found:
    """A map is normalised by its m p q values together; by the m values of each place alone it must come out otherwise."""
    return agree(
        "torch's layer for maps and the formula over m p q values", "each place by itself", shared((0, 2, 3))
    )


def shared(dims: tuple[int, ...]) -> Callable[[Draw], Sides]:
    """Draws of a batch of maps, normalised over the given dimensions."""

    def draw(the: Draw) -> Sides:
        x = 2 + 3 * the.normal(6, 3, 4, 5)
        layer = nn.BatchNorm2d(3, eps=EPSILON, affine=False, dtype=torch.float64)
        return Sides(layer(x), _normalised(x, dims), _normalised(x, (0,)))

    return draw


def _normalised(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    mean = x.mean(dims, keepdim=True)
    variance = (x - mean).square().mean(dims, keepdim=True)
    return (x - mean) / (variance + EPSILON).sqrt()
