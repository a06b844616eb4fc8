"""The page of numbers that works state differently of one network."""

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Judged
from cnnclaims.site.parts import Page, badge, code, heading, link, measured, paper_url, printed, table
from cnnclaims.verifiers.comparing import Disagreement, Statement

INTRODUCTION = (
    "<p>Numbers that two works print for the same quantity of the same network, so far apart that no value meets both. "
    "Papers that count by different conventions disagree too; each claim's own page says how it is counted.</p>\n"
)


def disagreements(found: list[Disagreement]) -> Page:
    """A table for each quantity that works state differently, with each statement's verdict."""
    body = "# Disagreements {#_top}\n\n" + INTRODUCTION
    for number, (quantity, network, statements) in enumerate(found, 1):
        title = f"{quantity} of {network}"
        body += heading(2, title, f"_d{number}") + f"<p>{code(network)}</p>\n"
        body += table(["Stated by", "Printed", "Verdict", "Measured", "Where"], map(_row, statements), title)
    body += "" if found else "\n<p>None so far.</p>\n"
    return Page("Disagreements", "Numbers that papers state differently about the same network.", body)


def _row(statement: Statement) -> list[str]:
    claim, verdict = statement
    judged = Judged(claim, verdict["verdict"], verdict)
    return [
        link(paper_url(claim.paper, claim.id), claim.paper),
        printed(judged),
        badge(judged.verdict),
        measured(judged),
        esc(claim.where),
    ]
