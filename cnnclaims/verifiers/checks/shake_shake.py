"""What Shake-Shake regularization (arXiv 1705.07485) claims of its blend of two branches.

alpha weighs the first branch in the forward pass, beta in the backward pass.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.shake_shake import ShakeShake, blend

SHAPE = (4, 3, 5, 5)
ONES = (4, 1, 1, 1)


Blending = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def at_test(one: Tensor, two: Tensor) -> Tensor:
    """What the layer of the networks does at test time."""
    layer = ShakeShake().eval()
    return cast(Tensor, layer(one, two))


def uniform(the: Draw, *shape: int) -> Tensor:
    """Uniform values between 0 and 1 in float64."""
    return torch.empty(*shape, dtype=torch.float64).uniform_(generator=the.values)


def weights_sum_to_one() -> Found:
    """Two equal branches come out as they are, whatever alpha; independent weights must change them."""
    return agree("a blend of a branch with itself and the branch", "two independent weights", convex(blend))


def convex(blending: Blending) -> Callable[[Draw], Sides]:
    """Draws of two equal branches."""

    def draw(the: Draw) -> Sides:
        x, alpha, other = the.normal(*SHAPE), uniform(the, *ONES), uniform(the, *ONES)
        return Sides(x, blending(x, x, alpha, alpha), alpha * x + other * x)

    return draw


def halves_are_the_mean_of_training() -> Found:
    """Halves at test time are the mean of training over alpha, by alpha and 1 - alpha in pairs; their plain sum must not be."""
    return agree(
        "the mean over alpha and the layer at test time", "the plain sum of the branches", mean(at_test)
    )


def mean(test: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Draw], Sides]:
    """Draws of two branches; uniform numbers come in pairs of alpha and 1 - alpha, so that the mean is exact."""

    def draw(the: Draw) -> Sides:
        one, two, alpha = the.normal(*SHAPE), the.normal(*SHAPE), uniform(the, *ONES)
        both = (blend(one, two, alpha, alpha) + blend(one, two, 1 - alpha, alpha)) / 2
        return Sides(both, test(one, two), one + two)

    return draw


def even_training_is_the_test() -> Found:
    """With both passes even, output and gradients in training are those at test time; a shaken forward pass must differ."""
    return agree("training with even weights and the test", "a shaken forward pass", even(0.5))


def even(weight: float) -> Callable[[Draw], Sides]:
    """Draws of two branches with one weight in both passes: outputs and gradients, put side by side."""

    def draw(the: Draw) -> Sides:
        one, two = (the.normal(*SHAPE).requires_grad_() for _ in range(2))
        fixed, seen = torch.full(ONES, weight, dtype=torch.float64), the.normal(*SHAPE)
        training = blend(one, two, fixed, fixed)
        shaken = blend(one, two, uniform(the, *ONES), fixed)
        test = at_test(one, two)
        sides = [
            torch.stack([y, *torch.autograd.grad(y, (one, two), seen)]) for y in (training, test, shaken)
        ]
        return Sides(*(side.detach() for side in sides))

    return draw


def backward_is_not_the_gradient() -> Found:
    """The backward pass weighs by beta whatever alpha is; the forward pass's own gradient must differ."""
    return agree(
        "the gradient that arrives and beta times the one that comes",
        "the forward pass's gradient",
        backward(blend),
    )


def backward(blending: Blending) -> Callable[[Draw], Sides]:
    """Draws of two branches with independent alpha and beta."""

    def draw(the: Draw) -> Sides:
        one, two = (the.normal(*SHAPE).requires_grad_() for _ in range(2))
        alpha, beta, seen = uniform(the, *ONES), uniform(the, *ONES), the.normal(*SHAPE)
        arrived = torch.stack(torch.autograd.grad(blending(one, two, alpha, beta), (one, two), seen))
        own = alpha * one + (1 - alpha) * two
        return Sides(
            arrived,
            torch.stack((beta * seen, (1 - beta) * seen)),
            torch.stack(torch.autograd.grad(own, (one, two), seen)),
        )

    return draw
