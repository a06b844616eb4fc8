"""The picture of who built on whom, as SVG: years downwards, a box a work, a line where later work takes from earlier.

Colours are CSS variables and every box is a link, so the picture works at once in light and dark, on paper and without
the script; `assets/map.js` reads its data attributes.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from cnnclaims.claims.records import Edge, Record, Stub
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import MEANINGS, Canon
from cnnclaims.site.layers import Edge as Pair
from cnnclaims.site.layers import Layers, layers
from cnnclaims.site.parts import paper_url, verdict_class

BOX, LEAST_GAP, LEFT, MARGIN, TOP = 38.0, 30.0, 92.0, 14.0, 16.0
LETTER = 7.1  # width of a letter of a box's text
LONGEST = 15  # letters of a line of a box's text, if there is a hyphen to break at
BAR = 3.0  # height of the strip of verdicts in a box
DRAWN = ("builds-on", "generalises", "simplifies", "borrows", "answers")  # comparisons pass nothing on
MAIN = ("builds-on", "generalises", "simplifies")


class Line(NamedTuple):
    """A line of the picture: from earlier to later work, with everything that the record says of the two."""

    earlier: str
    later: str
    edges: tuple[Edge, ...]

    @property
    def main(self) -> bool:
        """Whether the later work continues the earlier, not only takes a part or answers."""
        return any(edge.relation in MAIN for edge in self.edges)


class Sheet(NamedTuple):
    """Where things are on the drawing: the layers, the shift to the right, the top of each row, width and height."""

    laid: Layers
    shift: float
    tops: tuple[float, ...]
    width: float
    height: float

    def x(self, point: str) -> float:
        """The middle of a box or of a line's point."""
        return self.laid.x[point] + self.shift

    def top(self, point: str) -> float:
        """The upper edge of the row that a point is in."""
        return self.tops[self.laid.row_of[point]]


def drawn_lines(canon: Canon, relations: Sequence[str] = DRAWN, stubs: bool = True) -> list[Line]:
    """The lines of these relations between works that are known, one for each pair of works."""
    works = {paper.record.id for paper in canon.papers} | (
        {stub.id for stub in canon.stubs} if stubs else set()
    )
    found: defaultdict[Pair, list[Edge]] = defaultdict(list)
    for paper in canon.papers:
        for edge in paper.record.lineage:
            if edge.relation in relations and edge.to in works and edge.to != paper.record.id:
                found[edge.to, paper.record.id].append(edge)
    return [Line(earlier, later, tuple(edges)) for (earlier, later), edges in sorted(found.items())]


def drawing(canon: Canon, light: bool = False) -> str:
    """The picture in a scroll box. `light` leaves away works without a record, and lines that only borrow or answer."""
    lines = drawn_lines(canon, MAIN if light else DRAWN, stubs=not light)
    joined = {id for line in lines for id in line[:2]}
    works: dict[str, Record | Stub] = {stub.id: stub for stub in canon.stubs if stub.id in joined}
    works |= {
        p.record.id: p.record for p in canon.papers if p.record.kind == "paper" or p.record.id in joined
    }
    if not works:
        return "<p>No papers yet.</p>\n"
    labels = {id: _label(work) for id, work in works.items()}
    widths = {id: max(map(len, label)) * LETTER + 18 for id, label in labels.items()}
    sheet = _sheet(
        layers({id: work.year for id, work in works.items()}, [line[:2] for line in lines], widths), widths
    )
    counts = {paper.record.id: paper.counts for paper in canon.papers}
    boxes = "".join(
        _box(works[id], sheet, widths[id], labels[id], counts.get(id), light)
        for row in sheet.laid.rows
        for id in row
        if id in works
    )
    first, last = sheet.laid.years[0][0], sheet.laid.years[-1][1]
    name = "The main lines of the canon" if light else "Lineage of the papers"
    return (
        f'<div class="map">\n<div class="scroll lineage{" light" if light else ""}" role="region"'
        ' aria-label="Lineage picture" tabindex="0">\n'
        f'<svg viewBox="0 0 {sheet.width:.0f} {sheet.height:.0f}" width="{sheet.width:.0f}" height="{sheet.height:.0f}"'
        ' role="group" aria-labelledby="_lineage_title" aria-describedby="_lineage_desc">\n'
        f'<title id="_lineage_title">{name}</title>\n<desc id="_lineage_desc">{len(works)} works by year, from {first} at the top'
        f" to {last} at the bottom, and {len(lines)} lines from earlier work to what takes an idea from it.</desc>\n"
        f"{_bands(sheet)}{_lines(sheet, lines, canon)}{boxes}</svg>\n</div>\n{_key(light)}</div>\n"
    )


