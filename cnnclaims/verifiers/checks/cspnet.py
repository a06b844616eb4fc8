"""Checks of CSPNet (arXiv 1911.11929), Section 3.1: what a dense block reads and writes.

Letters are the paper's: c the channels that come in, m the layers, d the growth rate. Cost is counted in channels, as
the block's maps are all of one size; its layers are single 3x3 convolutions.
"""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.accesses import memory_access
from cnnclaims.verifiers.networks.densenet import dense_block
from cnnclaims.verifiers.trace import trace, uninitialised

SIZE = 4  # side of the maps; the cost in channels does not depend on it


class Block(NamedTuple):
    """A dense block in the paper's letters."""

    c: int
    m: int
    d: int


Cost = Callable[[Block], Fraction]


def random_blocks() -> list[Block]:
    """Forty blocks on 8 to 64 channels, an even number, with 2 to 12 layers and a growth of 2 to 32, an even number."""
    generator = random.Random(1911)
    return [
        Block(2 * generator.randint(4, 32), generator.randint(2, 12), 2 * generator.randint(1, 16))
        for _ in range(40)
    ]


def whole(block: Block) -> Fraction:
    """The paper's cost of a dense block."""
    return block.c * block.m + Fraction((block.m**2 + block.m) * block.d, 2)


def partial(block: Block) -> Fraction:
    """The paper's cost of the block with half of the channels in it."""
    return Fraction(block.c * block.m + (block.m**2 + block.m) * block.d, 2)


def counted(block: Block) -> Fraction:
    """Channels that the block's convolutions read and write, built and run."""
    with uninitialised():
        net = dense_block(layers=block.m, growth_rate=block.d, channels=block.c, size=SIZE)
    return Fraction(memory_access(trace(net), weights=False), SIZE**2)


def half(block: Block) -> Block:
    """The block that gets half of the channels and grows as before."""
    return block._replace(c=block.c // 2)


def dense_block_traffic() -> Found:
    """The first formula counts whole blocks; the second must fit none."""
    return traffic_fits(counted, whole, control=partial)


def partial_dense_block_traffic() -> Found:
    """The second formula counts blocks on half the channels; half of the first must fit none."""
    return traffic_fits(lambda block: counted(half(block)), partial, control=lambda block: whole(block) / 2)


def traffic_fits(count: Cost, formula: Cost, control: Cost) -> Found:
    """Whether the formula is what every random block reads and writes, and the control that of none."""
    rows = [(block, count(block)) for block in random_blocks()]
    right = sum(formula(block) == found for block, found in rows)
    fooled = sum(control(block) == found for block, found in rows)
    block, found = rows[0]
    sentence = (
        f"the formula is exact for {right} of {len(rows)} random blocks, the control for {fooled}; "
        f"c = {block.c}, m = {block.m}, d = {block.d} reads and writes {found} channels"
    )
    return Found(right == len(rows) and fooled == 0, sentence)


def saves_at_most_half() -> Found:
    """Half of the channels in the block saves less than half, and nearly half when c is large; halving d too is half."""
    return saving_below_half(lambda block: counted(half(block)))


def saving_below_half(count: Cost) -> Found:
    """Whether every saving lies between 0 and 1/2 and comes near to 1/2; with half the growth it must be 1/2."""
    wide = Block(c=1024, m=2, d=2)
    blocks = [*random_blocks(), wide]
    savings = [1 - count(block) / counted(block) for block in blocks]
    halved = half(wide)._replace(d=wide.d // 2)
    control = 1 - counted(halved) / counted(wide)
    sentence = (
        f"{len(blocks)} blocks save {float(min(savings)):.1%} to {float(max(savings)):.1%}, most with c = {wide.c}, "
        f"m = {wide.m}, d = {wide.d}; with half the growth too that one would save {float(control):.0%}"
    )
    near = Fraction(49, 100) < savings[-1]
    return Found(
        all(0 < s < Fraction(1, 2) for s in savings) and near and control == Fraction(1, 2), sentence
    )
