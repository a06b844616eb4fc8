"""Where the boxes and lines of a layered drawing go: rows in time order, few crossings, lines round the boxes.

All lines of one work run down in one trunk and leave it where they are needed, so a row has to make room once for a
work that many later ones build on. The steps are Sugiyama's: rows, order, places.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Edge = tuple[str, str]
Near = dict[
    str, list[tuple[str, float]]
]  # point -> its neighbours in the next row, with how strongly they pull
WIDEST = 820.0  # the boxes of a row together, with gaps: more go into a row of their own
FEW = 6  # years with no more works than this together share a row
SWEEPS = 30
GAP = 18.0  # between two boxes of a row
LINE = 5.0  # half the room that a line needs where it passes a row
STRAIGHT = 8.0  # how much more a trunk holds to itself than to a box


class Layers(NamedTuple):
    """Rows of points, the first and last year of each row, the middle of each point, the points of each edge."""

    years: list[tuple[int, int]]
    rows: list[list[str]]
    x: dict[str, float]
    row_of: dict[str, int]
    paths: dict[Edge, list[str]]


def layers(years: Mapping[str, int], edges: Iterable[Edge], widths: Mapping[str, float]) -> Layers:
    """Lay out nodes by year; an edge is (earlier, later) and is drawn against time where the years say so."""
    edges = sorted({edge for edge in edges if edge[0] != edge[1]})
    row_years, rows = _rows(years, edges, widths)
    row_of = {node: number for number, row in enumerate(rows) for node in row}
    paths = _paths(edges, rows, row_of)
    up, down = _neighbours(paths)
    _order(rows, up, down)
    return Layers(row_years, rows, _places(rows, up, down, widths), row_of, paths)


def crossings(laid: Layers) -> int:
    """How often lines cross between the rows, each trunk taken as one line."""
    _, down = _neighbours(laid.paths)
    return sum(_crossings(above, below, down) for above, below in itertools.pairwise(laid.rows))


def _rows(
    years: Mapping[str, int], edges: list[Edge], widths: Mapping[str, float]
) -> tuple[list[tuple[int, int]], list[list[str]]]:
    """A year has a row, or several: a node stands below those of its own year that it builds on."""
    spans = _spans(years, edges)
    depth = _depths(years, edges)
    levels: defaultdict[tuple[tuple[int, int], int], list[str]] = defaultdict(list)
    for node in sorted(years):
        levels[spans[years[node]], depth[node]].append(node)
    rows, row_years = [], []
    for span, level in sorted(levels):
        for row in _split(levels[span, level], widths):
            rows.append(row)
            row_years.append(span)
    return row_years, rows


def _depths(years: Mapping[str, int], edges: list[Edge]) -> dict[str, int]:
    """How many works of its own year a node builds on, one on another; an edge that closes a circle does not count."""
    above: defaultdict[str, set[str]] = defaultdict(set)

    def reaches(node: str, other: str) -> bool:
        return node == other or any(reaches(earlier, other) for earlier in above[node])

    for earlier, later in edges:
        if years[earlier] == years[later] and not reaches(earlier, later):
            above[later].add(earlier)

    def depth(node: str) -> int:
        return max((depth(earlier) + 1 for earlier in above[node]), default=0)

    return {node: depth(node) for node in years}


def _spans(years: Mapping[str, int], edges: list[Edge]) -> dict[int, tuple[int, int]]:
    """Neighbouring years with few works and no line between them are one span."""
    count = {year: sum(y == year for y in years.values()) for year in sorted(set(years.values()))}
    joined = {(years[a], years[b]) for a, b in edges} | {(years[b], years[a]) for a, b in edges}
    groups: list[list[int]] = []
    for year in count:
        group = groups[-1] if groups else []
        fits = sum(count[y] for y in group) + count[year] <= FEW and not any(
            (y, year) in joined for y in group
        )
        if group and fits:
            group.append(year)
        else:
            groups.append([year])
    return {year: (group[0], group[-1]) for group in groups for year in group}


def _split(level: list[str], widths: Mapping[str, float]) -> list[list[str]]:
    """The nodes in as few rows as hold them, each about equally full."""
    total = sum(widths[node] + GAP for node in level)
    limit = total / max(1, -(-total // WIDEST))
    rows: list[list[str]] = [[]]
    filled = 0.0
    for node in level:
        if rows[-1] and filled + (widths[node] + GAP) / 2 > limit:
            rows.append([])
            filled = 0.0
        rows[-1].append(node)
        filled += widths[node] + GAP
    return rows


def _paths(edges: list[Edge], rows: list[list[str]], row_of: dict[str, int]) -> dict[Edge, list[str]]:
    """The points that each edge runs through: its upper end's trunk, a point in every row that it passes."""
    paths = {}
    for earlier, later in edges:
        first, last = sorted((earlier, later), key=lambda node: (row_of[node], node))
        points = [first]
        for number in range(row_of[first] + 1, row_of[last]):
            point = f"{first} @ {number}"  # no id has a space
            if point not in row_of:
                rows[number].append(point)
                row_of[point] = number
            points.append(point)
        paths[earlier, later] = [*points, last]
    return paths


