"""The page of everything that does not hold, by paper, with what explains it."""

from cnnclaims.site.claims_html import explained
from cnnclaims.site.controls import controls, marks
from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.gathered import Canon, Judged
from cnnclaims.site.kinds import is_arithmetic
from cnnclaims.site.parts import (
    Page,
    badge,
    heading,
    link,
    measured,
    paper_url,
    printed,
    sentence,
    verdict_class,
)
from cnnclaims.site.sections import beside

ERRATA = ("refuted", "not supported", "truncated")  # in the order in which a paper's stand
TOP = (
    "<p>Printed numbers that our measurement does not meet, and those that are cut off where they should be rounded. The first kind may be a slip "
    "of the pen, another way of counting, or a fault of ours; where we know which, it says so. What a verdict is worth: "
    '<a href="how.html#_limits">how verdicts are made</a>. The same as a file: <a href="data/errata.json">errata.json</a>.</p>\n'
)


def errata(canon: Canon) -> Page:
    """Every refuted and truncated claim by paper, the refuted ones first."""
    wrong = [judged for judged in canon.claims if judged.verdict in ERRATA]
    body = "# Errata {#_top}\n\n" + beside("errata.html") + TOP + (controls(wrong, True) if wrong else "")
    for paper in canon.papers:
        of_paper = [judged for judged in wrong if judged.claim.paper == paper.record.id]
        if of_paper:
            body += heading(2, f"{paper.record.title} ({paper.record.year})", f"_{paper.record.id}")
            body += "".join(
                erratum(one) for one in sorted(of_paper, key=lambda one: ERRATA.index(one.verdict))
            )
    body += "" if wrong else "\n<p>None so far.</p>\n"
    description = "Every refuted and truncated number of the canon, with what explains it."
    return Page("Errata", description, body, scripts=("assets/claims.js",), styles=("assets/claims.css",))


def erratum(judged: Judged) -> str:
    """One claim that does not hold: what is printed, what was measured, what explains it."""
    came_out = "works out to" if is_arithmetic(judged.claim) else "measured"
    lines = [
        f"{esc(judged.claim.where)}: printed <strong>{printed(judged)}</strong>"
        + (f"; {came_out} <strong>{measured(judged)}</strong>" if measured(judged) else "")
        + (f", off by {esc(judged.text('distance'))}." if judged.text("distance") else "."),
        sentence(judged.text("found")) if judged.text("found") else "",
        *explained(judged),
    ]
    if is_arithmetic(judged.claim):
        lines.append("Only figures that the work prints were held against each other; nothing was measured.")
    note = paragraphs(judged.claim.note) if judged.claim.note else ""
    return (
        f'<section class="claim {verdict_class(judged.verdict)}" {marks(judged)}>\n'
        f"<h3>{link(paper_url(judged.claim.paper, judged.claim.id), judged.claim.says)} {badge(judged.verdict)}</h3>\n"
        f"{''.join(f'<p>{line}</p>' for line in lines if line)}{note}</section>\n"
    )