def _key(light: bool) -> str:
    others = (
        ""
        if light
        else '<span class="key-line other"></span> borrows or answers <span class="key-box"></span> is not on this site. '
    )
    return (
        f'<p class="key"><span class="key-line"></span> builds on, generalises or simplifies {others}'
        '<span class="key-bar"></span> how the claims of a paper stand, by verdict.</p>\n'
    )


def _label(work: Record | Stub) -> tuple[str, ...]:
    """The id on one line or, broken at the hyphen nearest to its middle, on two."""
    hyphens = [place + 1 for place, letter in enumerate(work.id) if letter == "-"]
    if len(work.id) <= LONGEST or not hyphens:
        return (work.id,)
    half = min(hyphens, key=lambda place: abs(place - len(work.id) / 2))
    return work.id[:half], work.id[half:]


def _sheet(laid: Layers, widths: dict[str, float]) -> Sheet:
    """Rows lie the further apart, the further the lines between them have to go sideways."""
    reach: Counter[int] = Counter()
    for points in laid.paths.values():
        for above, below in itertools.pairwise(points):
            row = laid.row_of[above]
            reach[row] = max(reach[row], round(abs(laid.x[above] - laid.x[below])))
    tops, top = [], TOP
    for row in range(len(laid.rows)):
        tops.append(top)
        top += BOX + LEAST_GAP + min(reach[row], 700) / 14
    ends = [(laid.x[p] - widths.get(p, 0) / 2, laid.x[p] + widths.get(p, 0) / 2) for p in laid.x]
    shift = LEFT + MARGIN - min(left for left, _ in ends)
    return Sheet(
        laid, shift, tuple(tops), max(right for _, right in ends) + shift + MARGIN, top - LEAST_GAP / 2
    )


def _bands(sheet: Sheet) -> str:
    """A band a year, or a span of years, with its label on the left."""
    spans = sheet.laid.years
    parts = []
    for place, span in enumerate(sorted(set(spans))):
        first = spans.index(span)
        after = first + spans.count(span)
        top = sheet.tops[first] - LEAST_GAP / 2
        end = sheet.tops[after] - LEAST_GAP / 2 if after < len(spans) else sheet.height
        said = f"{span[0]}" if span[0] == span[1] else f"{span[0]}–{span[1]}"
        parts.append(
            f'<rect class="band{" odd" if place % 2 else ""}" x="0" y="{top:.0f}" width="{sheet.width:.0f}" height="{end - top:.0f}"/>'
            f'<text class="year" x="{MARGIN:.0f}" y="{sheet.tops[first] + BOX / 2 + 5:.0f}">{said}</text>'
        )
    return "".join(parts) + "\n"


def _lines(sheet: Sheet, lines: Sequence[Line], canon: Canon) -> str:
    """The trunks, each piece once for all the lines that share it, then each line's own end."""
    names = {thought.idea.id: thought.idea.name for thought in canon.thoughts}
    number = {line[:2]: place for place, line in enumerate(lines)}
    of_root: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        of_root[sheet.laid.paths[line[:2]][0]].append(line)
    trunks, ends = [], []
    for root in sorted(of_root):
        runs = sorted(
            ((sheet.laid.paths[line[:2]], line) for line in of_root[root]), key=lambda run: len(run[0])
        )
        begun = 0  # up to which point the trunk is drawn
        for place, (points, line) in enumerate(runs):
            stop = len(points) - 2
            if stop > begun:
                shared = [other for _, other in runs[place:]]
                numbers = " ".join(str(number[other[:2]]) for other in shared)
                piece = _curve(sheet, points[begun : stop + 1], begun > 0, True)
                style = _style(any(other.main for other in shared))
                trunks.append(f'<path class="{style}" d="{piece}" data-lines="{numbers}"/>\n')
                begun = stop
            ends.append(_end(_curve(sheet, points[stop:], stop > 0, False), line, number[line[:2]], names))
    return "".join([*sorted(trunks, key=lambda path: "main" in path), *ends])


