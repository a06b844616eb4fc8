"""What checks of identities share: random draws, two sides that must agree, and a control that must not."""

import contextlib
import math
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.found import Found

EXACT = 1e-11  # relative: float64 adds the same products in another order
DRAWS = 20
SEED = 2016


class Sides(NamedTuple):
    """The two sides of an identity, and what must differ from the first."""

    one: Tensor
    other: Tensor
    control: Tensor


class Draw:
    """Random whole numbers and random tensors from one seed."""

    def __init__(self, seed: int) -> None:
        self.numbers = random.Random(seed)
        self.values = torch.Generator().manual_seed(seed)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.numbers.randint(low, high)

    def normal(self, *shape: int) -> Tensor:
        """Normal values in float64."""
        return torch.empty(*shape, dtype=torch.float64).normal_(generator=self.values)

    def image(self, channels: int, side: int | None = None) -> Tensor:
        """Two random images, of 9 to 14 pixels a side unless `side` says otherwise."""
        side = self.whole(9, 14) if side is None else side
        return self.normal(2, channels, side, side)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within, what torch draws by itself (first weights, dropout) comes from a seed; outside nothing is disturbed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def agree(what: str, control: str, draw: Callable[[Draw], Sides]) -> Found:
    """Whether both sides are equal in every draw, and the control in none."""
    drawn = [draw(Draw(SEED + number)) for number in range(DRAWS)]
    off = max(distance(sides.other, sides.one) for sides in drawn)
    agreed = f"agree to {off:.0e} of their size" if off else "are equal to the last bit"
    differ = min(distance(sides.control, sides.one) for sides in drawn)
    sentence = (
        f"{what}: over {DRAWS} random draws in float64 both sides {agreed}; "
        f"the control, {control}, is off by {differ:.2g} at least"
    )
    return Found(off < EXACT and differ > 1e-4, sentence)


def distance(one: Tensor, other: Tensor) -> float:
    """The largest difference, relative to the largest value; infinite between different shapes."""
    if one.shape != other.shape:
        return math.inf
    return ((one - other).abs().max() / other.abs().max()).item()
