"""Who built on whom: the picture and its page."""

from cnnclaims.claims.records import Edge, Record, Stub
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon
from cnnclaims.site.layers import Layers, layers
from cnnclaims.site.lists import work
from cnnclaims.site.parts import Page, link, paper_url, table

ROW, BOX, TOP, LEFT, MARGIN = 82.0, 34.0, 16.0, 64.0, 16.0
LETTER = 7.4  # width of a letter of a box's text
NOT_DRAWN = "compares-with"
Line = tuple[str, str, Edge]  # earlier work, later work, the record's line


def drawing(canon: Canon) -> str:
    """The picture: years downwards, a box a work, a line where later work takes something from earlier work."""
    works: dict[str, Record | Stub] = {paper.record.id: paper.record for paper in canon.papers}
    works |= {stub.id: stub for stub in canon.stubs}
    edges = [
        (edge.to, paper.record.id, edge)
        for paper in canon.papers
        for edge in paper.record.lineage
        if edge.relation != NOT_DRAWN and edge.to in works and edge.to != paper.record.id
    ]
    shown = {paper.record.id for paper in canon.papers} | {earlier for earlier, _, _ in edges}
    if not shown:
        return "<p>No papers yet.</p>\n"
    widths = {id: len(id) * LETTER + 20 for id in shown}
    laid = layers({id: works[id].year for id in shown}, [(a, b) for a, b, _ in edges], widths)
    least = min(laid.x[id] - widths[id] / 2 for id in shown)
    shift = LEFT + MARGIN - min(least, min(laid.x.values()))
    width = max(max(laid.x[id] + widths[id] / 2 for id in shown), max(laid.x.values())) + shift + MARGIN
    height = TOP + ROW * len(laid.rows)
    lines = "".join(_line(laid, shift, a, b, edge.relation, edge.idea) for a, b, edge in _each_once(edges))
    boxes = "".join(
        _box(works[id], laid, shift, widths[id], id) for row in laid.rows for id in row if id in shown
    )
    return (
        '<div class="scroll lineage" data-search-exclude role="region" aria-label="Lineage picture" tabindex="0">\n'
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="group"'
        ' aria-labelledby="_map_title" aria-describedby="_map_desc">\n<title id="_map_title">Lineage of the papers</title>\n'
        f'<desc id="_map_desc">{len(shown)} works by year, from {laid.years[0]} at the top to {laid.years[-1]} at the'
        f" bottom, and {len(edges)} lines from earlier work to what takes an idea from it.</desc>\n"
        f"{_bands(laid, width)}{lines}{boxes}</svg>\n</div>\n"
        '<p class="key"><span class="key-line"></span> builds on <span class="key-line other"></span> borrows, answers,'
        ' generalises or simplifies <span class="key-box"></span> has no record yet. Comparisons are not drawn.</p>\n'
    )


def _each_once(edges: list[Line]) -> list[Line]:
    """One line from one work to another, however many ideas it carries: the first of them."""
    return list({(a, b): (a, b, edge) for a, b, edge in reversed(edges)}.values())[::-1]


def _bands(laid: Layers, width: float) -> str:
    parts, number = [], 0
    for place, year in enumerate(sorted(set(laid.years))):
        rows = laid.years.count(year)
        top = TOP / 2 + ROW * number
        shade = "band odd" if place % 2 else "band"
        parts.append(
            f'<rect class="{shade}" x="0" y="{top:.0f}" width="{width:.0f}" height="{ROW * rows:.0f}"/>'
        )
        parts.append(f'<text class="year" x="{MARGIN:.0f}" y="{top + ROW * rows / 2 + 5:.0f}">{year}</text>')
        number += rows
    return "".join(parts) + "\n"


def _middle(laid: Layers, node: str) -> float:
    return TOP / 2 + ROW * (laid.row_of[node] + 0.5)


def _line(laid: Layers, shift: float, earlier: str, later: str, relation: str, idea: str | None) -> str:
    points = laid.paths[earlier, later]
    x, y = laid.x[points[0]] + shift, _middle(laid, points[0]) + BOX / 2
    path = f"M{x:.0f} {y:.0f}"
    for point in points[1:]:  # straight past the boxes of a row, bent between rows
        to_x, to_y = laid.x[point] + shift, _middle(laid, point) - BOX / 2
        bend = (to_y - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y
        if point != points[-1]:
            y += BOX
            path += f"V{y:.0f}"
    said = f"{later} {relation.replace('-', ' ')} {earlier}" + (f": {idea.replace('-', ' ')}" if idea else "")
    data = f'data-from="{esc(earlier)}" data-to="{esc(later)}" data-relation="{esc(relation)}"'
    return f'<path class="edge {esc(relation)}" d="{path}" {data}><title>{esc(said)}</title></path>\n'


def _box(given: Record | Stub, laid: Layers, shift: float, width: float, id: str) -> str:
    left, top = laid.x[id] + shift - width / 2, _middle(laid, id) - BOX / 2
    inside = (
        f"<title>{esc(given.title)} ({given.year})</title>"
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{BOX:.0f}" rx="4"/>'
        f'<text x="{left + width / 2:.0f}" y="{top + BOX / 2 + 4.5:.0f}">{esc(id)}</text>'
    )
    if isinstance(given, Stub):
        return f'<g class="node stub" data-id="{esc(id)}">{inside}</g>\n'
    return f'<a class="node" href="{paper_url(id)}" data-id="{esc(id)}">{inside}</a>\n'


def lineage(canon: Canon) -> Page:
    """The picture, and every line of it in words."""
    names = {thought.idea.id: thought.idea.name for thought in canon.thoughts}
    rows = [
        [
            link(paper_url(paper.record.id), paper.record.id),
            esc(edge.relation.replace("-", " ")),
            work(canon, edge.to),
            link(f"ideas.html#{esc(edge.idea)}", names[edge.idea])
            if edge.idea in names
            else esc(edge.idea or ""),
            esc(edge.note or ""),
            str(paper.record.year),
        ]
        for paper in canon.papers
        for edge in paper.record.lineage
    ]
    words = table(
        ["Paper", "Relation", "Earlier work", "Idea", "Note", "Year"], rows, "Lineage in words", "words"
    )
    body = f'# Lineage {{#_top}}\n\n<div class="lineage-page">\n<div>\n{drawing(canon)}</div>\n<div>\n{words}</div>\n</div>\n'
    return Page(
        "Lineage", "Which paper builds on which, and the idea that each takes.", body, ("navigation", "toc")
    )
