"""What Deep Networks with Stochastic Depth (arXiv 1603.09382) claims that is not one number.

Letters are the paper's: L blocks, of which the l-th is kept with probability p_l. Nothing is sampled: every choice of blocks is
listed.
"""

import itertools
from collections.abc import Callable
from fractions import Fraction

from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found

LAST = Fraction(1, 2)
DEPTHS = range(1, 201)
WIDTH = 5


def survival(block: int, blocks: int, last: Fraction = LAST) -> Fraction:
    """Equation 4: the probability that a block is kept, counted from 1."""
    return 1 - Fraction(block, blocks) * (1 - last)


def survival_falls_in_equal_steps() -> Found:
    """Equation 4 runs from 1 at the input to p_L at the last block in equal steps; a geometric decay must not."""
    return equal_steps(survival)


def equal_steps(rule: Callable[[int, int], Fraction]) -> Found:
    """Whether a rule starts at 1, ends at one half and falls by the same step everywhere."""

    def even(decay: Callable[[int, int], Fraction], blocks: int) -> bool:
        values = [decay(block, blocks) for block in range(blocks + 1)]
        steps = {one - two for one, two in itertools.pairwise(values)}
        return values[0] == 1 and values[-1] == LAST and len(steps) == 1

    depths = range(2, 61)
    held = sum(even(rule, blocks) for blocks in depths)
    control = even(lambda block, _: LAST**block, 2)
    return Found(
        held == len(depths) and not control,
        f"For {held} of {len(depths)} depths the probabilities fall in equal steps from 1 to {LAST}; halving at every block does not.",
        own_word=True,  # the formula against the sentence around it
    )


def expected_depth_formula() -> Found:
    """The survival probabilities sum to (3L-1)/4; probabilities that end at 0.4 must not."""
    return expected_depth(LAST)


def expected_depth(last: Fraction) -> Found:
    """The sum of the probabilities over all blocks against (3L-1)/4, in fractions."""

    def fits(end: Fraction) -> int:
        return sum(
            sum(survival(block, blocks, end) for block in range(1, blocks + 1)) == Fraction(3 * blocks - 1, 4)
            for blocks in DEPTHS
        )

    found, control = fits(last), fits(Fraction(2, 5))
    mean = sum(survival(block, 54, last) for block in range(1, 55))
    return Found(
        found == len(DEPTHS) and control == 0,
        f"The probabilities sum to (3L-1)/4 for {found} of {len(DEPTHS)} depths, to {float(mean)} at L = 54; "
        f"with a last probability of 0.4 for {control}.",
    )


def response(branch: Tensor, x: Tensor, factor: float) -> Tensor:
    """Equation 2 with the draw, or Equation 5 with the probability, in front of a branch of two layers."""
    return (factor * before(branch, x) + x).relu()


def before(branch: Tensor, x: Tensor) -> Tensor:
    """The residual branch: a layer, a ReLU, a layer."""
    first, second = branch.unbind()
    return (x @ first).relu() @ second


def dropped_block_is_the_identity() -> Found:
    """Without its branch a block returns a ReLU's output unchanged; an input with negative values it must change."""
    return agree("a block without its branch and its input", "an input of either sign", dropped(0.0))


def dropped(factor: float) -> Callable[[Draw], Sides]:
    """Draws of a block whose branch has the factor; the control is off where its input is negative."""

    def draw(the: Draw) -> Sides:
        raw, branch = the.normal(8, WIDTH), the.normal(2, WIDTH, WIDTH)
        x = raw.relu()
        return Sides(x, response(branch, x, factor), x + response(branch, raw, factor) - raw)

    return draw


def scaled_branch_keeps_the_expectation() -> Found:
    """A branch times p is what the ReLU behind the sum sees on average in training; the branch as it is must not be."""
    return agree(
        "the mean sum over both draws and the branch times p", "the branch as it is", scaled(lambda p: p)
    )


def scaled(factor: Callable[[float], float]) -> Callable[[Draw], Sides]:
    """Draws of the sum in front of a block's ReLU, with the factor on the branch at test time."""

    def draw(the: Draw) -> Sides:
        x, branch, p = the.normal(8, WIDTH).relu(), the.normal(2, WIDTH, WIDTH), the.whole(1, 9) / 10
        residual = before(branch, x)
        mean = p * (residual + x) + (1 - p) * x
        return Sides(mean, factor(p) * residual + x, residual + x)

    return draw


def subnetworks_are_powers_of_two() -> Found:
    """L blocks with random positive weights make 2^L networks that answer differently; L^2 must not fit."""
    return subnetworks(lambda blocks: 2**blocks)


def subnetworks(number: Callable[[int], int]) -> Found:
    """Different answers of a chain of blocks to one input, over all choices of blocks."""
    the = Draw(0)
    found = []
    sizes = range(1, 9)
    for blocks in sizes:
        start = the.normal(1, WIDTH).abs() + 1
        branches = the.normal(blocks, 2, WIDTH, WIDTH).abs() / WIDTH  # positive, so that no ReLU is dead
        answers = set()
        for kept in itertools.product((0.0, 1.0), repeat=blocks):
            x = start
            for branch, factor in zip(branches, kept, strict=True):
                x = response(branch, x, factor)
            answers.add(tuple(round(value, 9) for value in x.flatten().tolist()))
        found.append(len(answers))
    return Found(
        found == [number(blocks) for blocks in sizes] != [blocks * blocks for blocks in sizes],
        f"Chains of 1 to {len(sizes)} blocks give {', '.join(map(str, found))} different answers to one input.",
    )
