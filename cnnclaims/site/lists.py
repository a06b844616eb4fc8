"""The page that lists the papers, and how a work is named elsewhere."""

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon, Paper
from cnnclaims.site.parts import (
    Page,
    link,
    paper_url,
    table,
)
from cnnclaims.site.totals import bar, in_a_sentence

WIDE = ("navigation", "toc")


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


def work(canon: Canon, id: str, up: str = "") -> str:
    """A paper by name: a link to its page, or title and year of one without a record."""
    record, stub = canon.record(id), canon.stub(id)
    if record:
        return f"{link(paper_url(id, up=up), record.title)} ({record.year})"
    if stub:
        return f"{esc(stub.title)} ({stub.year}, no record yet)"
    return esc(id)
