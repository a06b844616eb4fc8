"""What Shake-Shake regularization (arXiv 1705.07485) claims of its blend of two branches.

alpha weighs the first branch in the forward pass, beta in the backward pass.
"""

import math
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.shake_shake import ShakeShake, blend

SHAPE = (4, 3, 5, 5)
ONES = (4, 1, 1, 1)
IMAGES = 4000


Blending = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def at_test(one: Tensor, two: Tensor) -> Tensor:
    """What the layer of the networks does at test time."""
    layer = ShakeShake().eval()
    return cast(Tensor, layer(one, two))


def uniform(the: Draw, *shape: int) -> Tensor:
    """Uniform values between 0 and 1 in float64."""
    return torch.empty(*shape, dtype=torch.float64).uniform_(generator=the.values)


def weights_sum_to_one() -> Found:
    """Two equal branches come out as they are, whatever alpha, and alpha is uniform; independent weights must change them.

    That alpha is uniform is how the layer was built, and no count depends on it.
    """
    found = agree("a blend of a branch with itself and the branch", "two independent weights", convex(blend))
    return with_uniform(found, ShakeShake())


def with_uniform(found: Found, layer: nn.Module) -> Found:
    """Whether, besides, the weights of many images sum to 1 in training and the first follows a uniform law.

    Both are read off what the layer makes of a branch of one and zero and one of zero and one. The distance is that of
    Kolmogorov and Smirnov, which a uniform law keeps below 2 in all but 7 of 10,000 draws.
    """
    one = torch.eye(2, dtype=torch.float64)[0].view(1, 2, 1, 1).expand(IMAGES, 2, 1, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1705)
        alpha, other = layer.train()(one, one.flip(1)).flatten(1).unbind(1)
    ranks = (torch.arange(IMAGES, dtype=torch.float64) + 0.5) / IMAGES
    apart = math.sqrt(IMAGES) * (alpha.sort().values - ranks).abs().max().item()
    off = (alpha + other - 1).abs().max().item()
    inside = alpha.min() >= 0 and alpha.max() <= 1
    sentence = (
        f"{found.found}; over {IMAGES} images the layer's two weights sum to 1{f' within {off:.0e}' if off else ''}, and the first is as far "
        f"from a uniform law between 0 and 1 as {apart:.2f} on a scale where 2 is hardly ever passed"
    )
    return Found(found.holds and bool(inside) and off < 1e-12 and apart < 2, sentence, own_word=True)


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
    """The backward pass weighs by beta whatever alpha is; the forward pass's own gradient must differ.

    That it does so is how the layer was built, and no count depends on it.
    """
    found = agree(
        "the gradient that arrives and beta times the one that comes",
        "the forward pass's gradient",
        backward(blend),
    )
    return found._replace(own_word=True)


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
