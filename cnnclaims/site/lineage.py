"""Who built on whom: the picture, the works by year, and every line of it in words."""

from collections import defaultdict

from cnnclaims.claims.records import Edge, Record, Stub
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon
from cnnclaims.site.lineage_map import drawing
from cnnclaims.site.lists import work
from cnnclaims.site.parts import Page, heading, link, paper_url, table


def lineage(canon: Canon) -> Page:
    """The picture first, on a phone the list by year; the table has what both leave away."""
    body = (
        "# Lineage {#_top}\n\n"
        f"<p>{_first_words(canon)}</p>\n\n"
        f'<div class="lineage-page">\n<div class="lineage-picture">\n<h2 id="_picture">The picture</h2>\n{drawing(canon)}</div>\n'
        f'<div class="lineage-years">\n<h2 id="_years">By year</h2>\n{_by_year(canon)}</div>\n</div>\n'
        f"{heading(2, 'Every line in words', '_words')}{_in_words(canon)}"
    )
    description = "Which paper builds on which, and the idea that each takes."
    return Page("Lineage", description, body, ("navigation", "toc"), ("assets/map.js",), ("assets/map.css",))


def _first_words(canon: Canon) -> str:
    lines = sum(len(paper.record.lineage) for paper in canon.papers)
    return (
        f"{lines} lines of descent between the {len(canon.papers)} works on this site and those that they name: who builds on whom,"
        " who borrows a part, who answers, and which idea passes along the line."
    )


def _by_year(canon: Canon) -> str:
    """Every work under its year, with what it takes from which earlier work."""
    named = {edge.to for paper in canon.papers for edge in paper.record.lineage}
    works: list[Record | Stub] = [paper.record for paper in canon.papers]
    works += [stub for stub in canon.stubs if stub.id in named]
    by_year: defaultdict[int, list[Record | Stub]] = defaultdict(list)
    for one in works:
        by_year[one.year].append(one)
    return "".join(
        f'<section class="year-list">\n<h3 id="_year_{year}">{year}</h3>\n<ul>\n'
        + "".join(
            _listed(canon, one)
            for one in sorted(by_year[year], key=lambda one: (isinstance(one, Stub), one.id))
        )
        + "</ul>\n</section>\n"
        for year in sorted(by_year)
    )


def _listed(canon: Canon, one: Record | Stub) -> str:
    if isinstance(one, Stub):
        later = [p.record.id for p in canon.papers if any(edge.to == one.id for edge in p.record.lineage)]
        takers = ", ".join(link(paper_url(id), id) for id in later)
        return (
            f'<li id="_work_{esc(one.id)}" class="stub" data-id="{esc(one.id)}" data-year="{one.year}">{esc(one.title)}'
            f" <small>{esc(one.id)}, not on this site; named by {takers}</small></li>\n"
        )
    taken = "; ".join(_taken(canon, edge) for edge in one.lineage if edge.relation != "compares-with")
    return (
        f'<li id="_work_{esc(one.id)}" data-id="{esc(one.id)}" data-year="{one.year}">{link(paper_url(one.id), one.title)}'
        f" <small>{esc(one.id)}{': ' + taken if taken else ''}</small></li>\n"
    )


def _taken(canon: Canon, edge: Edge) -> str:
    earlier = link(paper_url(edge.to), edge.to) if canon.record(edge.to) else esc(edge.to)
    idea = f" ({idea_link(canon, edge.idea)})" if edge.idea else ""
    return f"{esc(edge.relation.replace('-', ' '))} {earlier}{idea}"


def idea_link(canon: Canon, id: str, up: str = "") -> str:
    """An idea by name, as a link to its page."""
    name = next((thought.idea.name for thought in canon.thoughts if thought.idea.id == id), None)
    return link(f"{up}ideas/{esc(id)}.html", name) if name else esc(id)


def _in_words(canon: Canon) -> str:
    rows = [
        [
            link(paper_url(paper.record.id), paper.record.id),
            esc(edge.relation.replace("-", " ")),
            work(canon, edge.to),
            idea_link(canon, edge.idea) if edge.idea else "",
            esc(edge.note or ""),
            str(paper.record.year),
        ]
        for paper in canon.papers
        for edge in paper.record.lineage
    ]
    return table(
        ["Paper", "Relation", "Earlier work", "Idea", "Note", "Year"], rows, "Lineage in words", "words"
    )
