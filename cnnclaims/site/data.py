"""The same as the pages, for machines: claims, graph, papers and bibliography as files."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from cnnclaims.claims.bibtex import bibtex
from cnnclaims.claims.graph import graph
from cnnclaims.claims.library import Library
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import UNKNOWN, Canon, Judged, Paper
from cnnclaims.site.kinds import kind
from cnnclaims.verifiers.comparing import Disagreement, Statement


def data_files(
    canon: Canon,
    library: Library,
    apart: Iterable[Disagreement],
    pages: Collection[str],
    addresses: Addresses,
) -> dict[str, bytes]:
    """Every file under `data/`: name -> content. `pages` are the names of the site's pages, to which addresses lead."""
    wrong = [one for one in canon.claims if one.verdict in ("refuted", "truncated", "not supported")]
    bibliography = {f"data/papers/{paper.record.id}.bib": bibtex(paper.record) for paper in canon.papers}
    return {
        "data/claims.json": _json([plain(judged, addresses) for judged in canon.claims]),
        "data/graph.json": _json(_graph(library, pages, addresses)),
        "data/errata.json": _json([plain(judged, addresses) for judged in wrong]),
        "data/disagreements.json": _json([_apart(one) for one in apart]),
        "data/canon.bib": "\n".join(bibliography.values()).encode(),
        **{name: text.encode() for name, text in bibliography.items()},
        **{f"data/papers/{paper.record.id}.json": _json(_paper(paper, addresses)) for paper in canon.papers},
    }


def plain(judged: Judged, addresses: Addresses) -> dict[str, Any]:
    """A claim with its verdict: what the record says, how it is settled, and what the verdict file says."""
    claim = judged.claim
    about = {
        "claim": claim.name,
        "paper": claim.paper,
        "id": claim.id,
        "url": claim_url(judged, addresses),
        "says": claim.says,
        "where": claim.where,
        "printed": claim.printed,
        "unit": claim.unit,
        "verdict": judged.verdict,
        "settled_by": kind(claim).key,
        "seen_in_a_copy": claim.confirmed,
    }
    if judged.verdict == UNKNOWN:
        about |= {key: text for key, text in (("measure", claim.measure), ("check", claim.check)) if text}
    return about | dict(judged.entry) | ({"note": claim.note} if claim.note else {})


def claim_url(judged: Judged, addresses: Addresses) -> str:
    """The address of a claim, from the site's top folder where the site's own address is unknown."""
    return f"{addresses.site}papers/{judged.claim.paper}.html#{judged.claim.id}"


def _paper(paper: Paper, addresses: Addresses) -> dict[str, Any]:
    known = paper.record.model_dump(mode="json", exclude={"tables", "claims"}, exclude_none=True)
    return {
        **known,
        "url": f"{addresses.site}papers/{paper.record.id}.html",
        "counts": dict(sorted(paper.counts.items())),
        "computed_with": dict(paper.versions),
        "claims": [plain(judged, addresses) for judged in paper.claims],
    }


def _graph(library: Library, pages: Collection[str], addresses: Addresses) -> dict[str, Any]:
    """Papers, ideas and networks with the lines between them; what is stated about a network stands in `claims.json`."""
    whole = graph(library)
    kept = {node: known for node, known in whole.nodes(data=True) if known["kind"] != "claim"}
    return {
        "nodes": [{"id": node, **known, **_url(node, pages, addresses)} for node, known in kept.items()],
        "edges": [
            {"source": source, "target": target, **{key: value for key, value in known.items() if value}}
            for source, target, known in whole.edges(data=True)
            if source in kept and target in kept
        ],
    }


def _url(node: str, pages: Collection[str], addresses: Addresses) -> dict[str, str]:
    """The address of a node's page; a block without one is explained with the language, a stub has none."""
    sort, _, name = node.partition(":")
    if f"{sort}s/{name}.md" in pages:
        return {"url": f"{addresses.site}{sort}s/{name}.html"}
    return {"url": f"{addresses.site}language.html#{name}"} if sort == "network" else {}


def _apart(found: Disagreement) -> dict[str, Any]:
    statements = [_statement(one) for one in found.statements]
    return {"quantity": found.quantity, "network": found.network, "statements": statements}


def _statement(statement: Statement) -> dict[str, object]:
    claim, verdict = statement
    return {"claim": claim.name, "says": claim.says, "where": claim.where} | dict(verdict)


def _json(data: list[Any] | dict[str, Any]) -> bytes:
    """JSON with an entry a line, in a file that a difference of two versions shows well."""
    if isinstance(data, list):
        return f"[\n{_lines(data)}\n]\n".encode("utf-8", "replace")
    parts = (
        f"{json.dumps(key)}: " + (f"[\n{_lines(value)}\n]" if isinstance(value, list) else _line(value))
        for key, value in data.items()
    )
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8", "replace")


def _lines(entries: Iterable[object]) -> str:
    return ",\n".join(map(_line, entries))


def _line(entry: object) -> str:
    return json.dumps(entry, ensure_ascii=False)
