"""Faults of claims that show without building anything: printed numbers, expressions, units, names. No torch."""

from collections.abc import Iterable, Iterator

from cnnclaims.claims.faults import Fault, nearest
from cnnclaims.claims.language import NETWORK, called, check
from cnnclaims.claims.printed import PrintedError, parse
from cnnclaims.claims.records import Claim, Record, Step
from cnnclaims.claims.tree import Path
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.checks import CHECKS, TIMINGS
from cnnclaims.verifiers.measures import TIMED


def lint(records: Iterable[Record]) -> list[Fault]:
    """Every fault of these records' claims and network names, in the order of the files."""
    return sorted(fault for record in records for fault in _record(record))


def lint_claims(claims: Iterable[Claim]) -> list[Fault]:
    """Every fault of these claims."""
    return sorted(fault for claim in claims for fault in _claim(claim))


def _record(record: Record) -> Iterator[Fault]:
    for index, name in enumerate(record.networks):
        known = signatures().get(name)
        if known is None or known.returns != NETWORK:
            line, column, *_ = record.tree.position(("networks", index))
            networks = [other for other, signature in signatures().items() if signature.returns == NETWORK]
            help = nearest(name, networks) or "cnnclaims list networks has them all"
            yield Fault(record.file, line, column, "unknown-network", f"there is no network {name!r}", help)
    for number, idea in enumerate(record.ideas):
        for place, step in enumerate(idea.example):
            yield from _step(record, step, ("ideas", number, "example", place))
    for claim in record.claims_in_order():
        yield from _claim(claim)


def _step(record: Record, step: Step, path: Path) -> Iterator[Fault]:
    """Faults of a line of an idea's example."""
    try:
        parse(step.gives, step.unit)
    except PrintedError as error:
        line, column, *_ = record.tree.position((*path, "gives"))
        yield Fault(record.file, line, column, "printed-unreadable", str(error), "write the number alone")
    for problem in check(step.measure, signatures(), UNITS[step.unit].dimension):
        line, column, straight = record.tree.text_position((*path, "measure"))
        column += problem.offset if straight else 0
        help = problem.help or "see cnnclaims list measures"
        yield Fault(record.file, line, column, problem.name, f"{problem.message} (in {step.measure})", help)


def _claim(claim: Claim) -> Iterator[Fault]:
    if claim.measure is not None:
        try:
            parse(claim.printed, claim.unit, claim.digits)
        except PrintedError as error:
            help = "write the number alone, or name a function that settles it: check: ..."
            yield _fault(claim, "printed", 0, "printed-unreadable", str(error), help)
        yield from _expression(claim, "measure", claim.measure)
    if claim.check is not None and claim.check not in CHECKS:
        help = nearest(claim.check, CHECKS) or "list it in cnnclaims/verifiers/checks/__init__.py"
        yield _fault(claim, "check", 0, "unknown-check", f"there is no check {claim.check!r}", help)
    if claim.timing is not None and claim.timing not in TIMINGS:
        help = (
            nearest(claim.timing, TIMINGS) or "list it in TIMINGS of cnnclaims/verifiers/checks/__init__.py"
        )
        yield _fault(claim, "timing", 0, "unknown-timing", f"there is no comparison {claim.timing!r}", help)
    if claim.own_word and claim.measure is None:
        message = (
            "only of a measure a record says that it leans on the work's own word; a check says so itself"
        )
        yield _fault(claim, "own_word", 0, "own-word-alone", message, "leave `own_word` out")
    if claim.explained_by is not None:
        if claim.measure is None:
            message = "only a measured number can be explained by another measure"
            yield _fault(claim, "explained_by", 0, "explained-by-alone", message, "say it in `note`")
        yield from _expression(claim, "explained_by", claim.explained_by)


def _expression(claim: Claim, key: str, expression: str) -> Iterator[Fault]:
    dimension = UNITS[claim.unit].dimension
    for problem in check(expression, signatures(), dimension):
        message = f"{problem.message} (in {expression})"
        yield _fault(
            claim, key, problem.offset, problem.name, message, problem.help or "see cnnclaims list measures"
        )
    for name in sorted(TIMED.intersection(called(expression))):
        message = f"{name} differs from machine to machine and from run to run, so no verdict can rest on it"
        help = "write `open: {needs-hardware: ...}`, and under `timing` the name of a comparison"
        yield _fault(claim, key, expression.index(name), "timed-measure", message, help)


def _fault(claim: Claim, key: str, offset: int, name: str, message: str, help: str) -> Fault:
    line, column = claim.position(key, offset)
    return Fault(claim.file, line, column, name, message, help)
