"""What a measurement on a machine leaves behind, as plain data (no torch)."""

from typing import NamedTuple

from cnnclaims.verifiers.timing.rounds import Spread


class Reading(NamedTuple):
    """A measured quantity with its unit, and the machine that it was measured on, by its full name."""

    what: str
    machine: str
    unit: str
    spread: Spread

    def __str__(self) -> str:
        return f"{self.what}: {self.figures()}, on {self.machine}"

    def figures(self) -> str:
        """Median, quartiles and the number of rounds; a single figure where nothing varies."""
        spread = self.spread
        if spread.rounds == 1:
            return with_prefix(spread.median, self.unit)
        return f"{quartiles(spread, self.unit)}, {spread.rounds} rounds"


PREFIXES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")),
    "B": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
}


def quartiles(spread: Spread, unit: str) -> str:
    """`1.23 ms (1.20 to 1.31)`: the median and both quartiles, in the prefix of the median."""
    scale, _ = _prefix(spread.median, unit)
    return f"{with_prefix(spread.median, unit)} ({figures(spread.low / scale)} to {figures(spread.high / scale)})"


def with_prefix(value: float, unit: str) -> str:
    """Three digits and a unit of fitting size: `0.00123` seconds are `1.23 ms`."""
    scale, name = _prefix(value, unit)
    return f"{figures(value / scale)} {name}"


def _prefix(value: float, unit: str) -> tuple[float, str]:
    for scale, name in PREFIXES.get(unit, ()):
        if value >= scale:
            return scale, name
    return PREFIXES[unit][-1] if unit in PREFIXES else (1.0, unit)


def figures(value: float) -> str:
    """At least three digits, as a person would write them."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")
