"""Networks timed against one another on one machine, and the sentence and verdict that a claim of "faster" gets from it.

A verdict is this machine's and nobody else's: `supported` and `not supported` where every sitting agrees (see `rounds.direction`),
`undecided` where the sittings do not, `open` where the machine lacks what has to be measured. None is ever called reproduced, since
the papers' devices are not here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from torch import nn

from cnnclaims.verifiers.catalogue import timing_function
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing.energy import NoCounter
from cnnclaims.verifiers.timing.machine import Machine, NoDevice, forward, on, training_step
from cnnclaims.verifiers.timing.measuring import counter, windows
from cnnclaims.verifiers.timing.reading import figures, quartiles
from cnnclaims.verifiers.timing.rounds import SITTINGS, Direction, Spread, direction, ratios, rounds, spread

Builders = Mapping[str, Callable[[], Network]]


class Told(NamedTuple):
    """What a comparison found: a verdict about this machine, and a sentence with the figures."""

    verdict: str
    found: str


class Contest(NamedTuple):
    """Times of named networks, or what else was measured in turn: for each sitting its rounds, each with one entry a network."""

    names: tuple[str, ...]
    sittings: tuple[list[tuple[float, ...]], ...]

    def ratio(self, of: str, to: str, scale: float = 1.0) -> list[Spread]:
        """The ratio of two times in each sitting, times `scale`."""
        at, base = self.names.index(of), self.names.index(to)
        found = [ratios(sitting, at, base) for sitting in self.sittings]
        return [Spread(m * scale, low * scale, high * scale, n) for m, low, high, n in found]

    def all_of(self, name: str) -> Spread:
        """A network's entries in all sittings."""
        at = self.names.index(name)
        return spread([one[at] for sitting in self.sittings for one in sitting])

    def figures(self, unit: str = "s") -> str:
        """`a takes 1.23 ms (1.20 to 1.31), b ...`: medians and quartiles."""
        return ", ".join(f"{name} takes {quartiles(self.all_of(name), unit)}" for name in self.names)


def contest(
    builders: Builders, machine: Machine, batch: int = 1, input: int | None = None, training: bool = False
) -> Contest:
    """Time networks in turn, in several sittings for which all are built anew; with `training` forward and backward."""
    make = training_step if training else forward
    found = []
    for _ in range(SITTINGS):
        runs = [make(build(), machine, batch, input) for build in builders.values()]
        found.append(rounds(runs, machine.budget / SITTINGS, machine.clock, machine.block))
    return Contest(tuple(builders), tuple(found))


def energies(builders: Builders, machine: Machine) -> Contest:
    """Joules of an image of networks in turn, in several sittings. NoCounter where nothing counts them."""
    found = []
    meter = counter(machine)
    for _ in range(SITTINGS):
        runs = [forward(build(), machine) for build in builders.values()]
        found.append(windows(runs, meter, machine.clock))
    return Contest(tuple(builders), tuple(found))


def hungrier(found: Contest, names: Sequence[str], than: str) -> Told:
    """Whether each of these networks takes more energy than one other."""
    told = {name: found.ratio(name, than) for name in names}
    said = "; ".join(f"{name} takes {as_much(one, 'much', than)}" for name, one in told.items())
    return Told(verdict([direction(one) for one in told.values()]), f"{found.figures('J')}; {said}")


def slower(found: Contest, names: Sequence[str], than: str) -> Told:
    """Whether each of these networks takes longer than one other."""
    told = {name: found.ratio(name, than) for name in names}
    said = "; ".join(f"{name} takes {as_much(one, 'long', than)}" for name, one in told.items())
    return Told(verdict([direction(one) for one in told.values()]), f"{found.figures()}; {said}")


def as_much(sittings: Sequence[Spread], how: str, than: str) -> str:
    """`1.31 times as long as b (1.28 to 1.35 in 3 sittings)`: the middle median and the extremes."""
    ordered = sorted(one.median for one in sittings)
    low, middle, high = map(figures, (ordered[0], ordered[len(ordered) // 2], ordered[-1]))
    return f"{middle} times as {how} as {than} ({low} to {high} in {len(ordered)} sittings)"


def verdict(directions: Sequence[Direction]) -> str:
    """`supported` where all ratios are above 1, `not supported` where one is below, else `undecided`."""
    if "less" in directions:
        return "not supported"
    return "supported" if all(one == "more" for one in directions) else "undecided"


def decide(name: str, machine: Machine) -> tuple[str, str]:
    """Run the comparison of this name: verdict and sentence, as plain data."""
    compare = timing_function(name)
    with on(machine):
        try:
            told = compare(machine)
        except (NoCounter, NoDevice) as error:
            told = Told("open", str(error))
        return str(told.verdict), str(told.found)


def chain(stages: Sequence[nn.Module], shape: tuple[int, int, int]) -> Network:
    """Modules one after another on an input of this shape."""
    return Network({f"stage{number}": stage for number, stage in enumerate(stages, 1)}, shape)
