"""A run of `verify`: which claims are asked, what came out beside what was recorded, and whether that is as it should be."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cnnclaims.claims.faults import Faults, NotFound, nearest, quoted
from cnnclaims.claims.judging import VERDICTS, Verdict
from cnnclaims.claims.loading import PAPERS
from cnnclaims.claims.records import Claim, Record
from cnnclaims.claims.timings import EVIDENCE, Timing, Timings, current, merged
from cnnclaims.claims.verdicts import (
    FOLDER,
    Document,
    VerdictFileError,
    changes,
    document,
    load_verdict_file,
    write_verdicts,
)
from cnnclaims.verifiers.linting import lint
from cnnclaims.verifiers.measures import MEASURES
from cnnclaims.verifiers.pool import TIME_LIMIT
from cnnclaims.verifiers.running import Question, Take
from cnnclaims.verifiers.timing.evidence import timed
from cnnclaims.verifiers.verifying import made_with, uses, verify


@dataclass
class Result:
    """One record's part of a run. `recorded` is None where no verdict was ever recorded.

    `timings` are those that were recorded, and in the place of the same device's those of this run. They are never findings.
    """

    record: Record
    asked: tuple[Claim, ...]
    recorded: dict[str, Verdict] | None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    timings: Timings = field(default_factory=dict)

    @property
    def findings(self) -> dict[str, str]:
        """The claims for which the run fails, each with the reason. An error of ours is one, recorded or not."""
        found = self._changed() if self.recorded is not None else {}
        for claim, verdict in self.in_order.items():
            if verdict["verdict"] == "error":
                found[claim] = f"{found.get(claim, 'error')}: {verdict['error']}"
            elif verdict["verdict"] == "refuted" and self.recorded is None:
                found[claim] = "refuted, and no verdicts are recorded"
        return found

    def _changed(self) -> dict[str, str]:
        """Claims whose verdict is not as recorded."""
        assert self.recorded is not None
        found = changes(self.recorded, self.in_order)
        if len(self.asked) == len(self.record.claims_in_order()):
            gone = self.recorded.keys() - {claim.id for claim in self.asked}
            found |= dict.fromkeys(sorted(gone), "recorded, but no longer in the record")
        return found

    @property
    def in_order(self) -> dict[str, Verdict]:
        """The verdicts in the record's order."""
        return {claim.id: self.verdicts[claim.id] for claim in self.asked if claim.id in self.verdicts}


def prepare(
    records: Sequence[Record], claims: Iterable[str] = (), measures: Iterable[str] = (), anew: bool = False
) -> list[Result]:
    """What is to be asked: every claim of the records, or those named, or those that use one of the measures.

    `anew` passes over a recorded file that cannot be read, since the run will replace it. Raises `Faults` where a claim cannot
    be checked as it is written, and `NotFound`.
    """
    if faults := lint(records):
        raise Faults(faults)
    wanted, called = set(claims), set(measures)
    _expect_claims(wanted, records)
    _expect_measures(called)
    results = []
    for record in records:
        every = record.claims_in_order()
        asked = tuple(
            claim
            for claim in every
            if (not wanted or claim.id in wanted or claim.name in wanted)
            and (not called or uses(claim, called))
        )
        if asked or not (wanted or called):
            kept = _recorded(record, anew and len(asked) == len(every))
            recorded = None if kept is None else kept["claims"]
            before = {} if kept is None else kept.get("timings", {})
            timings = {claim.id: found for claim in every if (found := current(claim, before))}
            results.append(Result(record, asked, recorded, timings=timings))
    return results


def _expect_claims(names: Iterable[str], records: Iterable[Record]) -> None:
    claims = [claim for record in records for claim in record.claims_in_order()]
    known = {name for claim in claims for name in (claim.id, claim.name)}
    for name in sorted(set(names) - known):
        help = nearest(name, known) or "`cnnclaims show PAPER` lists a paper's claims"
        raise NotFound("unknown-claim", f"none of these records has a claim {quoted(name)}", help)


