"""Pages that belong together under one tab, and the line on each that leads to the others."""

from cnnclaims.site.escape import esc
from cnnclaims.site.parts import link

GROUPS = (
    {"errata.html": "Errata", "disagreements.html": "Disagreements", "notes.html": "Study notes"},
    {
        "how.html": "How verdicts are made",
        "language.html": "The measure language",
        "add-a-paper.html": "Add a paper",
        "machines.html": "Data and badges",
    },
)


def beside(page: str) -> str:
    """A navigation line for a page of a group; the page itself is no link."""
    (group,) = (group for group in GROUPS if page in group)
    items = (
        f'<strong aria-current="page">{esc(name)}</strong>' if url == page else link(url, name)
        for url, name in group.items()
    )
    return f'<nav class="crumbs" aria-label="Beside this page">{" · ".join(items)}</nav>\n\n'
