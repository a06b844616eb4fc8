"""A badge a paper: an SVG that says how many of its claims are reproduced, of those held against more than its own word."""

from cnnclaims.site.escape import esc
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import SETTLED, Canon, Paper
from cnnclaims.site.parts import command
from cnnclaims.site.totals import in_a_sentence

LETTER = 6.4  # width of a letter; the text is stretched to fit, whatever font there is
SOMEWHERE = "https://where-this-site-stands.example/"


def badge_svg(paper: Paper) -> str:
    """The badge. Its colour is the same for all: counts are no grade."""
    left, right = paper.record.id, short(paper)
    widths = [round(LETTER * len(text)) + 14 for text in (left, right)]
    total, title = sum(widths), esc(long(paper))
    parts = (
        f'<text x="{x}" y="14" textLength="{width - 14}" lengthAdjust="spacingAndGlyphs">{esc(text)}</text>'
        for x, width, text in ((7, widths[0], left), (widths[0] + 7, widths[1], right))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" viewBox="0 0 {total} 20" role="img" aria-labelledby="t">\n'
        f'<title id="t">{title}</title>\n<rect width="{total}" height="20" rx="3" fill="#17406d"/>\n'
        f'<path d="M3 0h{widths[0] - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3d434b"/>\n'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{"".join(parts)}</g>\n</svg>\n'
    )


def short(paper: Paper) -> str:
    """The words on the badge: "86 of 126 reproduced", of the claims held against more than the paper's own word."""
    measured = sum(paper.counts[verdict] for verdict in SETTLED if verdict != "consistent")
    return f"{paper.counts['reproduced']} of {measured} reproduced" if measured else "nothing measured yet"


def long(paper: Paper) -> str:
    """What the badge leaves out, in a sentence."""
    checked = sum(paper.counts[verdict] for verdict in SETTLED)
    return (
        f"{paper.record.id} at cnnclaims: {checked} of {len(paper.claims)} recorded claims checked. "
        f"All claims: {in_a_sentence(paper.counts)}."
    )


def badge_html(paper: Paper, addresses: Addresses) -> str:
    """The badge on the paper's page, with the Markdown that shows it elsewhere; none for statements of our own."""
    if paper.is_our_own:
        return ""
    id, top = paper.record.id, addresses.site or SOMEWHERE
    markdown = f"[![{id}: {short(paper)}]({top}badges/{id}.svg)]({top}papers/{id}.html)"
    where = (
        ""
        if addresses.site
        else "<p>With the address where you found this page in place of the first part.</p>\n"
    )
    return (
        '<details class="fold">\n<summary>Badge</summary>\n'
        f"<p>{_image(paper, '../')}</p>\n{command(markdown)}{where}</details>\n"
    )


def badge_example(canon: Canon) -> str:
    """The badge of the paper with the most claims."""
    others = (paper for paper in canon.papers if not paper.is_our_own)
    most = max(others, key=lambda paper: (len(paper.claims), paper.record.id), default=None)
    return f"<p>{_image(most)}</p>\n" if most else ""


def _image(paper: Paper, up: str = "") -> str:
    return f'<img src="{up}badges/{esc(paper.record.id)}.svg" alt="{esc(long(paper))}" height="20">'