def _style(main: bool) -> str:
    return "edge main" if main else "edge"


def _end(curve: str, line: Line, number: int, names: dict[str, str]) -> str:
    said = "; ".join(_said(line, edge, names) for edge in line.edges)
    relations = " ".join(dict.fromkeys(edge.relation for edge in line.edges))
    ideas = " ".join(dict.fromkeys(edge.idea for edge in line.edges if edge.idea))
    carried = ", ".join(dict.fromkeys(names.get(edge.idea, edge.idea) for edge in line.edges if edge.idea))
    return (
        f'<path class="{_style(line.main)} end" d="{curve}" data-lines="{number}" data-from="{esc(line.earlier)}"'
        f' data-to="{esc(line.later)}" data-relation="{esc(relations)}" data-idea="{esc(ideas)}" data-said="{esc(carried)}">'
        f"<title>{esc(said)}</title></path>\n"
    )


def _said(line: Line, edge: Edge, names: dict[str, str]) -> str:
    idea = f": {names.get(edge.idea, edge.idea)}" if edge.idea else ""
    return f"{line.later} {edge.relation.replace('-', ' ')} {line.earlier}{idea}"


def _curve(sheet: Sheet, points: Sequence[str], from_trunk: bool, to_trunk: bool) -> str:
    """Straight past the boxes of a row, bent between rows; it begins and ends at the row's middle on a trunk."""
    first = points[0]
    x, y = sheet.x(first), sheet.top(first) + (BOX / 2 if from_trunk else BOX)
    path = f"M{x:.0f} {y:.0f}"
    if from_trunk:
        y += BOX / 2
        path += f"V{y:.0f}"
    for point in points[1:]:
        to_x, to_y = sheet.x(point), sheet.top(point)
        bend = (to_y - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y + BOX
        if point != points[-1]:
            path += f"V{y:.0f}"
        elif to_trunk:
            path += f"V{to_y + BOX / 2:.0f}"
    return path


def _box(
    work: Record | Stub,
    sheet: Sheet,
    width: float,
    label: tuple[str, ...],
    counts: Counter[str] | None,
    light: bool,
) -> str:
    x, top = sheet.x(work.id), sheet.top(work.id)
    left, height = x - width / 2, BOX
    strip = _strip(counts, left + 6, top + BOX - BAR - 4, width - 12) if counts else ""
    middle = top + BOX / 2 + 4.5 - (3 if strip else 0)
    if len(label) == 2:
        lines = "".join(
            f'<tspan x="{x:.0f}" y="{middle + shift:.0f}">{esc(part)}</tspan>'
            for part, shift in zip(label, (-5.5, 6.0) if strip else (-6.5, 6.5), strict=True)
        )
        text = f'<text class="two">{lines}</text>'
    else:
        text = f'<text x="{x:.0f}" y="{middle:.0f}">{esc(label[0])}</text>'
    inside = (
        f"<title>{esc(work.title)} ({work.year})</title>"
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="5"/>{text}{strip}'
    )
    stub = isinstance(work, Stub)
    target = f"#_work_{esc(work.id)}" if stub else paper_url(work.id)
    mark = "" if light else f' id="_map_{esc(work.id)}"'
    return (
        f'<a class="node{" stub" if stub else ""}"{mark} href="{target}" data-id="{esc(work.id)}"'
        f' data-year="{work.year}">{inside}</a>\n'
    )


def _strip(counts: Counter[str], left: float, top: float, width: float) -> str:
    """The verdicts of a paper as a thin strip, in proportion."""
    total = counts.total()
    parts, at = [], left
    for verdict in MEANINGS if total else ():
        wide = width * counts[verdict] / total
        if wide >= 0.5:
            parts.append(
                f'<rect class="strip {verdict_class(verdict)}" x="{at:.1f}" y="{top:.0f}" width="{wide:.1f}" height="{BAR:.0f}"/>'
            )
        at += wide
    return "".join(parts)
