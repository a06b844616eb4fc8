"""What is wrong with a file, where, and how to mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of one file. Lines and columns count from 1; `name` is kebab-case and final."""

    file: str
    line: int
    column: int
    name: str
    message: str
    help: str

    def __str__(self) -> str:
        """Two lines: where and what, then the repair."""
        return f"{self.file}:{self.line}:{self.column}: {self.name}: {self.message}\n  help: {self.help}"


class Faults(Exception):
    """All faults that one run found, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults as `.faults`, each one once."""
        self.faults: list[Fault] = list(dict.fromkeys(faults))
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Every fault with its help line."""
        return "\n".join(map(str, self.faults))


class NotFound(LookupError):
    """A name that a user asked for and that nothing has."""

    def __init__(self, name: str, message: str, help: str) -> None:
        """`name` is the kebab-case name of the fault, as in `Fault`."""
        self.name, self.message, self.help = name, message, help
        super().__init__(name, message, help)

    def __str__(self) -> str:
        """Two lines, as a fault without a place."""
        return f"{self.name}: {self.message}\n  help: {self.help}"


def nearest(name: str, names: Iterable[str]) -> str:
    """`did you mean "vgg"?` for the known name (or two) that comes nearest; empty if none is near."""
    by_folded = {known.casefold(): known for known in sorted(names)}
    found = difflib.get_close_matches(name[:80].casefold(), by_folded, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(quoted(by_folded[known]) for known in found)}?" if found else ""


def quoted(text: object, limit: int = 60) -> str:
    """The text in double quotes, cut to `limit` characters and on one line."""
    line = " ".join(str(text).split())
    return f'"{line}"' if len(line) <= limit else f'"{line[: limit - 1]}…"'


def listed(names: Iterable[str], limit: int = 60) -> str:
    """The names with commas, at most `limit` of them."""
    every = list(names)
    return ", ".join(every[:limit]) + (f" and {len(every) - limit} more" if len(every) > limit else "")
