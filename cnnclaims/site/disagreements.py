"""The page of numbers that works state differently of one network."""

import re
from collections import Counter
from collections.abc import Iterable

from cnnclaims.claims.language import called
from cnnclaims.site.escape import esc
from cnnclaims.site.expressions import expression
from cnnclaims.site.gathered import Judged
from cnnclaims.site.parts import Page, badge, heading, link, measured, paper_url, printed, spelled, table
from cnnclaims.site.sections import beside
from cnnclaims.verifiers.comparing import Disagreement, Statement

INTRODUCTION = (
    "<p>Numbers that two works print for the same quantity of the same network, so far apart that no value meets both. "
    "Who is right may be neither: papers that count by different conventions disagree too, and a later paper may have built "
    "another network under the same name. Each number leads to its claim, which says how it is counted. "
    'The same as a file: <a href="data/disagreements.json">disagreements.json</a>.</p>\n'
)


def disagreements(found: list[Disagreement]) -> Page:
    """A table for each quantity that works state differently, with each statement's verdict."""
    body = "# Disagreements {#_top}\n\n" + beside("disagreements.html") + INTRODUCTION
    taken: Counter[str] = Counter()
    for quantity, network, statements in found:
        anchor = slug(f"{quantity} {network}")
        taken[anchor] += 1
        anchor += f"-{taken[anchor]}" if taken[anchor] > 1 else ""
        title = f"{spelled(quantity)[:1].upper()}{spelled(quantity)[1:]} of {network}"
        body += heading(2, title, anchor) + f"<p>{_about(network, statements)}</p>\n"
        head = ["Stated by", "Verdict", "Printed", "Measured", "Where"]
        body += table(head, map(_row, statements), title, "disputed")
    body += "" if found else "\n<p>None so far.</p>\n"
    description = "Numbers that papers state differently about the same network."
    return Page("Disagreements", description, body, styles=("assets/claims.css",))


def slug(text: str) -> str:
    """An anchor out of a quantity and a network; it begins with an underscore, as anchors of sections do."""
    return "_" + re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _about(network: str, statements: Iterable[Statement]) -> str:
    """The network, and how many stand on either side of what was measured."""
    verdicts = Counter(verdict["verdict"] for _, verdict in statements)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    names = ", ".join(link(f"networks/{name}.html", "as built") for name in called(network)[:1])
    return f"{expression(network)}: {esc(counts)}{f' · {names}' if names else ''}"


def _row(statement: Statement) -> list[str]:
    claim, verdict = statement
    judged = Judged(claim, verdict["verdict"], verdict)
    return [
        link(paper_url(claim.paper, claim.id), claim.paper),
        badge(judged.verdict),
        printed(judged),
        measured(judged),
        esc(claim.where),
    ]
