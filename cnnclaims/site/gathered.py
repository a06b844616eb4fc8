"""Records and verdicts side by side, as the pages need them. Nothing is computed here and nothing is guessed.

A verdict counts only if it is about the claim as the record has it now; else the claim is "not yet computed".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.judging import is_current
from cnnclaims.claims.library import Library
from cnnclaims.claims.records import Edge, Idea, Record, Stub
from cnnclaims.claims.timings import current

Verdicts = Mapping[str, Mapping[str, Any]]
OURSELVES = "The authors of cnnclaims"  # the author of records that state things of our own
UNKNOWN = "not yet computed"
STRIKING = ("refuted", "not supported", "error")  # what a reader should not have to look for
SETTLED = ("reproduced", "consistent", "truncated", "supported", "refuted", "not supported")
MEANINGS = {
    "reproduced": "The measured value rounds to the printed number, or the check found the statement true.",
    "consistent": "It agrees, but only with other printed figures, or with a setting that what we built was given.",
    "truncated": "The printed digits are the measured value cut off, not rounded.",
    "supported": "A scaled-down experiment shows the effect. This is less than reproduced.",
    "refuted": "The measured value lies outside what the printed number allows, or the check found the opposite.",
    "not supported": "A scaled-down experiment does not show the effect.",
    "open": "Nothing can be checked without data, training or hardware that we lack, or the paper says too little.",
    "error": "Our verifier failed. This says nothing about the paper.",
    UNKNOWN: "The claim is new or has changed since verdicts were last computed.",
}


@dataclass(frozen=True)
class Judged:
    """A claim and what was found about it; `entry` is the verdict file's, empty if there is none that fits."""

    claim: Claim
    verdict: str
    entry: Mapping[str, Any]
    timings: tuple[Mapping[str, Any], ...] = ()  # what machines said of its speed

    def text(self, key: str) -> str:
        """What the verdict file says under a key, as text; empty if it says nothing."""
        value = self.entry.get(key)
        return "" if value is None else str(value)

    @property
    def explanation(self) -> tuple[str, str] | None:
        """The measure that does meet the printed number, and what it measured."""
        given = self.entry.get("explained_by")
        if self.verdict != "refuted" or not isinstance(given, Mapping) or self.claim.explained_by is None:
            return None
        return self.claim.explained_by, str(given.get("measured") or given.get("value") or "")


@dataclass(frozen=True)
class Paper:
    """A record with its judged claims, and the lines of lineage that come in from other records."""

    record: Record
    claims: tuple[Judged, ...]
    later: tuple[tuple[str, Edge], ...]
    versions: Mapping[str, Any]

    @property
    def counts(self) -> Counter[str]:
        """How many claims have each verdict."""
        return Counter(judged.verdict for judged in self.claims)

    @property
    def is_our_own(self) -> bool:
        """Whether the record states things of the project's own, and no paper's."""
        return OURSELVES in self.record.authors


@dataclass(frozen=True)
class Thought:
    """An idea, the work that introduced it and the records that use it."""

    idea: Idea
    source: str
    users: tuple[tuple[str, str], ...]  # record id, note


@dataclass(frozen=True)
class Canon:
    """Everything the site shows, each part in its final order."""

    papers: tuple[Paper, ...]
    stubs: tuple[Stub, ...]
    thoughts: tuple[Thought, ...]

    @cached_property  # asked for on every page
    def claims(self) -> tuple[Judged, ...]:
        """All claims, paper by paper."""
        return tuple(judged for paper in self.papers for judged in paper.claims)

    @property
    def counts(self) -> Counter[str]:
        """How many claims have each verdict."""
        return Counter(judged.verdict for judged in self.claims)

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {paper.record.id: paper.record for paper in self.papers}

    def record(self, id: str) -> Record | None:
        """The record of this id, None for a stub."""
        return self._records.get(id)

    def stub(self, id: str) -> Stub | None:
        """The stub of this id, None for a record."""
        return next((stub for stub in self.stubs if stub.id == id), None)


def judged(claim: Claim, entry: object) -> Judged:
    """The claim with the verdict file's entry, if that entry is about the claim as it is now."""
    if (
        isinstance(entry, dict)
        and isinstance(entry.get("explained_by", {}), dict)
        and is_current(claim, entry)
    ):
        verdict = entry.get("verdict")
        if verdict in MEANINGS:
            return Judged(claim, verdict, entry)
    return Judged(claim, "open" if claim.open else UNKNOWN, {})


def gather(library: Library, verdicts: Verdicts) -> Canon:
    """Join the records of a library with verdict documents by paper id."""
    records = sorted(library.records.values(), key=lambda record: (record.year, record.id))
    papers = tuple(_paper(record, records, verdicts.get(record.id, {})) for record in records)
    stubs = tuple(sorted(library.stubs.values(), key=lambda stub: (stub.year, stub.id)))
    thoughts = (
        Thought(
            idea,
            source,
            tuple((r.id, use.note or "") for r in records for use in r.uses if use.idea == idea.id),
        )
        for idea, source in library.ideas.values()
    )
    return Canon(
        papers,
        stubs,
        tuple(sorted(thoughts, key=lambda thought: (thought.idea.name.casefold(), thought.idea.id))),
    )


def _paper(record: Record, records: Sequence[Record], document: Mapping[str, Any]) -> Paper:
    entries = document.get("claims", {})
    timings = document.get("timings", {})
    claims = tuple(
        replace(judged(claim, entries.get(claim.id)), timings=tuple(current(claim, timings)))
        for claim in record.claims_in_order()
    )
    later = tuple((other.id, edge) for other in records for edge in other.lineage if edge.to == record.id)
    return Paper(record, claims, later, document.get("with", {}))
