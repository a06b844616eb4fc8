"""A lineage as text: a tree for the terminal, Mermaid, DOT, JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cnnclaims.claims.lineage import Lineage, Link
from cnnclaims.claims.records import Record, Stub


def tree(lineage: Lineage) -> str:
    """A tree in plain characters, the idea in brackets on each line.

    A work is unfolded once: a later line for it ends in "(above)", a line that leads back into its own branch in "(cycle)".
    """
    root = lineage.works[lineage.root]
    lines = [f"{_named(root)}  {_one_line(root.title)}"]
    if lineage.direction != "descendants":
        lines += _branches(lineage, lineage.back, "goes back to", outward=True)
    if lineage.direction != "ancestors":
        lines += _branches(lineage, lineage.forth, "leads to", outward=False)
    if any(isinstance(work, Stub) for work in lineage.works.values()):
        lines.append("* has no record yet")
    return "\n".join(lines)


class _Twig(NamedTuple):
    """A line of the tree yet to be written; a `leaving` one only marks the end of a work's branch."""

    work: str
    indent: str
    link: Link
    last: bool
    leaving: bool = False


def _branches(lineage: Lineage, links: tuple[Link, ...], title: str, outward: bool) -> list[str]:
    steps: dict[str, list[Link]] = {}
    for link in links:
        steps.setdefault(link.source if outward else link.target, []).append(link)
    lines = list(_unfolded(lineage, steps, outward))
    return [title, *(lines or ["└─ nothing recorded"])]


def _unfolded(lineage: Lineage, steps: dict[str, list[Link]], outward: bool) -> Iterator[str]:
    open_, done = {lineage.root}, {lineage.root}
    waiting = _twigs(lineage.root, "", steps, outward)
    while waiting:
        twig = waiting.pop()
        if twig.leaving:
            open_.discard(twig.work)
            continue
        folds = bool(steps.get(twig.work)) or twig.work in open_
        mark = (
            "" if not folds else " (cycle)" if twig.work in open_ else " (above)" if twig.work in done else ""
        )
        yield f"{twig.indent}{'└─' if twig.last else '├─'} {_line(lineage, twig, outward)}{mark}"
        if twig.work not in done:
            open_.add(twig.work)
            done.add(twig.work)
            waiting.append(twig._replace(leaving=True))
            waiting += _twigs(twig.work, twig.indent + ("   " if twig.last else "│  "), steps, outward)


def _twigs(work: str, indent: str, steps: dict[str, list[Link]], outward: bool) -> list[_Twig]:
    """The twigs of a work, the first one at the end of the list, where it is taken from."""
    found = steps.get(work, [])
    ends = [link.target if outward else link.source for link in found]
    last = len(found) - 1
    twigs = [
        _Twig(end, indent, link, number == last)
        for number, (end, link) in enumerate(zip(ends, found, strict=True))
    ]
    return twigs[::-1]


def _line(lineage: Lineage, twig: _Twig, outward: bool) -> str:
    work = _named(lineage.works[twig.work])
    idea = f" [{twig.link.idea}]" if twig.link.idea else ""
    return f"{twig.link.relation} {work}{idea}" if outward else f"{work} {twig.link.relation}{idea}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _named(work: Record | Stub) -> str:
    return f"{work.id} ({work.year})" + ("*" if isinstance(work, Stub) else "")


def path_lines(ways: Iterable[tuple[Link, ...]]) -> str:
    """One way a line: `resnet -builds-on [3x3-stacks]-> vgg -builds-on-> alexnet`."""
    return "\n".join(map(_path_line, ways))


def _path_line(way: tuple[Link, ...]) -> str:
    return "".join([way[0].source, *(f" -{_label(link, ' [', ']')}-> {link.target}" for link in way)])


def _label(link: Link, before: str = ": ", after: str = "") -> str:
    return link.relation + (f"{before}{link.idea}{after}" if link.idea else "")


def mermaid(lineage: Lineage) -> str:
    """A Mermaid flow chart; works without a record have round ends."""
    numbers = {name: f"n{number}" for number, name in enumerate(lineage.works)}
    lines = ["flowchart LR"]
    for name, work in lineage.works.items():
        left, right = ("([", "])") if isinstance(work, Stub) else ("[", "]")
        lines.append(f'  {numbers[name]}{left}"{_for_mermaid(f"{name} ({work.year})")}"{right}')
    for link in lineage.links:
        label = _for_mermaid(_label(link))
        lines.append(f'  {numbers[link.source]} -->|"{label}"| {numbers[link.target]}')
    return "\n".join(lines)


def _for_mermaid(text: str) -> str:
    """Signs that end a label, begin a tag or make Markdown of it, as Mermaid's number codes."""
    return "".join(f"#{ord(sign)};" if sign in '"#&<>`|;\\[]{}' else sign for sign in _one_line(text))


def dot(lineage: Lineage) -> str:
    """A Graphviz digraph; works without a record are dashed."""
    lines = ["digraph lineage {", "  rankdir=LR;", "  node [shape=box];"]
    for name, work in lineage.works.items():
        style = ", style=dashed" if isinstance(work, Stub) else ""
        label = _for_dot(f"{name} ({work.year})")
        lines.append(f"  {_for_dot(name)} [label={label}, tooltip={_for_dot(work.title)}{style}];")
    for link in lineage.links:
        lines.append(
            f"  {_for_dot(link.source)} -> {_for_dot(link.target)} [label={_for_dot(_label(link))}];"
        )
    return "\n".join([*lines, "}"])


def _for_dot(text: str) -> str:
    escaped = _one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def as_json(lineage: Lineage) -> str:
    """`root`, `works` and `links` as JSON."""
    works = [
        {
            "id": name,
            "kind": "stub" if isinstance(work, Stub) else work.kind,
            "title": work.title,
            "year": work.year,
        }
        for name, work in lineage.works.items()
    ]
    edges = [
        {
            "from": link.source,
            "to": link.target,
            "relation": link.relation,
            "idea": link.idea,
            "note": link.note,
        }
        for link in lineage.links
    ]
    return (
        json.dumps({"root": lineage.root, "works": works, "links": edges}, indent=2, ensure_ascii=False)
        + "\n"
    )
