"""Lays out a small graph of operations from top to bottom: where boxes stand and how lines run between them.

Longest paths give the rows, lines that pass a row get a place in it, rows are ordered by the mean place of their neighbours.
Written for blocks of a network: a few dozen boxes, one source as a rule.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

GAP = 22.0  # between boxes of a row
LANE = 10.0  # width of a line that passes a row
SWEEPS = 12
STRAIGHT = 6  # how much more a line between two boxes with no other neighbour on that side pulls

Edge = tuple[int, int]
Point = tuple[float, int]  # place along a row, number of the row


class Layout(NamedTuple):
    """`place` has each box's middle and row; `lines` the points of each line from box to box; `left`, `right` the extent."""

    place: dict[int, Point]
    lines: dict[Edge, list[Point]]
    rows: int
    left: float
    right: float


def layout(widths: Mapping[int, float], edges: Sequence[Edge]) -> Layout:
    """Places for boxes numbered in an order in which edges run forwards."""
    rank: dict[int, int] = {}
    for box in sorted(widths):
        rank[box] = max((rank[a] + 1 for a, b in edges if b == box), default=0)
    sizes = dict(widths)
    chains: dict[Edge, list[int]] = {}
    for a, b in edges:
        chain = [a]
        for row in range(rank[a] + 1, rank[b]):
            passing = -len(sizes) - 1
            rank[passing], sizes[passing] = row, LANE
            chain.append(passing)
        chains[a, b] = [*chain, b]
    rows = [[box for box in rank if rank[box] == row] for row in range(max(rank.values(), default=-1) + 1)]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    x = _places(rows, links, sizes)
    return Layout(
        {box: (x[box], rank[box]) for box in widths},
        {edge: [(x[one], rank[one]) for one in chain] for edge, chain in chains.items()},
        len(rows),
        min((x[box] - sizes[box] / 2 for box in x), default=0.0),
        max((x[box] + sizes[box] / 2 for box in x), default=0.0),
    )


def _places(rows: list[list[int]], links: list[Edge], sizes: Mapping[int, float]) -> dict[int, float]:
    near: dict[int, list[int]] = {box: [] for row in rows for box in row}
    below, above = Counter(a for a, _ in links), Counter(b for _, b in links)
    for a, b in links:
        pull = STRAIGHT if below[a] == above[b] == 1 else 1
        near[a] += [b] * pull
        near[b] += [a] * pull
    x: dict[int, float] = {}
    for row in rows:  # to begin with, by what stands above
        wanted = {box: _mean([x[other] for other in near[box] if other in x]) for box in row}
        row.sort(key=lambda box: wanted[box])
        x |= _spread(row, wanted, sizes)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            wanted = {box: _mean([x[other] for other in near[box]]) for box in row}
            row.sort(key=lambda box: wanted[box])
            x |= _spread(row, wanted, sizes)
    return x


def _mean(numbers: list[float]) -> float:
    return round(sum(numbers) / len(numbers), 6) if numbers else 0.0


def _spread(row: list[int], wanted: Mapping[int, float], sizes: Mapping[int, float]) -> dict[int, float]:
    """Places as near to the wanted ones as the widths allow, in the order of the row."""
    found: dict[int, float] = {}
    edge = float("-inf")
    for box in row:
        found[box] = max(wanted[box], edge + sizes[box] / 2)
        edge = found[box] + sizes[box] / 2 + GAP
    shift = _mean([wanted[box] - found[box] for box in row])
    return {box: place + shift for box, place in found.items()}
