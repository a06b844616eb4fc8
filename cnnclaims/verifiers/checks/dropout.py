"""What Dropout (JMLR 15, 2014; arXiv:1207.0580) claims that is not one number.

Letters are the paper's: p is the probability that a unit stays (torch's p is that it goes), r the masks of zeros and ones. Nothing is
sampled: every mask is listed with its probability.
"""

import itertools
from collections.abc import Callable
from fractions import Fraction

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found

UNITS = 6


def masks(n: int) -> Tensor:
    """All 2^n masks, one a row."""
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=n)), dtype=torch.float64)


def probabilities(rows: Tensor, p: float) -> Tensor:
    """The probability of each mask where units stay with p."""
    return (rows * p + (1 - rows) * (1 - p)).prod(1)


def scaled_weights_keep_the_expectation() -> Found:
    """Weights times p give the expected response under dropout; the weights themselves must not."""

    def draw(the: Draw) -> Sides:
        x, weight, p = the.normal(UNITS), the.normal(4, UNITS), the.whole(1, 9) / 10
        every = masks(UNITS)
        expected = probabilities(every, p) @ ((every * x) @ weight.T)
        return Sides(expected, p * weight @ x, weight @ x)

    return agree("the mean response over all masks and that of weights times p", "weights as they are", draw)


def regression_is_ridge() -> Found:
    """The expected squared error under dropout is a ridge regression with p(1-p) |Gamma w|^2; with |w|^2 alone it must not be."""
    return agree(
        "the expected error over all masks and the ridge regression",
        "a penalty that does not look at the data",
        ridge(lambda p: p * (1 - p)),
    )


def ridge(factor: Callable[[float], float]) -> Callable[[Draw], Sides]:
    """Draws of a regression of 3 examples by 3 features, with the factor on the penalty."""

    def draw(the: Draw) -> Sides:
        x, y, w, p = the.normal(3, 3), the.normal(3), the.normal(3), the.whole(1, 9) / 10
        every = masks(9)
        errors = ((every.reshape(-1, 3, 3) * x) @ w - y).square().sum(1)
        expected = probabilities(every, p) @ errors
        fit = (y - p * x @ w).square().sum()
        gamma = x.square().sum(0).sqrt()
        return Sides(
            expected[None],
            (fit + factor(p) * (gamma * w).square().sum())[None],
            (fit + factor(p) * w.square().sum())[None],
        )

    return draw


def softmax_is_the_geometric_mean() -> Found:
    """Halved weights give exactly the normalised geometric mean of all thinned networks' softmax; the plain mean must differ."""
    return agree(
        "the normalised geometric mean over all masks and the softmax of halved weights",
        "the arithmetic mean over all masks",
        geometric(0.5),
    )


def geometric(scale: float) -> Callable[[Draw], Sides]:
    """Draws of a softmax layer over hidden units, half of which are dropped, with the scale on its weights."""

    def draw(the: Draw) -> Sides:
        h, weight, bias = the.normal(UNITS), the.normal(4, UNITS), the.normal(4)
        predictions = ((masks(UNITS) * h) @ weight.T + bias).softmax(1)
        mean = predictions.log().mean(0).softmax(0)
        return Sides(mean, (scale * weight @ h + bias).softmax(0), predictions.mean(0))

    return draw


def noise_has_the_same_variance() -> Found:
    """Masks over p have a mean of 1 and a variance of (1-p)/p, which is what Gaussian noise needs; p(1-p) it must not be."""
    return noise(lambda p: (1 - p) / p)


def noise(variance: Callable[[Fraction], Fraction]) -> Found:
    """Moments of r/p in fractions, for p of 1/10 to 9/10."""
    right = same_as_bernoulli = 0
    ps = [Fraction(k, 10) for k in range(1, 10)]
    for p in ps:
        mean = p * (1 / p)
        spread = p * (1 / p) ** 2 - mean**2
        right += mean == 1 and spread == variance(p)
        same_as_bernoulli += spread == p * (1 - p)
    return Found(
        right == len(ps) and same_as_bernoulli == 0,
        f"For {right} of {len(ps)} values of p the masks over p have a mean of 1 and that variance, {variance(Fraction(1, 2))} "
        f"at p = 1/2; the variance of the masks themselves, p(1-p), it is for {same_as_bernoulli}.",
    )


def thinned_networks_are_powers_of_two() -> Found:
    """A network of n units with weights in general position has 2^n thinned networks; n^2 must not fit."""
    return thinned(lambda n: 2**n)


def thinned(number: Callable[[int], int]) -> Found:
    """Different responses of one unit that sees n units, over all masks."""
    the = Draw(0)
    sizes = range(1, 11)
    found = [len({round(value, 12) for value in (masks(n) @ the.normal(n)).tolist()}) for n in sizes]
    return Found(
        found == [number(n) for n in sizes] != [n * n for n in sizes],
        f"With 1 to {len(sizes)} units there are {', '.join(map(str, found))} different responses.",
    )
