"""Which share of its units a built network drops, and where: what checks of several papers' dropout share.

The layers between two stages are run in training on ones. What is left of them is 1 / (1 - p) times as large, by which p is
known exactly; as many as p says must be gone.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.claims.printed import decimal, parse
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.checks.agreement import seeded
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace

ONES = 200_000  # at least; an image's worth is never split
SIGMAS = 6  # by chance two in a thousand million draws are further off


class Dropped(NamedTuple):
    """What became of ones: `rate` by the size of what is left, `gone` of `ones` are 0, `at_test` of them pass untouched."""

    rate: Fraction
    gone: int
    ones: int
    at_test: int

    def is_a_draw(self) -> bool:
        """Whether so many are gone as fits the rate."""
        p = float(self.rate)
        return abs(self.gone - p * self.ones) <= SIGMAS * math.sqrt(p * (1 - p) * self.ones)


def drops(
    net: Network, places: dict[str, tuple[str, str]], printed: str, unit: str, kept: bool = False
) -> Found:
    """Whether between every two stages the printed share is dropped, or with `kept` is left, and at test nothing is."""
    allowed, scale = parse(printed, unit), UNITS[unit].scale
    found = {name: dropped(net, *stages) for name, stages in places.items()}
    holds = all(
        allowed.allows(((1 - each.rate) if kept else each.rate) / scale)
        and each.is_a_draw()
        and each.at_test == each.ones
        for each in found.values()
    )
    listed = "; ".join(
        f"{each.gone:,} of {each.ones:,} ones {name} are gone in training and the others {decimal(1 / (1 - each.rate), 4)} times "
        f"as large, as a rate of {decimal(each.rate, 4)} makes them; at test {each.at_test:,} pass as they are"
        for name, each in found.items()
    )
    return Found(holds and bool(found), listed, own_word=True)


def dropped(net: Network, after: str, before: str) -> Dropped:
    """What the layers between two stages do to ones."""
    shape = trace(net).layers[after].shape
    assert shape is not None
    ones = torch.ones(math.ceil(ONES / math.prod(shape)), *shape, dtype=torch.float64)
    layers = between(net, after, before)
    with seeded(2012), torch.no_grad():
        trained, tested = (layers.train(mode)(ones) for mode in (True, False))
    left = trained[trained != 0]
    size = left.max().item() if left.numel() else math.inf
    if not torch.equal(left, torch.full_like(left, size)):
        raise ValueError(f"behind {after} ones come out in several sizes; that is no dropout")
    rate = Fraction(1 - 1 / size).limit_denominator(10**6)  # the rounding of 1 / (1 - p) aside
    return Dropped(rate, trained.numel() - left.numel(), trained.numel(), _ones(tested))


def _ones(x: Tensor) -> int:
    return int((x == 1).sum())


def between(net: nn.Module, after: str, before: str) -> nn.Sequential:
    """The stages behind one and in front of another of the same chain."""
    parent, _, first = after.rpartition(".")
    names = list(dict(net.get_submodule(parent).named_children()))
    last = names.index(before.rpartition(".")[2])
    chain = net.get_submodule(parent)
    return nn.Sequential(*list(chain.children())[names.index(first) + 1 : last])
