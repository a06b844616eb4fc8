"""Where the boxes and lines of a layered drawing go: rows in time order, few crossings, long lines round the boxes."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Edge = tuple[str, str]
MOST_IN_A_ROW = 5
SWEEPS = 24
GAP = 22.0  # between two boxes of a row
LINE = 10.0  # half the room that a line needs where it passes a row


class Layers(NamedTuple):
    """Rows of node names with the year of each row, the middle of each box, and the points each edge runs through."""

    years: list[int]
    rows: list[list[str]]
    x: dict[str, float]
    row_of: dict[str, int]
    paths: dict[Edge, list[str]]


def layers(years: Mapping[str, int], edges: Iterable[Edge], widths: Mapping[str, float]) -> Layers:
    """Lay out nodes by year; an edge is (earlier, later) and is drawn against time where the years say so."""
    edges = sorted({edge for edge in edges if edge[0] != edge[1]})
    row_years, rows = _rows(years, edges)
    row_of = {node: number for number, row in enumerate(rows) for node in row}
    paths = _paths(edges, rows, row_of)
    up, down = _neighbours(paths, row_of)
    _order(rows, up, down)
    x = _places(rows, up, down, widths)
    return Layers(row_years, rows, x, row_of, paths)


def _rows(years: Mapping[str, int], edges: list[Edge]) -> tuple[list[int], list[list[str]]]:
    """A year has a row, or several: a node stands below those of its own year that it builds on."""
    depth = dict.fromkeys(years, 0)
    for _ in range(4):  # deeper chains within one year do not occur; a circle stops here too
        for earlier, later in edges:
            if years[earlier] == years[later]:
                depth[later] = max(depth[later], min(depth[earlier] + 1, 4))
    groups: defaultdict[tuple[int, int, int], list[str]] = defaultdict(list)
    seen: defaultdict[tuple[int, int], int] = defaultdict(int)
    for node in sorted(years):
        level = (years[node], depth[node])
        groups[*level, seen[level] // MOST_IN_A_ROW].append(node)
        seen[level] += 1
    keys = sorted(groups)
    return [year for year, _, _ in keys], [groups[key] for key in keys]


def _paths(edges: list[Edge], rows: list[list[str]], row_of: dict[str, int]) -> dict[Edge, list[str]]:
    """Put a point into every row that an edge passes, and name the points that each edge runs through."""
    paths = {}
    for earlier, later in edges:
        first, last = sorted((earlier, later), key=lambda node: row_of[node])
        points = [first]
        for number in range(row_of[first] + 1, row_of[last]):
            point = f"{earlier} > {later} @ {number}"  # no id has a space
            rows[number].append(point)
            row_of[point] = number
            points.append(point)
        paths[earlier, later] = [*points, last]
    return paths


def _neighbours(
    paths: dict[Edge, list[str]], row_of: dict[str, int]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    up: dict[str, list[str]] = {node: [] for node in row_of}
    down: dict[str, list[str]] = {node: [] for node in row_of}
    for points in paths.values():
        for above, below in itertools.pairwise(points):
            down[above].append(below)
            up[below].append(above)
    return up, down


def _order(rows: list[list[str]], up: dict[str, list[str]], down: dict[str, list[str]]) -> None:
    """Sort each row by the mean place of its neighbours, to and fro, and keep the best order seen."""
    best, fewest = [list(row) for row in rows], _crossings(rows, down)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for row in rows[1:] if forward else rows[-2::-1]:
            _sort(row, up if forward else down, _positions(rows))
        crossings = _crossings(rows, down)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _positions(rows: list[list[str]]) -> dict[str, float]:
    return {node: (place + 0.5) / len(row) for row in rows for place, node in enumerate(row)}


def _sort(row: list[str], near: dict[str, list[str]], at: dict[str, float]) -> None:
    row.sort(
        key=lambda node: (sum(at[n] for n in near[node]) / len(near[node]) if near[node] else at[node], node)
    )


def _crossings(rows: list[list[str]], down: dict[str, list[str]]) -> int:
    total = 0
    place = {node: number for row in rows for number, node in enumerate(row)}
    for row in rows:
        ends = [place[below] for node in row for below in sorted(down[node], key=place.__getitem__)]
        total += sum(ends[i] > ends[j] for i in range(len(ends)) for j in range(i + 1, len(ends)))
    return total


def _places(
    rows: list[list[str]], up: dict[str, list[str]], down: dict[str, list[str]], widths: Mapping[str, float]
) -> dict[str, float]:
    """Move every row towards its neighbours, boxes never nearer than the gap."""
    half = {node: widths[node] / 2 + GAP / 2 if node in widths else LINE for row in rows for node in row}
    x: dict[str, float] = {}
    for row in rows:
        wanted = dict.fromkeys(row, 0.0)
        x.update(_apart(row, wanted, half))
    for turn in range(SWEEPS):
        for row in rows if turn % 2 == 0 else reversed(rows):
            near = {node: up[node] + down[node] for node in row}
            x.update(
                _apart(
                    row,
                    {n: sum(x[m] for m in near[n]) / len(near[n]) if near[n] else x[n] for n in row},
                    half,
                )
            )
    return x


def _apart(row: list[str], wanted: dict[str, float], half: dict[str, float]) -> dict[str, float]:
    """The wanted places moved apart: the mean of pushing everything to the right and everything to the left."""
    right: list[float] = []
    for number, node in enumerate(row):
        least = right[-1] + half[row[number - 1]] + half[node] if number else wanted[node]
        right.append(max(wanted[node], least))
    left: list[float] = []
    for number, node in reversed(list(enumerate(row))):
        most = left[-1] - half[row[number + 1]] - half[node] if number < len(row) - 1 else wanted[node]
        left.append(min(wanted[node], most))
    return {node: (r + le) / 2 for node, r, le in zip(row, right, reversed(left), strict=True)}
