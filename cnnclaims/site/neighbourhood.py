"""One paper between the works that it takes from and those that take from it, drawn; the ideas stand on the lines."""

from collections.abc import Sequence

from cnnclaims.claims.records import Record, Stub
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon
from cnnclaims.site.lineage_map import Line, drawn_lines
from cnnclaims.site.parts import paper_url

UP = "../"
ROW, BOX, WIDE, RUN, BEND, MARGIN = 40.0, 28.0, 190.0, 178.0, 46.0, 8.0
LETTER, LONGEST = 7.1, 29  # of a box's text; letters of an idea on a line


def neighbourhood(canon: Canon, record: Record) -> str:
    """Earlier works on the left, later ones on the right, in the order of years; empty if there are neither."""
    lines = drawn_lines(canon)
    works: dict[str, Record | Stub] = {stub.id: stub for stub in canon.stubs}
    works |= {paper.record.id: paper.record for paper in canon.papers}
    earlier = sorted(
        (line for line in lines if line.later == record.id), key=lambda line: _age(works[line.earlier])
    )
    later = sorted(
        (line for line in lines if line.earlier == record.id), key=lambda line: _age(works[line.later])
    )
    if not earlier and not later:
        return ""
    names = {thought.idea.id: thought.idea.name for thought in canon.thoughts}
    height = ROW * max(len(earlier), len(later)) + 2 * MARGIN
    own = max(len(record.id) * LETTER + 22, 80.0)
    side = WIDE + RUN + BEND
    left, right = (side if earlier else 0.0), (side if later else 0.0)
    width = left + own + right + 2 * MARGIN
    middle = height / 2
    start = MARGIN + left
    drawn = _side(earlier, works, names, (MARGIN, start), middle, before=True)
    drawn += _side(later, works, names, (width - MARGIN, start + own), middle, before=False)
    said = f"{record.id} takes from {_count(earlier)} and is taken up by {_count(later)}."
    return (
        '<div class="scroll lineage neighbours" role="region" aria-label="Neighbours" tabindex="0">\n'
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="group"'
        f' aria-labelledby="_near_title" aria-describedby="_near_desc">\n<title id="_near_title">Neighbours of {esc(record.id)}</title>\n'
        f'<desc id="_near_desc">{esc(said)}</desc>\n{drawn}'
        f'<g class="own"><rect x="{start:.0f}" y="{middle - BOX / 2:.0f}" width="{own:.0f}" height="{BOX:.0f}" rx="5"/>'
        f'<text x="{start + own / 2:.0f}" y="{middle + 4.5:.0f}">{esc(record.id)}</text></g>\n</svg>\n</div>\n'
        f'<p class="key"><a href="{UP}lineage.html#_map_{esc(record.id)}">In the whole picture</a></p>\n'
    )


def _age(work: Record | Stub) -> tuple[int, str]:
    return work.year, work.id


def _count(lines: Sequence[Line]) -> str:
    return f"{len(lines)} {'work' if len(lines) == 1 else 'works'}"


def _side(
    lines: Sequence[Line],
    works: dict[str, Record | Stub],
    names: dict[str, str],
    ends: tuple[float, float],
    middle: float,
    before: bool,
) -> str:
    """The boxes of one side, from the drawing's edge to the paper's own box (`ends`), and their lines."""
    edge, own = ends
    way = 1 if before else -1
    top = middle - ROW * len(lines) / 2
    html = ""
    for number, line in enumerate(lines):
        work = works[line.earlier if before else line.later]
        y = top + ROW * (number + 0.5)
        x, run = edge + way * WIDE, edge + way * (WIDE + RUN)
        ideas = ", ".join(dict.fromkeys(names.get(e.idea, e.idea) for e in line.edges if e.idea))
        relations = ", ".join(dict.fromkeys(e.relation.replace("-", " ") for e in line.edges))
        half = (own - run) / 2
        html += (
            f'<path class="{"edge main" if line.main else "edge"}" d="M{x:.0f} {y:.0f}H{run:.0f}'
            f'C{run + half:.0f} {y:.0f} {own - half:.0f} {middle:.0f} {own:.0f} {middle:.0f}">'
            f"<title>{esc(f'{line.later} {relations} {line.earlier}' + (f': {ideas}' if ideas else ''))}</title></path>"
            f'<text class="idea-name" x="{(x + run) / 2:.0f}" y="{y - 4:.0f}">{esc(_short(ideas or relations))}</text>'
            f"{_box(work, min(edge, x), y)}\n"
        )
    return html


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip(" ,") + "…"


def _box(work: Record | Stub, left: float, y: float) -> str:
    inside = (
        f"<title>{esc(work.title)} ({work.year})</title>"
        f'<rect x="{left:.0f}" y="{y - BOX / 2:.0f}" width="{WIDE:.0f}" height="{BOX:.0f}" rx="5"/>'
        f'<text x="{left + WIDE / 2:.0f}" y="{y + 4.5:.0f}">{esc(_fitted(work))}</text>'
    )
    if isinstance(work, Stub):
        return f'<a class="node stub" href="{UP}lineage.html#_work_{esc(work.id)}">{inside}</a>'
    return f'<a class="node" href="{paper_url(work.id, up=UP)}">{inside}</a>'


def _fitted(work: Record | Stub) -> str:
    """The year behind as much of the id as fits into the box."""
    most = int((WIDE - 10) / LETTER) - len(f" {work.year}")
    return f"{work.id if len(work.id) <= most else work.id[: most - 1] + '…'} {work.year}"
