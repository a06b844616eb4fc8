"""What a network is made of, drawn from its sheet: the chain of stages, and each kind of block with its branches."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnclaims.site.escape import esc
from cnnclaims.site.flow import Layout, layout
from cnnclaims.verifiers.sheets import Row, Sheet, Stage, numbered

LARGEST = 30  # operations of what is drawn as one block
MOST_KINDS = 4
LETTER, LOW, HIGH, BETWEEN, MARGIN = 6.4, 22.0, 36.0, 22.0, 8.0

THEN = ' class="then"'
WORDS = {
    "add": "+",
    "avg_pool": "mean",
    "batch_norm": "BN",
    "channel_shuffle": "shuffle",
    "gelu": "GELU",
    "group_norm": "GN",
    "hardsigmoid": "hard sigmoid",
    "hardswish": "h-swish",
    "hardtanh": "ReLU6",
    "instance_norm": "IN",
    "layer_norm": "LN",
    "leaky_relu": "leaky ReLU",
    "lrn": "LRN",
    "max_pool": "max pool",
    "mean": "mean",
    "mul": "×",
    "prelu": "PReLU",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "silu": "swish",
}


class Block(NamedTuple):
    """One block as drawn: the numbers of its rows, and the paths of all blocks of its kind."""

    rows: tuple[int, ...]
    paths: tuple[str, ...]


def word(op: str) -> str:
    """An operation as a reader calls it."""
    return WORDS.get(op, op.replace("_", " ").strip())


def times(shape: str) -> str:
    """64x56x56 as 64 × 56 × 56, escaped."""
    return esc(shape.replace("x", " × "))


# -- blocks ----------------------------------------------------------------------------------------------------------------


def kinds_of_blocks(sheet: Sheet) -> list[Block]:
    """Each kind of block once, in the order in which they first come. Blocks are alike if they differ in channels only."""
    rows: Sequence[Row] = sheet["layers"]
    inside: dict[str, list[int]] = {}  # part of the network -> its rows
    for index, row in enumerate(rows):
        parts = row.path.split(".") if row.path else []
        for end in range(1, len(parts) + 1):
            inside.setdefault(".".join(parts[:end]), []).append(index)
    children: dict[str, list[str]] = {}
    for path in inside:
        children.setdefault(path.rpartition(".")[0], []).append(path)
    found: dict[tuple[object, ...], Block] = {}
    for path in _blocks("", inside, children):
        kind = _kind(rows, inside[path])
        before = found.get(kind)
        found[kind] = (
            Block(before.rows, (*before.paths, path)) if before else Block(tuple(inside[path]), (path,))
        )
    return list(found.values())


def _blocks(part: str, inside: dict[str, list[int]], children: dict[str, list[str]]) -> Iterator[str]:
    """The blocks of a part: its numbered children, or what is small enough to be drawn."""
    inner = children.get(part, [])
    if part and len(inside[part]) <= LARGEST and not numbered(inner, part):
        if len(inside[part]) > 1:
            yield part
        return
    for child in inner:
        yield from _blocks(child, inside, children)


def _kind(rows: Sequence[Row], inside: Sequence[int]) -> tuple[object, ...]:
    own = set(inside)
    return tuple(
        (row.op, row.then, row.kernel, row.stride, row.groups > 1, tuple(index - source if source in own else None for source in _inputs(row, index)))
        for index, row in ((index, rows[index]) for index in inside)
    )  # fmt: skip


def _inputs(row: Row, index: int) -> tuple[int, ...]:
    return row.inputs or (index - 1,)


def block_svg(rows: Sequence[Row], block: Block, name: str) -> str:
    """The block as a picture: a box an operation, from top to bottom."""
    inside = set(block.rows)
    outer = dict.fromkeys(s for index in block.rows for s in _inputs(rows[index], index) if s not in inside)
    boxes = {
        source: ["input" if len(outer) == 1 else f"input {number}"] for number, source in enumerate(outer, 1)
    }
    boxes |= {index: _texts(rows[index]) for index in block.rows}
    edges = [(source, index) for index in block.rows for source in _inputs(rows[index], index)]
    numbers = {box: place for place, box in enumerate(boxes)}
    widths = {numbers[box]: max(24.0, max(map(len, texts)) * LETTER + 14) for box, texts in boxes.items()}
    laid = layout(widths, [(numbers[a], numbers[b]) for a, b in dict.fromkeys(edges)])
    shift, width = MARGIN - laid.left, laid.right - laid.left + 2 * MARGIN
    height = laid.rows * (HIGH + BETWEEN) - BETWEEN + 2 * MARGIN
    lines = "".join(_path(laid, edge, shift, boxes, numbers) for edge in laid.lines)
    drawn = "".join(
        _box(
            texts,
            laid.place[numbers[box]],
            widths[numbers[box]],
            shift,
            _colour(rows, box) if box in inside else "in",
        )
        for box, texts in boxes.items()
    )
    described = "; ".join(" ".join(texts) for texts in boxes.values())
    return (
        f'<svg class="block" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img">'
        f"<title>{esc(name)}</title><desc>{esc(described)}</desc>{lines}{drawn}</svg>"
    )


def _texts(row: Row) -> list[str]:
    """The lines of a box."""
    channels = row.shape.partition("x")[0]
    if row.op.endswith("conv"):
        groups = f", {row.groups} groups" if row.op == "grouped conv" else ""
        kind = row.op if row.op[0].isdigit() else f"{row.kernel} {row.op.removeprefix('grouped ')}"
        first = f"{kind}{groups}, {channels}" + (f", /{row.stride}" if row.stride > 1 else "")
    elif row.kernel:
        first = f"{row.kernel} {word(row.op)}" + (f", /{row.stride}" if row.stride > 1 else "")
    else:
        first = word(row.op) + (f" {channels}" if row.op == "linear" else "")
    first = re.sub(r"(?<=\d)x(?=\d)", "×", first)
    return [first, " · ".join(map(word, row.then.split()))] if row.then else [first]


def _colour(rows: Sequence[Row], index: int) -> str:
    row = rows[index]
    if row.macs:
        return "spatial" if row.kernel not in ("", "1x1") else "mix"
    return "join" if row.op in ("add", "concat", "mul", "sub") else "light"


def _box(texts: list[str], place: tuple[float, int], width: float, shift: float, colour: str) -> str:
    height = HIGH if len(texts) > 1 else LOW
    x, middle = place[0] + shift, _middle(place[1])
    lines = [middle + 4] if len(texts) == 1 else [middle - 3, middle + 12]
    words = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}"{THEN if number else ""}>{esc(text)}</text>'
        for number, (text, y) in enumerate(zip(texts, lines, strict=True))
    )
    return (
        f'<g class="{colour}"><rect x="{x - width / 2:.0f}" y="{middle - height / 2:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" rx="3"/>{words}</g>'
    )


def _middle(row: int) -> float:
    return MARGIN + row * (HIGH + BETWEEN) + HIGH / 2


def _path(
    laid: Layout, edge: tuple[int, int], shift: float, boxes: dict[int, list[str]], numbers: dict[int, int]
) -> str:
    heights = {numbers[box]: HIGH if len(texts) > 1 else LOW for box, texts in boxes.items()}
    points = laid.lines[edge]
    x, y = points[0][0] + shift, _middle(points[0][1]) + heights[edge[0]] / 2
    path = f"M{x:.0f} {y:.0f}"
    for number, (to, row) in enumerate(points[1:], 1):
        last = number == len(points) - 1
        to_x, to_y = to + shift, _middle(row) - (heights[edge[1]] / 2 if last else HIGH / 2)
        bend = (to_y - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        if not last:
            path += f"V{to_y + HIGH:.0f}"
        x, y = to_x, to_y + HIGH
    return f'<path d="{path}"/>'


def blocks_html(sheet: Sheet) -> str:
    """The kinds of blocks side by side; those beyond the first few in words."""
    kinds = kinds_of_blocks(sheet)
    shown = sorted(kinds, key=lambda block: -len(block.paths))[:MOST_KINDS]
    figures = "".join(
        f'<figure class="block">{block_svg(sheet["layers"], block, f"The block {block.paths[0]}")}'
        f"<figcaption>{_caption(sheet, block)}</figcaption></figure>\n"
        for block in kinds
        if block in shown
    )
    if not figures:
        return ""
    rest = sum(len(block.paths) for block in kinds if block not in shown)
    more = f"<p>{rest} more blocks are of {len(kinds) - len(shown)} other kinds.</p>\n" if rest else ""
    return f'<div class="scroll blocks" role="region" aria-label="Blocks" tabindex="0">\n{figures}</div>\n<p class="key">Its kinds of blocks, drawn from the module as built.</p>\n{more}'


def _caption(sheet: Sheet, block: Block) -> str:
    last = sheet["layers"][block.rows[-1]]
    first, *others = block.paths
    shape = f"<strong>{esc(first)}</strong>, puts out {times(last.shape)}"
    if not others:
        return shape
    names = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
    return f"{shape}<br>the same but for channels: {esc(names)}"


# -- the chain of stages ---------------------------------------------------------------------------------------------------


def chain_svg(sheet: Sheet, name: str) -> str:
    """The stages side by side: as high as their maps (in powers of two), as wide as they have channels."""
    stages = [stage for stage in sheet["stages"] if stage.macs or stage.kernel or stage.stride > 1]
    x, parts = MARGIN, []
    highest = max((6 + 9 * _sides(stage)[1].bit_length() for stage in stages), default=6)
    base = MARGIN + 12 + highest / 2
    top = base + highest / 2 + 8  # where names end
    low = top + max((len(stage.name) for stage in stages), default=0) * LETTER
    sizes = [_sides(stage) for stage in stages]
    for stage, (channels, side) in zip(stages, sizes, strict=True):
        tall, wide = 6 + 9 * side.bit_length(), 8 + 3.5 * channels.bit_length()
        colour = "light" if not stage.macs else "mix" if side == 1 else "spatial"
        repeats = f'<text x="{x + wide / 2:.0f}" y="{base - tall / 2 - 4:.0f}">{stage.repeats}×</text>' if stage.repeats > 1 else ""  # fmt: skip
        parts.append(
            f'<g class="{colour}"><title>{esc(stage.name)}: {times(stage.shape)}</title>'
            f'<rect x="{x:.0f}" y="{base - tall / 2:.0f}" width="{wide:.0f}" height="{tall:.0f}" rx="2"/>{repeats}'
            f'<text class="name" transform="translate({x + wide / 2 + 4:.0f} {top:.0f}) rotate(-90)">{esc(stage.name)}</text></g>'
        )
        x += wide + 5
    words = "; ".join(f"{stage.name} {stage.shape}" for stage in stages)
    return (
        f'<div class="scroll chain" role="region" aria-label="Stages" tabindex="0">\n'
        f'<svg viewBox="0 0 {x + MARGIN:.0f} {low + 6:.0f}" width="{x + MARGIN:.0f}" height="{low + 6:.0f}" role="img">'
        f"<title>Stages of {esc(name)}</title><desc>{esc(words)}</desc>{''.join(parts)}</svg>\n</div>\n"
        '<p class="key">Its stages: as high as the side of their maps, as wide as they have channels, both by logarithm.</p>\n'
    )


def _sides(stage: Stage) -> tuple[int, int]:
    """Channels and side of what a stage puts out."""
    numbers = [int(part) for part in stage.shape.split("x") if part] or [1]
    return numbers[0], numbers[1] if len(numbers) == 3 else 1
