"""The front page."""

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon, Judged, Paper
from cnnclaims.site.lineage_map import drawing
from cnnclaims.site.lists import findings
from cnnclaims.site.parts import Page, command, heading
from cnnclaims.site.totals import bar, legend

TITLE = "Every number in the CNN canon, derived again"


def front(canon: Canon) -> Page:
    """What this is, how it stands, what was refuted, who built on whom, how to repeat it."""
    counts, papers = canon.counts, len(canon.papers)
    computed = sum(
        counts[verdict] for verdict in ("reproduced", "truncated", "refuted", "supported", "not supported")
    )
    body = f"""# {esc(TITLE)} {{#_top}}

<p class="lead">Papers on convolutional networks print sizes, costs and depths that everyone quotes and few recount.
Here each network is built from its own paper and measured, and every printed number gets a verdict that anyone can
repeat with one command.</p>

<p>{papers} {_plural("paper", papers)}, {counts.total()} {_plural("claim", counts.total())}, {computed} of them checked.
<a href="papers.html">All papers</a> · <a href="how.html">How verdicts are made</a></p>
"""
    body += heading(2, "How the claims stand", "_totals")
    body += f'<div class="totals">{bar(counts, "Claims by verdict")}</div>\n\n{legend(counts)}'
    body += heading(2, "Refuted claims", "_refuted")
    refuted = [judged for judged in canon.claims if judged.verdict == "refuted"]
    if refuted:
        shown = [judged for paper in canon.papers for judged in _widest(paper)]
        body += f'<p>{_which(len(shown), len(refuted))} With what explains them: <a href="errata.html">errata</a>.</p>\n\n'
        body += findings(shown, "Refuted claims")
    else:
        body += "<p>None so far.</p>\n"
    body += heading(2, "Who built on whom", "_lineage")
    body += drawing(canon, light=True)
    body += '\n<p>The same in words, with the idea on each line: <a href="lineage.html">lineage</a>.</p>\n'
    body += heading(2, "Repeat all of it", "_repeat")
    body += command("cnnclaims verify")
    description = f"{counts.total()} claims of {papers} papers on convolutional networks, checked by building the networks."
    return Page(TITLE, description, body, ("navigation", "toc"), ("assets/map.js",), ("assets/map.css",))


def _widest(paper: Paper, most: int = 2) -> list[Judged]:
    """The refuted claims of a paper that are furthest off, in the paper's order."""
    refuted = [judged for judged in paper.claims if judged.verdict == "refuted"]
    kept = sorted(refuted, key=_off, reverse=True)[:most]
    return [judged for judged in refuted if judged in kept]


def _off(judged: Judged) -> float:
    """How far off a number is, in per cent; 0 where it is no matter of distance."""
    number = judged.text("distance").split(" ")[0].lstrip("+-").replace(",", "")
    return float(number) if number else 0.0


def _which(shown: int, all: int) -> str:
    return "" if shown == all else f"The widest of each paper, {shown} of {all}."


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"
