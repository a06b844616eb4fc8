"""The pages that list: papers, ideas, errata."""

from collections.abc import Iterable

from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.gathered import Canon, Judged, Paper, Thought
from cnnclaims.site.parts import (
    Page,
    badge,
    bullets,
    code,
    grouped,
    heading,
    link,
    measured,
    paper_url,
    printed,
    sentence,
    table,
    with_unit,
)
from cnnclaims.site.totals import bar, in_a_sentence

WIDE = ("navigation", "toc")


def findings(claims: Iterable[Judged], name: str) -> str:
    """Claims of one verdict with printed and measured number."""
    rows = (
        [
            link(paper_url(judged.claim.paper, judged.claim.id), judged.claim.says),
            printed(judged),
            measured(judged) or sentence(judged.text("found")),
            esc(judged.text("distance")),
            f"{link(paper_url(judged.claim.paper), judged.claim.paper)}, {esc(judged.claim.where)}",
        ]
        for judged in claims
    )
    return table(["Claim", "Printed", "Measured", "Off by", "Where"], rows, name, "findings")


def papers(canon: Canon) -> Page:
    """Every record with its totals."""
    rows = [_paper_row(paper) for paper in canon.papers]
    body = "# Papers {#_top}\n\n" + table(
        ["Paper", "How its claims stand", "Year", "Venue", "Claims"], rows, "Papers", "papers"
    )
    return Page("Papers", "Every paper with a record, and how its claims stand.", body, WIDE)


def _paper_row(paper: Paper) -> list[str]:
    record = paper.record
    return [
        f"{link(paper_url(record.id), record.title)}<br><small>{esc(record.id)}</small>",
        f"{bar(paper.counts, f'Claims of {record.id} by verdict', 12)}<small>{esc(in_a_sentence(paper.counts))}</small>",
        str(record.year),
        esc(record.venue or ""),
        str(len(paper.claims)),
    ]


def ideas(canon: Canon) -> Page:
    """Every idea: what it is, who introduced it, who uses it."""
    body = "# Ideas {#_top}\n\n<p>Each idea is defined once, with the work that introduced it.</p>\n"
    for thought in canon.thoughts:
        body += heading(2, thought.idea.name, thought.idea.id) + _idea(canon, thought)
    return Page("Ideas", "The ideas of the canon: who introduced each, and who uses it.", body)


def _idea(canon: Canon, thought: Thought) -> str:
    used = bullets(
        link(paper_url(user), user) + (f": {esc(note)}" if note else "") for user, note in thought.users
    )
    return f"{paragraphs(thought.idea.says)}\n<p>Introduced by {work(canon, thought.source)}.</p>\n" + (
        f"<p>Used by:</p>\n{used}" if used else "<p>No other record uses it yet.</p>\n"
    )


def work(canon: Canon, id: str, up: str = "") -> str:
    """A paper by name: a link to its page, or title and year of one without a record."""
    record, stub = canon.record(id), canon.stub(id)
    if record:
        return f"{link(paper_url(id, up=up), record.title)} ({record.year})"
    if stub:
        return f"{esc(stub.title)} ({stub.year}, no record yet)"
    return esc(id)


def errata(canon: Canon) -> Page:
    """Every refuted and truncated claim by paper, with its explanation."""
    body = (
        "# Errata {#_top}\n\n<p>Printed numbers that our measurement does not meet, and those that are cut off where"
        ' they should be rounded. What "our measurement" is worth: <a href="how.html">how verdicts are made</a>.</p>\n'
    )
    found = 0
    for paper in canon.papers:
        wrong = [judged for judged in paper.claims if judged.verdict in ("refuted", "truncated")]
        found += len(wrong)
        if wrong:
            body += heading(2, paper.record.title, f"_{paper.record.id}")
            body += "".join(_erratum(judged) for judged in sorted(wrong, key=lambda judged: judged.verdict))
    body += "" if found else "\n<p>None so far.</p>\n"
    return Page("Errata", "Every refuted and truncated number of the canon, with what explains it.", body)


def _erratum(judged: Judged) -> str:
    lines = [
        f"{badge(judged.verdict)} {link(paper_url(judged.claim.paper, judged.claim.id), judged.claim.says)}",
        f"{esc(judged.claim.where)} prints <strong>{printed(judged)}</strong>"
        + (f"; measured <strong>{measured(judged)}</strong>" if measured(judged) else "")
        + (f", off by {esc(judged.text('distance'))}." if judged.text("distance") else "."),
        sentence(judged.text("found")) if judged.text("found") else "",
    ]
    if judged.explanation:
        measure, value = judged.explanation
        gives = f", which gives {with_unit(grouped(value), judged.claim.unit)}" if value else ""
        lines.append(f"The printed number is met by {code(measure)}{gives}.")
    note = paragraphs(judged.claim.note) if judged.claim.note else ""
    return f'<div class="erratum">{"".join(f"<p>{line}</p>" for line in lines if line)}{note}</div>\n\n'
