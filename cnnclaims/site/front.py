"""The front page."""

from collections.abc import Sequence

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import MEANINGS, SETTLED, Canon, Judged
from cnnclaims.site.lineage_map import drawing
from cnnclaims.site.parts import Page, badge, command, heading, verdict_class
from cnnclaims.site.striking import RULE, cards, striking
from cnnclaims.site.totals import bar

TITLE = "Every number in the CNN canon, derived again"
STYLES, SCRIPTS = ("assets/map.css", "assets/front.css"), ("assets/map.js",)


def front(canon: Canon) -> Page:
    """What this is, how it stands, what was refuted, who built on whom, how to repeat it."""
    counts, shown = canon.counts, striking(canon)
    example = (
        f'<div class="example">\n<p>Often quoted, and refuted:</p>\n{cards(shown[:1])}</div>\n'
        if shown
        else ""
    )
    body = f"""# {esc(TITLE)} {{#_top}}

<div class="hero">
<div>
<p class="lead">Papers on convolutional networks print sizes, costs and depths that everyone quotes and few recount: here each
network is built from its own paper and measured, and every printed number gets a verdict that anyone can repeat with one
command.</p>
<p class="doors"><a href="papers.html">All papers</a> <a href="networks.html">Networks</a> <a href="ideas.html">Ideas</a>
<a href="lineage.html">Lineage</a> <a href="errata.html">Errata</a> <a href="how.html">How verdicts are made</a></p>
<h2 id="_totals">How the claims stand</h2>
<p>{_in_numbers(canon)} {_basis(canon)}</p>
<div class="totals">{bar(counts, "Claims by verdict")}</div>
</div>
{example}</div>
"""
    body += _tiles(canon)
    body += heading(2, "Refuted claims", "_refuted") + _refuted(canon, shown[1:])
    body += heading(2, "Who built on whom", "_lineage")
    body += f'{drawing(canon, light=True)}\n<p>With every work, every line, filters and search: <a href="lineage.html">the whole lineage</a>.</p>\n'
    body += heading(2, "Repeat all of it", "_repeat")
    body += f"{command('cnnclaims verify --all')}\n<p>It builds every network, measures every claim again and compares with the verdicts that stand here.</p>\n"
    description = f"{counts.total():,} claims of {len(canon.papers)} works on convolutional networks, checked by building the networks."
    return Page(TITLE, description, body, ("navigation", "toc"), SCRIPTS, STYLES)


def _in_numbers(canon: Canon) -> str:
    """How many papers, sets of study notes and claims there are, and how many claims were checked."""
    notes = sum(paper.record.kind == "notes" and not paper.is_our_own for paper in canon.papers)
    papers = sum(paper.record.kind != "notes" and not paper.is_our_own for paper in canon.papers)
    checked = sum(canon.counts[verdict] for verdict in SETTLED)
    works = [_count(papers, "paper"), *([_count(notes, "set") + " of study notes"] if notes else [])]
    return f"{' and '.join(works)}, {_count(canon.counts.total(), 'claim')}; {checked:,} of them are checked, the rest is open."


def _basis(canon: Canon) -> str:
    """What part of the verdicts is less than a measurement of a paper's network; empty where there is none."""
    consistent = sum(paper.counts["consistent"] for paper in canon.papers if not paper.is_our_own)
    own = sum(paper.counts[verdict] for paper in canon.papers if paper.is_our_own for verdict in SETTLED)
    parts = [f"{consistent:,} agree with nothing but the work's own word"] if consistent else []
    parts += [f"{own:,} {'is a statement' if own == 1 else 'are statements'} of our own"] if own else []
    return (
        f'Of the checked ones {" and ".join(parts)}: <a href="how.html#_consistent">what that is worth</a>.'
        if parts
        else ""
    )


def _tiles(canon: Canon) -> str:
    counts = canon.counts
    tiles = "".join(
        f'<li class="{verdict_class(verdict)}"><strong>{counts[verdict]:,}</strong> {badge(verdict)}<span>{esc(MEANINGS[verdict])}</span></li>\n'
        for verdict in MEANINGS
        if counts[verdict]
    )
    return f'<ul class="tiles">\n{tiles}</ul>\n'


def _refuted(canon: Canon, shown: Sequence[Judged]) -> str:
    refuted = canon.counts["refuted"]
    if not refuted:
        return "<p>None so far.</p>\n"
    all_of_them = f'<a href="errata.html">All {refuted:,} with what explains them</a>.'
    return f"<p>{esc(RULE)} {all_of_them}</p>\n\n{cards(shown)}" if shown else f"<p>{all_of_them}</p>\n"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
