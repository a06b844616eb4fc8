"""Times things against one another in rounds, and says what the rounds agree on. No torch, and the clock is an argument.

A machine that does other work slows everything it times for a while. So what is compared is timed in turn, one sample of each a round,
all samples of a round lasting as long as the slowest call, and compared within the round: both sides of a ratio meet the same
disturbance for as long. A whole series of rounds is a sitting; only what every sitting shows, by more than sittings differ among
themselves, is called a finding.
"""

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Literal, NamedTuple

BLOCK = 2e-4  # seconds that one sample lasts at least, far above the clock's own step
LONG = (
    0.02  # seconds of a call beyond which a call before it warms no cache that the call does not fill itself
)
LEAST = 10  # rounds at least, however small the budget: quartiles of fewer say little
MOST = 2000  # rounds
ENOUGH = 0.005  # of the median: the standard error at which no more rounds are needed
WARM_UP = 3  # calls of each before anything is timed
SITTINGS = 3

Clock = Callable[[], float]
Direction = Literal["more", "less", "undecided"]


class Spread(NamedTuple):
    """Median and quartiles of repeated measurements, and how many there were."""

    median: float
    low: float
    high: float
    rounds: int

    @property
    def error(self) -> float:
        """The standard error of the median as a share of it, by the distance of the quartiles (1.25 x 0.741 x IQR / sqrt n)."""
        return 0.93 * (self.high - self.low) / math.sqrt(self.rounds) / self.median


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles of at least two values."""
    if len(values) < 2:
        raise ValueError(f"{len(values)} value has no quartiles; measure at least two")
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(median(values), low, high, len(values))


def rounds(
    calls: Sequence[Callable[[], object]],
    budget: float,
    clock: Clock,
    block: float = BLOCK,
    watch: Clock = time.monotonic,
) -> list[tuple[float, ...]]:
    """Seconds that one call takes by `clock`, a tuple a round with one entry for each of `calls`.

    Each is warmed up first. Rounds go on until the median of every entry is known to 0.5 per cent, or `budget` seconds of the `watch`
    are spent (the warm-up among them); at least ten are done, and each begins with another of the calls.
    """
    begin = watch()
    with _no_collection():
        repeats = _repeats(calls, clock, block)
        found: list[tuple[float, ...]] = []
        while len(found) < LEAST or (len(found) < MOST and watch() - begin < budget and not _settled(found)):
            first = len(found) % len(calls)
            sampled = [0.0] * len(calls)
            for at in (*range(first, len(calls)), *range(first)):
                number, rewarm = repeats[at]
                sampled[at] = _sample(calls[at], number, rewarm, clock)
            found.append(tuple(sampled))
        return found


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage collection within, which would fall into one sample and not into another."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _repeats(calls: Sequence[Callable[[], object]], clock: Clock, block: float) -> list[tuple[int, bool]]:
    """Warm up; how many calls of each make a sample, and whether one goes before it to bring its data back into the cache."""
    shortest = []
    for call in calls:
        taken = [_sample(call, 1, False, clock) for _ in range(WARM_UP)]
        shortest.append(max(min(taken), 1e-7))
    block = max(block, *shortest)
    return [(max(1, round(block / one)), one < LONG) for one in shortest]


def _sample(call: Callable[[], object], repeats: int, rewarm: bool, clock: Clock) -> float:
    if rewarm:
        call()
    begin = clock()
    for _ in range(repeats):
        call()
    return (clock() - begin) / repeats


def _settled(found: Sequence[tuple[float, ...]]) -> bool:
    """Whether every entry's median is known well enough; asked every tenth round, since it sorts."""
    return len(found) % LEAST == 0 and all(spread(times).error < ENOUGH for times in zip(*found, strict=True))


def ratios(found: Sequence[tuple[float, ...]], of: int, to: int) -> Spread:
    """The ratio of one entry to another, taken within each round."""
    return spread([one[of] / one[to] for one in found])


def direction(sittings: Sequence[Spread]) -> Direction:
    """Whether a ratio is above or below 1, or not to be told on this machine.

    It is told only where the quartiles of every sitting lie on one side of 1, and the median nearest to 1 lies further from it than
    the medians of the sittings lie apart (as logarithms, so that a half is as far from 1 as a double).
    """
    if len(sittings) < 2:
        raise ValueError(f"{len(sittings)} sitting cannot show whether a ratio repeats; take {SITTINGS}")
    medians = [math.log(one.median) for one in sittings]
    apart = max(medians) - min(medians)
    if min(one.low for one in sittings) > 1 and min(medians) > apart:
        return "more"
    if max(one.high for one in sittings) < 1 and -max(medians) > apart:
        return "less"
    return "undecided"
