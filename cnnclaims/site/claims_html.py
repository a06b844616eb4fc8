"""Claims on a paper's page: the paper's tables with a verdict in each cell, and a block for each claim."""

import re
from collections.abc import Mapping, Sequence

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.records import Table
from cnnclaims.claims.timings import sentence as timed
from cnnclaims.site.controls import marks
from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.expressions import Addresses, check_place, expression, sources
from cnnclaims.site.gathered import STRIKING, UNKNOWN, Judged, Paper
from cnnclaims.site.kinds import is_arithmetic, kind
from cnnclaims.site.parts import (
    badge,
    code,
    command,
    facts,
    grouped,
    measured,
    printed,
    sentence,
    spelled,
    table,
    tied,
    verdict_class,
    with_unit,
)
from cnnclaims.verifiers.catalogue import asks

UP = "../"
BASIS = '<a class="basis" href="../how.html#_consistent">{}</a>'


def table_html(given: Table, by_id: dict[str, Judged]) -> str:
    """The table as the paper has it, each number linked to its claim."""
    heads = [
        "Row",
        *(
            f"{esc(column.heading)}<br><small>{esc(spelled(column.unit))}</small>"
            for column in given.columns.values()
        ),
    ]
    rows = [
        [
            esc(row.label or row.of or row.id),
            *(_cell(by_id.get(f"{given.id}-{row.id}-{name}")) for name in given.columns),
        ]
        for row in given.rows
    ]
    return table(heads, rows, f"{given.where}: {given.says}", "numbers")  # a paper's table may stand in parts


def _cell(judged: Judged | None) -> str:
    if judged is None:
        return '<span class="nothing" title="nothing printed">–</span>'
    off = f"<small>{measured(judged)}</small>" if judged.text("distance") else ""
    basis = "<small>printed figures</small>" if is_arithmetic(judged.claim) else ""
    return f'<a href="#{esc(judged.claim.id)}">{esc(judged.claim.printed)}</a>{badge(judged.verdict)}{off}{basis}'


def claims_html(paper: Paper, claims: Sequence[Judged], addresses: Addresses) -> str:
    """The claims of a table one by one: those that fail stand open, the others are folded away."""
    striking = [judged for judged in claims if judged.verdict in STRIKING]
    others = [judged for judged in claims if judged.verdict not in STRIKING]
    html = "".join(claim_html(paper, judged, addresses) for judged in striking)
    if others:
        count = f"{len(others)} {'other ' if striking else ''}{'claim' if len(others) == 1 else 'claims'}"
        folded = "".join(claim_html(paper, judged, addresses) for judged in others)
        html += f'<details class="fold">\n<summary>{count} of this table, one by one</summary>\n{folded}</details>\n'
    return html


def claim_html(paper: Paper, judged: Judged, addresses: Addresses) -> str:
    """One claim: what it says and what came out; how, one click away."""
    claim = judged.claim
    basis = f" {BASIS.format(rests)}" if (rests := _rests_on(judged)) else ""
    return (
        f'<section class="claim {verdict_class(judged.verdict)}" {marks(judged)}>\n'
        f'<h3 id="{esc(claim.id)}">{tied(esc(claim.says))} {badge(judged.verdict)}{basis}</h3>\n'
        f"<p>{_in_short(judged)}</p>\n{_why(judged)}"
        f"<details>\n<summary>How to repeat it</summary>\n{_details(paper, judged, addresses)}</details>\n</section>\n"
    )


def _rests_on(judged: Judged) -> str:
    """What a verdict rests on where that is no measurement; empty where it is one."""
    if is_arithmetic(judged.claim):
        return "arithmetic on printed figures"
    return "the work's own word" if judged.verdict == "consistent" else ""


def _in_short(judged: Judged) -> str:
    parts = [f"printed <strong>{printed(judged)}</strong>"]
    if judged.text("measured"):
        came_out = "works out to" if is_arithmetic(judged.claim) else "measured"
        parts.append(f"{came_out} <strong>{measured(judged)}</strong>")
    if judged.text("distance"):
        parts.append(f"off by {tied(esc(judged.text('distance')))}")
    parts.append(esc(judged.claim.where))
    parts.append(f'<a class="permalink" href="#{esc(judged.claim.id)}">{esc(judged.claim.id)}</a>')
    return " · ".join(parts)


def _why(judged: Judged) -> str:
    """What a reader needs to know beside the verdict, in one place."""
    lines = []
    if judged.text("found"):
        lines.append(sentence(judged.text("found")))
    lines += explained(judged, UP)
    if judged.verdict == "error":
        lines.append(f"Our verifier failed: {esc(judged.text('error'))}")
    if judged.claim.open:
        lines.append(
            f"Open, {esc(judged.claim.open.kind.replace('-', ' '))}: {esc(judged.claim.open.reason)}"
        )
    lines += [f"{esc(asks(entry['timing']))} {esc(timed(entry))}" for entry in judged.timings]
    if not judged.claim.confirmed:
        lines.append("The printed number was not seen in a copy of the paper.")
    notes = paragraphs(judged.claim.note) if judged.claim.note else ""
    return "".join(f"<p>{line}</p>\n" for line in lines) + notes


def explained(judged: Judged, up: str = "") -> list[str]:
    """The sentence on the count that does meet a refuted number, if there is one."""
    if not judged.explanation:
        return []
    measure, value = judged.explanation
    gives = f", which gives {with_unit(grouped(value), judged.claim.unit)}" if value else ""
    return [f"The printed number is met by {expression(measure, up)}{gives}."]


def _details(paper: Paper, judged: Judged, addresses: Addresses) -> str:
    claim = judged.claim
    convention = next((t.convention or "" for t in paper.record.tables if t.id == claim.table), "")
    check = claim.check and f"{code(claim.check)} {check_place(claim.check, addresses)}"
    return facts(
        [
            ("Printed", esc(claim.printed)),
            ("Allows", esc(judged.text("limits"))),
            ("Measure", expression(claim.measure, UP) if claim.measure else ""),
            ("Written in", sources(claim.measure or "", addresses)),
            ("Check", check or ""),
            ("Comparison of speed", code(claim.timing) if claim.timing else ""),
            ("Value in full", esc(in_full(judged))),
            ("Settled by", esc(kind(claim).name)),
            ("Counted", esc(convention)),
            ("State", esc(f"{UNKNOWN}: run the command") if judged.verdict == UNKNOWN else ""),
            ("Device", esc(judged.text("device"))),
            ("Computed with", esc(versions(paper.versions)) if judged.entry and not claim.open else ""),
        ]
    ) + command(again(claim))


def in_full(judged: Judged) -> str:
    """The measured value with nothing rounded: a whole number or a fraction; empty where `measured` is that already."""
    value = judged.text("value")
    if value == judged.text("measured"):
        return ""
    return " / ".join(
        re.sub(r"\d{5,}", lambda found: f"{int(found[0]):,}", part) for part in value.split("/")
    )


def versions(made_with: Mapping[str, object]) -> str:
    """The packages and devices that verdicts were computed with."""
    return ", ".join(f"{name} {version}" for name, version in made_with.items())


def again(claim: Claim) -> str:
    """The command that repeats one claim."""
    return f"cnnclaims verify {claim.paper} --claim {claim.id}{' --timing' if claim.timing else ''}"
