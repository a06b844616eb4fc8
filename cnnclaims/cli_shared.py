"""What the commands of the command line share: exit statuses, options, and how they read, print and fail."""

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from cnnclaims.claims.library import Library

FINE, FINDINGS, BROKEN, INTERRUPTED = 0, 1, 2, 130
JOBS = min(2, os.cpu_count() or 1)  # each worker loads torch for itself
Jobs = Annotated[int, typer.Option(min=1, max=256, help="Worker processes.")]
Timeout = Annotated[int, typer.Option(min=1, max=86_400, help="Seconds that one network or check may take.")]


class Device(StrEnum):
    """Where something is timed."""

    cpu = "cpu"
    cuda = "cuda"


def fail(message: str, status: int = BROKEN) -> NoReturn:
    """End the run with a message on standard error."""
    print(message, file=sys.stderr)
    raise SystemExit(status)


def library() -> "Library":
    """The shipped records."""
    from cnnclaims.claims.loading import load

    return load()


def verdicts() -> dict[str, Any]:
    """The shipped verdicts."""
    from cnnclaims.claims.verdicts import load_verdicts

    return load_verdicts()


def print_rows(rows: Sequence[tuple[str, ...]]) -> None:
    """Rows in columns; the first is the heading, the last column may be as long as it likes."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())


def write(file: str, text: str) -> None:
    """Write a file whole, or to standard output for `-`."""
    from cnnclaims.claims.verdicts import write_whole

    if file == "-":
        sys.stdout.write(text)
    else:
        write_whole(Path(file), text)
