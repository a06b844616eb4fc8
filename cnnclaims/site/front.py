"""The front page."""

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import MEANINGS, SETTLED, Canon
from cnnclaims.site.lineage_map import drawing
from cnnclaims.site.parts import Page, badge, command, heading, verdict_class
from cnnclaims.site.striking import RULE, cards, striking
from cnnclaims.site.totals import bar

TITLE = "Every number in the CNN canon, derived again"
STYLES, SCRIPTS = ("assets/map.css", "assets/front.css"), ("assets/map.js",)


def front(canon: Canon) -> Page:
    """What this is, how it stands, what was refuted, who built on whom, how to repeat it."""
    counts, papers = canon.counts, len(canon.papers)
    computed = sum(counts[verdict] for verdict in SETTLED)
    body = f"""# {esc(TITLE)} {{#_top}}

<p class="lead">Papers on convolutional networks print sizes, costs and depths that everyone quotes and few recount: here each
network is built from its own paper and measured, and every printed number gets a verdict that anyone can repeat with one
command.</p>

<p class="doors"><a href="papers.html">All papers</a> <a href="networks.html">Networks</a> <a href="ideas.html">Ideas</a>
<a href="lineage.html">Lineage</a> <a href="errata.html">Errata</a> <a href="how.html">How verdicts are made</a></p>
"""
    body += heading(2, "How the claims stand", "_totals")
    body += f"<p>{papers} {_plural('paper', papers)}, {counts.total():,} {_plural('claim', counts.total())}, {computed:,} of them checked.</p>\n\n"
    body += f'<div class="totals">{bar(counts, "Claims by verdict")}</div>\n\n{_tiles(canon)}'
    body += heading(2, "Refuted claims", "_refuted") + _refuted(canon)
    body += heading(2, "Who built on whom", "_lineage")
    body += f'{drawing(canon, light=True)}\n<p>With every work, every line, filters and search: <a href="lineage.html">the whole lineage</a>.</p>\n'
    body += heading(2, "Repeat all of it", "_repeat")
    body += f"{command('cnnclaims verify --all')}\n<p>It builds every network, measures every claim again and compares with the verdicts that stand here.</p>\n"
    description = f"{counts.total():,} claims of {papers} papers on convolutional networks, checked by building the networks."
    return Page(TITLE, description, body, ("navigation", "toc"), SCRIPTS, STYLES)


def _tiles(canon: Canon) -> str:
    counts = canon.counts
    tiles = "".join(
        f'<li class="{verdict_class(verdict)}"><strong>{counts[verdict]:,}</strong> {badge(verdict)}<span>{esc(MEANINGS[verdict])}</span></li>\n'
        for verdict in MEANINGS
        if counts[verdict]
    )
    return f'<ul class="tiles">\n{tiles}</ul>\n'


def _refuted(canon: Canon) -> str:
    refuted = canon.counts["refuted"]
    shown = striking(canon)
    if not refuted:
        return "<p>None so far.</p>\n"
    all_of_them = f'<a href="errata.html">All {refuted} with what explains them</a>.'
    return f"<p>{esc(RULE)} {all_of_them}</p>\n\n{cards(shown)}" if shown else f"<p>{all_of_them}</p>\n"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"
