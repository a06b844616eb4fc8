"""The page on the study notes that the project began with: what they say, what does not hold, what does."""

from cnnclaims.site.controls import off
from cnnclaims.site.errata import ERRATA, erratum
from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.gathered import Canon, Judged, Paper
from cnnclaims.site.parts import (
    Page,
    badge,
    heading,
    link,
    measured,
    paper_url,
    printed,
    sentence,
    table,
)
from cnnclaims.site.sections import beside
from cnnclaims.site.totals import bar, in_a_sentence

TOP = (
    "<p>This project began with sets of study notes, such as students write and pass on. They repeat what papers claim, and at times what nobody "
    "claimed. Their numbers are recorded and checked like those of any paper: first what does not hold, then what does.</p>\n"
)


def notes(canon: Canon) -> Page:
    """Each set of notes, the one with the most that does not hold first."""
    sets = [paper for paper in canon.papers if paper.record.kind == "notes" and not paper.is_our_own]
    sets.sort(key=lambda paper: (-len(_wrong(paper)), paper.record.id))
    body = "# Study notes {#_top}\n\n" + beside("notes.html") + TOP + "".join(map(_notes, sets))
    body += "" if sets else "<p>None so far.</p>\n"
    own = [link(paper_url(paper.record.id), paper.record.title) for paper in canon.papers if paper.is_our_own]
    if own:
        body += f"\n<p>What we state ourselves, beside any paper, stands apart: {', '.join(own)}.</p>\n"
    description = (
        "What the study notes behind this project say of the canon, what of it holds and what does not."
    )
    return Page("Study notes", description, body, styles=("assets/claims.css",))


def _wrong(paper: Paper) -> list[Judged]:
    """What does not hold, the furthest off first."""
    return sorted((judged for judged in paper.claims if judged.verdict in ERRATA), key=off, reverse=True)


def _notes(paper: Paper) -> str:
    record, wrong = paper.record, _wrong(paper)
    rest = [judged for judged in paper.claims if judged not in wrong]
    html = heading(2, record.title, f"_{record.id}") + paragraphs(record.summary)
    html += f'<div class="totals">{bar(paper.counts, f"Claims of {record.id} by verdict")}'
    html += f"<p>{esc(in_a_sentence(paper.counts))}. {link(paper_url(record.id), 'All of them in full')}</p></div>\n"
    if wrong:
        html += "<h3>What does not hold</h3>\n" + "".join(map(erratum, wrong))
    if rest:
        html += f"<h3>{'The rest' if wrong else 'What they say'}</h3>\n"
        head = ["Statement", "Verdict", "Printed", "Found"]
        html += table(head, map(_row, rest), f"{record.title}: statements", "statements")
    return html


def _row(judged: Judged) -> list[str]:
    claim = judged.claim
    found = measured(judged) or (sentence(judged.text("found")) if judged.text("found") else "")
    return [
        link(paper_url(claim.paper, claim.id), claim.says),
        badge(judged.verdict),
        printed(judged),
        found or (esc(claim.open.reason) if claim.open else ""),
    ]
