"""What `list` and `show` print: papers, claims, ideas, networks and measures, as text. No torch."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from cnnclaims.claims.faults import NotFound, nearest
from cnnclaims.claims.judging import is_current
from cnnclaims.claims.language import NETWORK, Signature
from cnnclaims.claims.library import Library
from cnnclaims.claims.printed import with_unit
from cnnclaims.claims.records import Claim, Record, Stub
from cnnclaims.claims.timings import current, sentence
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.catalogue import check_doc, signatures
from cnnclaims.verifiers.comparing import Disagreement, Statement
from cnnclaims.verifiers.verifying import uses

Verdicts = Mapping[str, Mapping[str, Any]]  # paper -> its verdict document
Row = tuple[str, ...]


def papers(library: Library, verdicts: Verdicts) -> list[Row]:
    """id, year, claims, reproduced, consistent, refuted, title."""
    rows: list[Row] = [("paper", "year", "claims", "reproduced", "consistent", "refuted", "title")]
    for record in sorted(library.records.values(), key=lambda record: (record.year, record.id)):
        found = verdicts.get(record.id, {}).get("claims", {})
        words = [_word(claim, found) for claim in record.claims_in_order()]
        counts = (len(words), *map(words.count, ("reproduced", "consistent", "refuted")))
        rows.append((record.id, str(record.year), *map(str, counts), record.title))
    return rows


def ideas(library: Library) -> list[Row]:
    """id, name, who introduced it."""
    rows: list[Row] = [("idea", "introduced by", "name")]
    return rows + [(id, defined.paper, defined.idea.name) for id, defined in sorted(library.ideas.items())]


def functions(networks: bool) -> list[Row]:
    """Call and first line of the docstring of each network, or of each measure."""
    rows: list[Row] = [("network" if networks else "measure", "what it is")]
    for signature in signatures().values():
        if (signature.returns == NETWORK) == networks:
            rows.append((str(signature), first_line(signature.doc)))
    return rows


def first_line(doc: str) -> str:
    """The first line of a docstring."""
    return doc.strip().partition("\n")[0]


def show(library: Library, verdicts: Verdicts, name: str) -> str:
    """A paper, an idea, a network or measure, or one claim as `paper/claim`; NotFound with the nearest names."""
    if "/" in name:
        claim = library.claim(name)
        return "\n".join(_claim(claim, verdicts.get(claim.paper, {})))
    key, called = name.casefold(), name.partition("(")[0]
    if key in library.records or key in library.stubs or key in library.aliases:
        work = library.work(name)
        return "\n".join(_stub(library, work) if isinstance(work, Stub) else _record(work, verdicts))
    if key in library.ideas:
        return "\n".join(_idea(library, key))
    if called in signatures():
        return "\n".join(_function(library, signatures()[called]))
    known = [*library.records, *library.aliases, *library.ideas, *library.stubs, *signatures()]
    help = (
        nearest(name, known)
        or "`cnnclaims list papers`, `list networks`, `list ideas` and `list measures` show the names"
    )
    raise NotFound("unknown-name", f"there is no paper, idea, network or measure {name!r}", help)


def _record(record: Record, verdicts: Verdicts) -> Iterator[str]:
    yield f"{record.title} ({record.id})"
    yield f"{', '.join(record.authors)}. {record.venue or ''} {record.year}".replace("  ", " ")
    for name, value in (("arXiv", record.arxiv), ("DOI", record.doi), ("code", record.code)):
        if value:
            yield f"{name}: {value}"
    yield f"\n{record.summary}"
    if record.ideas:
        yield "\nIdeas introduced"
        yield from (f"  {idea.id}: {idea.says}" for idea in record.ideas)
    if record.uses:
        yield "\nIdeas used"
        yield from (f"  {use.idea}{': ' + use.note if use.note else ''}" for use in record.uses)
    if record.lineage:
        yield "\nLineage"
        yield from (
            f"  {edge.relation} {edge.to}{f' ({edge.idea})' if edge.idea else ''}{f': {edge.note}' if edge.note else ''}"
            for edge in record.lineage
        )
    if record.networks:
        yield "\nNetworks"
        yield from (f"  {signatures().get(name, name)}" for name in record.networks)
    if record.conventions:
        yield f"\nHow the paper counts\n{record.conventions}"
    if record.readings:
        yield "\nWhat the paper leaves open, and how it is read here"
        yield from (f"  - {reading}" for reading in record.readings)
    yield "\nClaims"
    found = verdicts.get(record.id, {}).get("claims", {})
    for claim in record.claims_in_order():
        yield f"  {claim.id}: {with_unit(claim.printed, claim.unit)}, {_word(claim, found)}"
    yield f"\nRepeat it: cnnclaims verify {record.id}"


def _word(claim: Claim, found: Mapping[str, Any]) -> str:
    verdict = found.get(claim.id)
    return str(verdict["verdict"]) if verdict and is_current(claim, verdict) else "not yet computed"


def _claim(claim: Claim, document: Mapping[str, Any]) -> Iterator[str]:
    verdict = document.get("claims", {}).get(claim.id)
    yield f"{claim.name}: {claim.says}"
    rows: list[Row] = [("where", claim.where), ("printed", f"{claim.printed} ({claim.unit})")]
    if claim.measure is not None:
        rows.append(("measure", claim.measure))
    if claim.check is not None:
        doc, source, line = check_doc(claim.check)
        rows.append(("check", f"{claim.check} (cnnclaims/{source}:{line})"))
        rows.append(("", first_line(doc)))
    if claim.open is not None:
        rows.append(("open", f"{claim.open.kind}: {claim.open.reason}"))
    if verdict is None or not is_current(claim, verdict):
        rows.append(("verdict", "not yet computed for the claim as it stands"))
    else:
        rows += _outcome(claim, verdict)
        rows.append(("with", ", ".join(f"{package} {v}" for package, v in document.get("with", {}).items())))
    if claim.timing is not None:
        doc, source, line = check_doc(claim.timing)
        rows.append(("timing", f"{claim.timing} (cnnclaims/{source}:{line})"))
        rows.append(("", first_line(doc)))
        rows += [("", sentence(entry)) for entry in current(claim, document.get("timings", {}))]
    if claim.note:
        rows.append(("note", claim.note))
    if not claim.confirmed:
        rows.append(("unconfirmed", "no copy of the paper was seen for this claim"))
    rows.append(("repeat", f"cnnclaims verify {claim.paper} --claim {claim.id}"))
    if claim.measure is not None:
        rows.append(("", f"cnnclaims measure {shlex.quote(claim.measure)}"))
    if claim.timing is not None:
        rows.append(("", f"cnnclaims verify {claim.paper} --claim {claim.id} --timing"))
    yield from (f"  {name:<12} {text}" for name, text in rows)


def _outcome(claim: Claim, verdict: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = [
        ("verdict", verdict["verdict"] + (f" ({verdict['distance']})" if "distance" in verdict else ""))
    ]
    if "measured" in verdict:
        exactly = verdict["value"]
        whole = isinstance(exactly, int) and UNITS[claim.unit].scale != 1
        value = verdict["measured"] + (f" (exactly {exactly:,})" if whole else "")
        rows.append(("measured", value))
        rows.append(("allowed", verdict["limits"]))
    for key in ("found", "error"):
        if key in verdict:
            rows.append((key, verdict[key]))
    if "explained_by" in verdict:
        explained = verdict["explained_by"]
        rows.append(("explained by", f"{explained['measure']} = {explained['measured']}"))
    return rows


def _idea(library: Library, key: str) -> Iterator[str]:
    defined = library.ideas[key]
    yield f"{defined.idea.name} ({key})"
    yield defined.idea.says
    if defined.idea.equation:
        yield f"\n  {defined.idea.equation}"
    yield f"\nIntroduced by {defined.paper}"
    users = [(r.id, use.note) for r in library.records.values() for use in r.uses if use.idea == key]
    if users:
        yield "Used by"
        yield from (f"  {paper}{f': {note}' if note else ''}" for paper, note in users)
    carried = [(r.id, edge) for r in library.records.values() for edge in r.lineage if edge.idea == key]
    if carried:
        yield "Carried by"
        yield from (f"  {paper} {edge.relation} {edge.to}" for paper, edge in carried)
    if defined.idea.example:
        yield "Example"
        yield from (
            f"  {step.measure} = {with_unit(step.gives, step.unit)}: {step.says}"
            for step in defined.idea.example
        )
    if defined.idea.checked_by:
        yield "Checked by"
        yield from (f"  {name}" for name in defined.idea.checked_by)


def _function(library: Library, signature: Signature) -> Iterator[str]:
    yield str(signature)
    yield signature.doc
    for parameter in signature.parameters:
        kinds = " or ".join([*map(repr, parameter.choices)] or sorted(parameter.kinds - {"None"}))
        kinds += " or None" if "None" in parameter.kinds else ""
        yield f"  {parameter.name}: {kinds}"
    yield f"\nSource: cnnclaims/{signature.source}:{signature.line}"
    if signature.name in library.networks:
        yield f"Paper: {library.networks[signature.name]}"
    claims = [claim.name for claim in library.claims() if uses(claim, [signature.name])]
    if claims:
        yield f"Claims measured with it: {', '.join(claims[:12])}{f' and {len(claims) - 12} more' if len(claims) > 12 else ''}"


def _stub(library: Library, stub: Stub) -> Iterator[str]:
    yield f"{stub.title} ({stub.id})"
    yield f"{', '.join(stub.authors)}. {stub.venue or ''} {stub.year}".replace("  ", " ")
    yield "Known by name only: it has no record yet."
    yield from (f"  introduced {idea.id}: {idea.says}" for idea in stub.ideas)
    for record in library.records.values():
        yield from (f"  {record.id} {edge.relation} it" for edge in record.lineage if edge.to == stub.id)


def shown(library: Library, found: list[str]) -> str:
    """Ideas by id, with their names and who introduced them."""
    rows = [(idea, library.ideas.get(idea)) for idea in found]
    width = max((len(idea) for idea in found), default=0)
    return "\n".join(
        f"{idea:<{width}}  {defined.idea.name} ({defined.paper})" if defined else idea
        for idea, defined in rows
    )


def errata(found: list[Statement]) -> str:
    """Refuted and cut-off numbers by paper, each with what was measured and what explains it."""
    lines: list[str] = []
    paper = ""
    for claim, verdict in found:
        if claim.paper != paper:
            paper = claim.paper
            lines.append(f"{paper}" if not lines else f"\n{paper}")
        lines.append(f"  {claim.id} ({claim.where}): {_beside(claim, verdict)}")
        if "explained_by" in verdict:
            lines.append(
                f"      explained by {verdict['explained_by']['measure']} = {verdict['explained_by']['measured']}"
            )
        if claim.note:
            lines.append(f"      {claim.note}")
    counted = len(found)
    return "\n".join([*lines, f"\n{counted} erratum" if counted == 1 else f"\n{counted} errata"])


def disagreements(found: list[Disagreement]) -> str:
    """Each quantity that works state differently, with what each prints and its verdict."""
    lines: list[str] = []
    for quantity, network, statements in found:
        lines.append(f"{quantity} of {network}")
        lines += [
            f"  {claim.name} ({claim.where}): {_beside(claim, verdict)}" for claim, verdict in statements
        ]
        lines.append("")
    counted = len(found)
    return "\n".join([*lines, f"{counted} disagreement" if counted == 1 else f"{counted} disagreements"])


def _beside(claim: Claim, verdict: Mapping[str, Any]) -> str:
    """The printed number beside the measured one."""
    found = verdict.get("measured") or verdict.get("found") or ""
    off = f" ({verdict['distance']})" if "distance" in verdict else ""
    return f"{with_unit(claim.printed, claim.unit)}, {verdict['verdict']}: {found}{off}"
