"""Which work goes back to which: what can be asked of the papers' lineage.

A link points from the later work to the one it names: `resnet -> vgg`. Links may run both ways between two papers
that compare themselves, so every query here expects cycles.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import Literal, NamedTuple

from cnnclaims.claims.library import Library
from cnnclaims.claims.records import Record, Stub

Direction = Literal["both", "ancestors", "descendants"]


class Link(NamedTuple):
    """One edge of the lineage: `source` says that it `relation`s `target`."""

    source: str
    target: str
    relation: str
    idea: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Lineage:
    """A part of the lineage: `root`, the links by which it goes back and by which others go back to it, nearest first."""

    root: str
    works: dict[str, Record | Stub]
    back: tuple[Link, ...] = ()
    forth: tuple[Link, ...] = ()
    direction: Direction = "both"

    @property
    def links(self) -> tuple[Link, ...]:
        """All links, each once."""
        return tuple(dict.fromkeys((*self.back, *self.forth)))


def links(library: Library) -> Iterator[Link]:
    """Every lineage edge, in the order of the records."""
    for record in library.records.values():
        for edge in record.lineage:
            yield Link(record.id, edge.to, edge.relation, edge.idea, edge.note)


def lineage(library: Library, paper: str, direction: Direction = "both", depth: int | None = None) -> Lineage:
    """The works that a paper goes back to (`ancestors`) and that go back to it (`descendants`), up to `depth` steps."""
    root = library.work(paper).id
    back = _reached(root, _outward(library), depth) if direction != "descendants" else ()
    forth = _reached(root, _inward(library), depth) if direction != "ancestors" else ()
    return _lineage(library, root, tuple(back), tuple(forth), direction)


def _lineage(
    library: Library,
    root: str,
    back: tuple[Link, ...],
    forth: tuple[Link, ...] = (),
    direction: Direction = "both",
) -> Lineage:
    names = dict.fromkeys([root, *(name for link in (*back, *forth) for name in (link.source, link.target))])
    return Lineage(root, {name: library.work(name) for name in names}, back, forth, direction)


_Steps = dict[str, list[tuple[Link, str]]]  # from a work: each link, and the work it leads to


def _outward(library: Library) -> _Steps:
    return _steps((link.source, link, link.target) for link in links(library))


def _inward(library: Library) -> _Steps:
    return _steps((link.target, link, link.source) for link in links(library))


def _steps(found: Iterable[tuple[str, Link, str]]) -> _Steps:
    steps: _Steps = {}
    for start, link, end in found:
        steps.setdefault(start, []).append((link, end))
    return steps


def _reached(root: str, steps: _Steps, depth: int | None) -> Iterator[Link]:
    """Links in breadth-first order; each work is left once, so cycles end."""
    distance, waiting = {root: 0}, deque([root])
    while waiting:
        at = waiting.popleft()
        if depth is not None and distance[at] >= depth:
            continue
        for link, other in steps.get(at, []):
            yield link
            if other not in distance:
                distance[other] = distance[at] + 1
                waiting.append(other)


def paths(
    library: Library, a: str, b: str, limit: int = 100, longest: int | None = None
) -> list[tuple[Link, ...]]:
    """The ways through the lineage from `a` to `b` and from `b` to `a`, short ones first.

    No work is passed twice; at most `limit` ways of at most `longest` links are given.
    """
    start, end = library.work(a).id, library.work(b).id
    hops: dict[tuple[str, str], list[Link]] = {}
    for link in links(library):
        hops.setdefault((link.source, link.target), []).append(link)
    found = [
        way
        for ends in ((start, end), (end, start))
        if start != end
        for way in islice(_ways(list(hops), *ends, longest), limit)
    ]
    chosen = (
        ways for way in sorted(found, key=len) for ways in product(*(hops[hop] for hop in pairwise(way)))
    )
    return list(islice(chosen, limit))


def _ways(hops: list[tuple[str, str]], start: str, end: str, longest: int | None) -> Iterator[list[str]]:
    """Works on the way, for every simple way, short ones first."""
    import networkx as nx  # slow to import, and nothing else here needs it

    simple: nx.DiGraph[str] = nx.DiGraph(hops)
    simple.add_nodes_from((start, end))
    try:
        for way in nx.shortest_simple_paths(simple, start, end):
            if longest is not None and len(way) > longest + 1:
                return
            yield way
    except nx.NetworkXNoPath:
        return


def between(library: Library, a: str, b: str, ways: Iterable[tuple[Link, ...]]) -> Lineage:
    """Ways that `paths` found between two works, as one lineage to be drawn."""
    found = tuple(dict.fromkeys(link for way in ways for link in way))
    drawn = _lineage(library, library.work(a).id, found)
    end = library.work(b)
    return Lineage(drawn.root, {**drawn.works, end.id: end}, found)