def _expect_measures(names: Iterable[str]) -> None:
    for name in sorted(set(names) - set(MEASURES)):
        help = nearest(name, MEASURES) or "`cnnclaims list measures` has them all"
        raise NotFound("unknown-measure", f"there is no measure {quoted(name)}", help)


def _recorded(record: Record, anew: bool) -> Document | None:
    path = verdict_path(record)
    if not path.exists():
        return None
    try:
        return load_verdict_file(path)
    except VerdictFileError:
        if anew:
            return None
        raise


def verdict_path(record: Record) -> Path:
    """Where a record's verdicts are kept: with the shipped ones, or in `verdicts/` beside a user's own file."""
    folder = Path(record.file).resolve().parent
    return (FOLDER if folder == PAPERS.resolve() else folder / "verdicts") / f"{record.id}.json"


def settle(
    results: list[Result],
    jobs: int,
    time_limit: float = TIME_LIMIT,
    report: Callable[[], None] = lambda: None,
    networks: Iterable[Question] = (),
    take: Take = lambda question, trace: None,
) -> bool:
    """Ask and judge everything, calling `report` after each claim; False where Ctrl-C came first.

    `take` gets the traces of `networks` as they come.
    """
    by_paper = {result.record.id: result for result in results}
    collected = gc.isenabled()
    gc.disable()  # what comes in is kept, and the collector would walk through it again and again
    try:
        claims = (claim for result in results for claim in result.asked)
        for claim, verdict in verify(claims, jobs, time_limit, networks, take):
            by_paper[claim.paper].verdicts[claim.id] = verdict
            report()
    except KeyboardInterrupt:
        return False
    finally:
        if collected:
            gc.enable()
    return True


def settle_timings(
    results: list[Result],
    device: str,
    threads: int,
    time_limit: float = TIME_LIMIT,
    report: Callable[[], None] = lambda: None,
) -> bool:
    """Make the comparisons of speed that the asked claims name, on a device of this machine; False where Ctrl-C came first.

    Raises NotFound where this machine lacks the device.
    """
    by_paper = {result.record.id: result for result in results}
    try:
        for claim, entry in timed(
            (c for result in results for c in result.asked), device, threads, time_limit, made_with()
        ):
            timings = by_paper[claim.paper].timings
            timings[claim.id] = merged(timings.get(claim.id, []), entry)
            report()
    except KeyboardInterrupt:
        return False
    return True


def update(result: Result) -> Path | None:
    """Record the verdicts, those of claims that were not asked as they were: the file, or None where nothing changed."""
    merged = {**(result.recorded or {}), **result.verdicts}
    ids = [claim.id for claim in result.record.claims_in_order()]
    kept = {claim: merged[claim] for claim in ids if claim in merged}
    timings = {claim: _worth_keeping(result.timings[claim]) for claim in ids if claim in result.timings}
    path = verdict_path(result.record)
    contents = document(
        result.record.id, kept, made_with(), {c: found for c, found in timings.items() if found}
    )
    return path if write_verdicts(path, contents) else None


def _worth_keeping(timings: list[Timing]) -> list[Timing]:
    """Entries that say something: one that failed, or that lacked its hardware, is no evidence."""
    return [entry for entry in timings if entry["verdict"] in EVIDENCE]


def fails(results: Iterable[Result], updated: bool) -> bool:
    """Whether a run has findings; where its verdicts were just recorded, only errors of ours are left.

    What a machine said of a claim of speed is no finding, but that a comparison could not be made is one.
    """
    results = list(results)
    entries = [entry for result in results for found in result.timings.values() for entry in found]
    if any(entry["verdict"] == "error" for entry in entries):
        return True
    return "error" in totals(results) if updated else any(result.findings for result in results)


def totals(results: Iterable[Result]) -> dict[str, int]:
    """How many claims have each verdict, in the order of `VERDICTS`."""
    counted = Counter(v["verdict"] for result in results for v in result.verdicts.values())
    return {verdict: counted[verdict] for verdict in VERDICTS if counted[verdict]}


def documents(results: Iterable[Result]) -> dict[str, Document]:
    """All results as plain data."""
    return {r.record.id: document(r.record.id, r.in_order, made_with(), r.timings) for r in results}
