"""What the search of the site looks through: every page, every name of the measure language, every claim.

The file is a script, since a page opened from disk may load a script and nothing else. `assets/search.js` asks for it when a
reader opens the search, and not before: it is larger than any page.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping

from cnnclaims.claims.language import NETWORK
from cnnclaims.site.gathered import MEANINGS, Canon
from cnnclaims.site.parts import Page, written
from cnnclaims.verifiers.catalogue import signatures

ENTRIES = "search/entries.js"
KINDS = ("page", "paper", "network", "idea", "measure")
FOLDERS = {"papers": "paper", "networks": "network", "ideas": "idea"}
HEADING = re.compile(r"^##+ (.+) \{#", re.MULTILINE)
MOST_HEADS = 20  # of a page, whose words find it
Entry = list[str | int]  # kind, address, title, what is written under it, other names


def entries(canon: Canon, pages: Mapping[str, Page]) -> bytes:
    """The whole file: pages, then claims as paper, id, what is printed, what it says and where, verdict."""
    papers = [paper.record.id for paper in canon.papers]
    verdicts = list(MEANINGS)
    claims = [
        [
            papers.index(paper.record.id),
            judged.claim.id,
            written(judged.claim.printed, judged.claim.unit),
            f"{judged.claim.says} {judged.claim.where}",
            verdicts.index(judged.verdict),
        ]
        for paper in canon.papers
        for judged in paper.claims
    ]
    found = [*_pages(canon, pages), *_ideas(canon, pages), *_functions(pages)]
    data = {"kinds": KINDS, "verdicts": verdicts, "papers": papers, "pages": found, "claims": claims}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.cnnclaimsEntries = {text};\n".encode()


def _pages(canon: Canon, pages: Mapping[str, Page]) -> Iterator[Entry]:
    for name, page in pages.items():
        folder, _, stem = name.removesuffix(".md").rpartition("/")
        kind, address = KINDS.index(FOLDERS.get(folder, "page")), f"{name.removesuffix('.md')}.html"
        record = canon.record(stem) if folder == "papers" else None
        if record:
            about = f"{', '.join(record.authors)}, {record.year}. {record.summary}"
            yield [kind, address, page.title, about, record.id, *record.aliases]
        else:
            heads = [] if folder else HEADING.findall(page.body)
            about = ". ".join([page.description, *map(html.unescape, heads[:MOST_HEADS])])
            yield [kind, address, page.title, about, *([stem] if folder else [])]


def _ideas(canon: Canon, pages: Mapping[str, Page]) -> Iterator[Entry]:
    """Ideas that have no page of their own."""
    for thought in canon.thoughts:
        if f"ideas/{thought.idea.id}.md" not in pages:
            address = f"ideas.html#{thought.idea.id}"
            yield [KINDS.index("idea"), address, thought.idea.name, thought.idea.says]


def _functions(pages: Mapping[str, Page]) -> Iterator[Entry]:
    """Names of the measure language that have no page of their own."""
    for one in signatures().values():
        if f"networks/{one.name}.md" not in pages:
            kind = KINDS.index("network" if one.returns == NETWORK else "measure")
            yield [kind, f"language.html#{one.name}", one.name, one.doc.strip().partition("\n")[0]]
