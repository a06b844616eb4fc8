"""What a paper's page says to machines: schema.org reviews of its claims, as JSON-LD in a script that holds data only."""

import json
from typing import Any

from cnnclaims.claims.records import Record
from cnnclaims.site.data import claim_url
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import Judged, Paper
from cnnclaims.site.kinds import kind
from cnnclaims.site.parts import written

# A review says true or false, so only what is settled has one: no open claim, no experiment that can but support, and nothing
# that was held against the paper's own word alone.
RATINGS = {"reproduced": 5, "truncated": 4, "refuted": 1}
REVIEWER = {"@type": "Organization", "name": "cnnclaims"}


def reviews(paper: Paper, addresses: Addresses) -> str:
    """A script element with a review of every settled claim; empty where there is none.

    What we state ourselves we do not review, nor a number that nobody here has seen in a copy of the paper.
    """
    reviewed = [judged for judged in paper.claims if judged.verdict in RATINGS and judged.claim.confirmed]
    if not reviewed or paper.is_our_own:
        return ""
    graph = [_work(paper.record), *(_review(judged, addresses) for judged in reviewed)]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")  # no tag can begin or end inside
    return f'<script type="application/ld+json">{text}</script>\n'


def _work(record: Record) -> dict[str, Any]:
    same = [
        *([f"https://arxiv.org/abs/{record.arxiv}"] if record.arxiv else []),
        *([f"https://doi.org/{record.doi}"] if record.doi else []),
    ]
    work: dict[str, Any] = {
        "@type": "ScholarlyArticle" if record.kind == "paper" else "CreativeWork",
        "@id": "#_paper",
        "name": record.title,
        "author": [{"@type": "Person", "name": author} for author in record.authors],
        "datePublished": str(record.year),
    }
    return work | ({"sameAs": same} if same else {})


def _review(judged: Judged, addresses: Addresses) -> dict[str, Any]:
    claim = judged.claim
    return {
        "@type": "ClaimReview",
        "url": claim_url(judged, addresses) if addresses.site else f"#{claim.id}",
        "claimReviewed": f"{claim.says} {claim.where} prints {written(claim.printed, claim.unit)}.",
        "reviewAspect": kind(claim).name,
        "author": REVIEWER,
        "itemReviewed": {"@type": "Claim", "appearance": {"@id": "#_paper"}},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": RATINGS[judged.verdict],
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": judged.verdict,
        },
    }
