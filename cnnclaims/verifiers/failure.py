"""Why a question has no answer, in one line."""

from typing import NamedTuple

LONGEST = 400  # characters


class Failure(NamedTuple):
    """The reason for an answer that never came: our fault, never the paper's."""

    reason: str


def failure(error: BaseException) -> Failure:
    """The kind of an exception and the first line of its message, fit for a terminal and for a file."""
    lines = str(error).strip().splitlines()
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in (lines or [""])[0])
    reason = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return Failure(reason if len(reason) <= LONGEST else reason[: LONGEST - 1] + "…")
