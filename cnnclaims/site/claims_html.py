"""Claims on a paper's page: the paper's tables with a verdict in each cell, and a block for each claim."""

from collections.abc import Sequence

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.records import Table
from cnnclaims.claims.timings import sentence as timed
from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.gathered import STRIKING, UNKNOWN, Judged
from cnnclaims.site.parts import (
    badge,
    code,
    command,
    facts,
    grouped,
    measured,
    printed,
    sentence,
    table,
    verdict_class,
    with_unit,
)
from cnnclaims.verifiers.catalogue import asks


def table_html(given: Table, by_id: dict[str, Judged]) -> str:
    """The table as the paper has it, each number linked to its claim."""
    heads = [
        "",
        *(f"{esc(column.heading)}<br><small>{esc(column.unit)}</small>" for column in given.columns.values()),
    ]
    rows = [
        [
            esc(row.label or row.of or row.id),
            *(_cell(by_id.get(f"{given.id}-{row.id}-{name}")) for name in given.columns),
        ]
        for row in given.rows
    ]
    return table(heads, rows, given.where, "numbers")


def _cell(judged: Judged | None) -> str:
    if judged is None:
        return '<span class="nothing" title="nothing printed">–</span>'
    return f'<a href="#{esc(judged.claim.id)}">{esc(judged.claim.printed)}</a>{badge(judged.verdict)}'


def claims_html(claims: Sequence[Judged]) -> str:
    """The claims of a table one by one: those that fail stand open, the others are folded away."""
    striking = [judged for judged in claims if judged.verdict in STRIKING]
    others = [judged for judged in claims if judged.verdict not in STRIKING]
    html = "".join(map(claim_html, striking))
    if others:
        count = f"{len(others)} {'other ' if striking else ''}{'claim' if len(others) == 1 else 'claims'}"
        folded = "".join(map(claim_html, others))
        html += f'<details class="fold">\n<summary>{count} of this table, one by one</summary>\n{folded}</details>\n'
    return html


def claim_html(judged: Judged) -> str:
    """One claim: what it says and what came out; how, one click away."""
    claim = judged.claim
    return (
        f'<section class="claim {verdict_class(judged.verdict)}">\n'
        f'<h3 id="{esc(claim.id)}">{esc(claim.says)} {badge(judged.verdict)}</h3>\n'
        f"<p>{_in_short(judged)}</p>\n{_why(judged)}"
        f"<details>\n<summary>How to repeat it</summary>\n{_details(judged)}</details>\n</section>\n"
    )


def _in_short(judged: Judged) -> str:
    parts = [f"printed <strong>{printed(judged)}</strong>"]
    if judged.text("measured"):
        parts.append(f"measured <strong>{measured(judged)}</strong>")
    if judged.text("distance"):
        parts.append(f"off by {esc(judged.text('distance'))}")
    parts.append(esc(judged.claim.where))
    parts.append(f'<a class="permalink" href="#{esc(judged.claim.id)}">{esc(judged.claim.id)}</a>')
    return " · ".join(parts)


def _why(judged: Judged) -> str:
    """What a reader needs to know beside the verdict, in one place."""
    lines = []
    if judged.text("found"):
        lines.append(sentence(judged.text("found")))
    if judged.explanation:
        measure, value = judged.explanation
        unit = with_unit(grouped(value), judged.claim.unit)
        lines.append(
            f"The printed number is met by {code(measure)}{f', which gives {unit}' if value else ''}."
        )
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


def _details(judged: Judged) -> str:
    claim = judged.claim
    value = judged.text("value")
    return facts(
        [
            ("Limits of the printed number", esc(judged.text("limits"))),
            ("Measure", code(claim.measure) if claim.measure else ""),
            ("Check", code(claim.check) if claim.check else ""),
            ("Comparison of speed", code(claim.timing) if claim.timing else ""),
            ("Value in full", esc(value) if value != judged.text("measured") else ""),
            ("State", esc(f"{UNKNOWN}: run the command") if judged.verdict == UNKNOWN else ""),
            ("Claim", code(claim.name)),
        ]
    ) + command(_command(claim))


def _command(claim: Claim) -> str:
    return f"cnnclaims verify {claim.paper} --claim {claim.id}{' --timing' if claim.timing else ''}"
