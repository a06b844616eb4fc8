"""The claim that everything else reads, and where its texts stand in the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnclaims.claims.records import Open


@dataclass(frozen=True)
class Span:
    """Where a stretch of a claim's text was written: `start` is its first character's offset in that text."""

    start: int
    line: int
    column: int
    straight: bool  # whether the file has the stretch letter for letter, so that offsets can be counted on


@dataclass(frozen=True)
class Claim:
    """One claim, ready to be judged: exactly one of `measure`, `check` and `open` is given.

    `timing` names a comparison that a machine of one's own can make. `own_word` says that the measure leans on the work's own
    word: on a figure that it prints, or on a setting that the builder was given and that the measure only finds again. `table`, `row` and `column` are ids (None for a claim that stands in no table). `at` has the spans of each text by
    key (`says`, `printed`, `measure`, `explained_by`, ...), and under "" the place where the claim begins.
    """

    paper: str
    id: str
    says: str
    printed: str
    digits: int | None
    unit: str
    where: str
    measure: str | None
    check: str | None
    open: "Open | None"
    explained_by: str | None
    note: str | None
    confirmed: bool
    timing: str | None = None
    own_word: bool = False
    table: str | None = None
    row: str | None = None
    column: str | None = None
    file: str = ""
    at: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """`paper/claim`, as commands take it."""
        return f"{self.paper}/{self.id}"

    def position(self, key: str = "", offset: int = 0) -> tuple[int, int]:
        """Line and column of a text of this claim, or of the character at an offset in it."""
        spans = self.at.get(key) or self.at.get("") or (Span(0, 1, 1, False),)
        span = [spans[0], *(one for one in spans if one.start <= offset)][-1]
        return span.line, span.column + (offset - span.start if span.straight and key in self.at else 0)
