"""The page that lists the papers, and how a work is named elsewhere."""

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import SETTLED, Canon, Paper
from cnnclaims.site.parts import (
    Page,
    link,
    paper_url,
    table,
)
from cnnclaims.site.totals import bar, in_a_sentence

WIDE = ("navigation", "toc")


def papers(canon: Canon) -> Page:
    """Every record with its totals, in a table that sorts."""
    rows = [_paper_row(paper) for paper in canon.papers]
    head = ["Paper", "How its claims stand", "Year", "Claims", "Settled", "Refuted"]
    body = "# Papers {#_top}\n\n"
    body += f"<p>{len(rows)} works, from the oldest to the newest. A claim is settled when it was measured, checked or worked out; "
    body += 'the others are open: <a href="how.html#_kinds">how a claim is settled</a>.</p>\n'
    body += table(head, rows, "Papers", "papers sortable")
    description = "Every paper on this site, and how its claims stand."
    return Page(
        "Papers", description, body, WIDE, scripts=("assets/claims.js",), styles=("assets/claims.css",)
    )


def _paper_row(paper: Paper) -> list[str]:
    record, counts = paper.record, paper.counts
    about = " · ".join(filter(None, (record.id, record.venue)))
    return [
        f"{link(paper_url(record.id), record.title)}<br><small>{esc(about)}</small>",
        f"{bar(counts, f'Claims of {record.id} by verdict', 12)}<small>{esc(in_a_sentence(counts))}</small>",
        str(record.year),
        str(len(paper.claims)),
        str(sum(counts[verdict] for verdict in SETTLED)),
        str(counts["refuted"]),
    ]


def work(canon: Canon, id: str, up: str = "") -> str:
    """A paper by name: a link to its page, or title and year of one without a record."""
    record, stub = canon.record(id), canon.stub(id)
    if record:
        twin = (
            sum(paper.record.title == record.title for paper in canon.papers) > 1
        )  # two records of one paper
        return f"{link(paper_url(id, up=up), record.title)} ({record.year}{f', {esc(id)}' if twin else ''})"
    if stub:
        return f"{esc(stub.title)} ({stub.year}, not on this site)"
    return esc(id)