def _neighbours(paths: dict[Edge, list[str]]) -> tuple[Near, Near]:
    steps = sorted({step for points in paths.values() for step in itertools.pairwise(points)})
    up: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    down: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for above, below in steps:
        pull = STRAIGHT if " @ " in above and " @ " in below else 1.0
        down[above].append((below, pull))
        up[below].append((above, pull))
    return up, down


def _order(rows: list[list[str]], up: Near, down: Near) -> None:
    """Sort each row by the mean place of its neighbours, then swap neighbours while that helps; keep the best seen."""
    best, fewest = [list(row) for row in rows], _all_crossings(rows, down)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        at = {node: place / len(row) for row in rows for place, node in enumerate(row)}
        for row in rows[1:] if forward else rows[-2::-1]:
            near = up if forward else down
            row.sort(key=lambda node: (_mean(node, near, at), node))
            at.update({node: place / len(row) for place, node in enumerate(row)})
        _swap(rows, up, down)
        found = _all_crossings(rows, down)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    rows[:] = best


def _mean(node: str, near: Near, at: Mapping[str, float]) -> float:
    pulls = near.get(node, [])
    return sum(at[other] * pull for other, pull in pulls) / sum(p for _, p in pulls) if pulls else at[node]


def _swap(rows: list[list[str]], up: Near, down: Near) -> None:
    """Swap two neighbours of a row wherever their lines then cross less."""
    place = {node: number for row in rows for number, node in enumerate(row)}

    def pairs(left: str, right: str, near: Near) -> int:
        ends = [place[other] for other, _ in near.get(right, [])]
        return sum(place[other] > end for other, _ in near.get(left, []) for end in ends)

    for row in rows:
        for _ in range(len(row)):
            moved = False
            for number in range(len(row) - 1):
                left, right = row[number], row[number + 1]
                now = pairs(left, right, up) + pairs(left, right, down)
                if now and now > pairs(right, left, up) + pairs(right, left, down):
                    row[number], row[number + 1] = right, left
                    place[right], place[left] = number, number + 1
                    moved = True
            if not moved:
                break


def _all_crossings(rows: list[list[str]], down: Near) -> int:
    return sum(_crossings(above, below, down) for above, below in itertools.pairwise(rows))


def _crossings(above: list[str], below: list[str], down: Near) -> int:
    place = {node: number for number, node in enumerate(below)}
    ends = [
        place[end]
        for node in above
        for end in sorted((o for o, _ in down.get(node, [])), key=place.__getitem__)
    ]
    return sum(ends[i] > ends[j] for i in range(len(ends)) for j in range(i + 1, len(ends)))


def _places(rows: list[list[str]], up: Near, down: Near, widths: Mapping[str, float]) -> dict[str, float]:
    """Move every row towards its neighbours, boxes never nearer than the gap."""
    half = {node: widths[node] / 2 + GAP / 2 if node in widths else LINE for row in rows for node in row}
    near: Near = {node: [*up.get(node, []), *down.get(node, [])] for row in rows for node in row}
    x: dict[str, float] = {}
    for row in rows:
        x.update(_apart(row, dict.fromkeys(row, 0.0), half))
    for turn in range(SWEEPS):
        for row in rows if turn % 2 == 0 else reversed(rows):
            x.update(_apart(row, {node: _mean(node, near, x) for node in row}, half))
    return x


def _apart(row: list[str], wanted: dict[str, float], half: dict[str, float]) -> dict[str, float]:
    """The places nearest to the wanted ones, in least squares, at which nothing overlaps."""
    offset, offsets = 0.0, []
    for number, node in enumerate(row):
        offset += half[row[number - 1]] + half[node] if number else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # mean and size of stretches that touch
    for node, offset in zip(row, offsets, strict=True):
        mean, size = wanted[node] - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, others = blocks.pop()
            mean, size = (mean * size + other * others) / (size + others), size + others
        blocks.append((mean, size))
    means = itertools.chain.from_iterable([mean] * size for mean, size in blocks)
    return {node: mean + offset for node, mean, offset in zip(row, means, offsets, strict=True)}
