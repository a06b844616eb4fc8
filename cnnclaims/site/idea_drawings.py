"""Pictures of ideas where structure shows them: blocks as boxes and lines, groups of channels, taps of a kernel.

A block is written as its boxes from top to bottom, each with the numbers of the boxes that it reads: `"+ < 2 0"`.
"""

from collections.abc import Callable, Sequence
from functools import partial

from cnnclaims.site.escape import esc
from cnnclaims.site.flow import Layout, layout

BLOCKS: dict[str, tuple[str, ...]] = {
    "3x3-stacks": ("x", "3×3 conv · ReLU < 0", "3×3 conv · ReLU < 1"),
    "aggregated-transformations": (
        "256 channels", "1×1 conv, 4 < 0", "1×1 conv, 4 < 0", "1×1 conv, 4 < 0", "3×3 conv, 4 < 1", "3×3 conv, 4 < 2", "3×3 conv, 4 < 3",
        "1×1 conv, 256 < 4", "1×1 conv, 256 < 5", "1×1 conv, 256 < 6", "+ < 7 8 9 0",
    ),
    "asymmetric-factorisation": ("x", "n×1 conv < 0", "1×n conv < 1"),
    "bottleneck-block": ("256 channels", "1×1 conv, 64 < 0", "3×3 conv, 64 < 1", "1×1 conv, 256 < 2", "+ < 3 0"),
    "channel-split": ("split in halves", "1×1 conv < 0", "3×3 depthwise < 1", "1×1 conv < 2", "concat < 0 3", "shuffle < 4"),
    "concat-downsampling": ("x", "mean, /2 < 0", "branch, /2 < 0", "concat < 1 2"),
    "cp-decomposition-conv": ("x", "1×1 conv, R < 0", "k×1 depthwise < 1", "1×k depthwise < 2", "1×1 conv < 3"),
    "cross-stage-partial": ("x", "first part < 0", "second part < 0", "blocks < 2", "1×1 conv < 3", "concat < 1 4", "1×1 conv < 5"),
    "csc-module": ("64 channels", "1×1 conv, 192 < 0", "shift < 1", "1×1 conv, 64 < 2", "+ < 3 0"),
    "dense-connectivity": ("x", "layer 1 < 0", "layer 2 < 0 1", "layer 3 < 0 1 2", "concat < 0 1 2 3"),
    "depthwise-separable-convolution": ("512 channels", "3×3 depthwise, 512 < 0", "1×1 conv, 512 < 1"),
    "dimension-reduction-1x1": ("192 channels", "1×1 conv, 16 < 0", "5×5 conv, 32 < 1"),
    "distillation": ("image", "large network < 0", "small network < 0", "softened classes < 1", "loss < 3 2"),
    "fire-module": ("x", "1×1 conv, 16 < 0", "1×1 conv, 64 < 1", "3×3 conv, 64 < 1", "concat < 2 3"),
    "flattened-convolution": ("x", "1×1 across channels < 0", "k×1 depthwise < 1", "1×k depthwise < 2"),
    "gated-shortcut": ("x", "layer H < 0", "gate T < 0", "× T < 1 2", "× (1 − T) < 0 2", "+ < 3 4"),
    "global-average-pooling": ("C maps", "mean of each map < 0", "linear < 1"),
    "hourglass-module": ("x", "residual < 0", "halve < 0", "residual < 2", "smaller sizes < 3", "enlarge < 4", "+ < 1 5"),
    "identity-shortcut": ("x", "F < 0", "+ < 1 0"),
    "inception-module": (
        "192 channels", "1×1 conv, 64 < 0", "1×1 conv, 96 < 0", "1×1 conv, 16 < 0", "3×3 max pool < 0",
        "3×3 conv, 128 < 2", "5×5 conv, 32 < 3", "1×1 conv, 32 < 4", "concat, 256 < 1 5 6 7",
    ),
    "inception-resnet-block": ("x", "1×1 conv < 0", "1×1 conv < 0", "3×3 conv < 2", "concat < 1 3", "1×1 conv < 4", "+ < 5 0"),
    "inverted-residual": ("64 channels", "1×1 conv, 384 · ReLU6 < 0", "3×3 depthwise, 384 · ReLU6 < 1", "1×1 conv, 64 < 2", "+ < 3 0"),
    "mlpconv": ("x", "k×k conv · ReLU < 0", "1×1 conv · ReLU < 1", "1×1 conv · ReLU < 2"),
    "multi-head-self-attention": ("tokens", "linear, Q < 0", "linear, K < 0", "linear, V < 0", "softmax of Q times K < 1 2", "× V < 4 3", "linear < 5"),
    "octave-convolution": ("full map", "half-side map", "3×3 conv < 0", "mean · 3×3 conv < 0", "3×3 conv · enlarge < 1", "3×3 conv < 1", "+ < 2 4", "+ < 3 5"),
    "one-shot-aggregation": ("x", "3×3 conv < 0", "3×3 conv < 1", "3×3 conv < 2", "concat < 0 1 2 3", "1×1 conv < 4"),
    "parallel-grid-reduction": ("x", "3×3 conv, /2 < 0", "3×3 max pool, /2 < 0", "concat < 1 2"),
    "patch-embedding": ("image, 224×224", "16×16 conv, /16 < 0", "196 tokens < 1"),
    "pointwise-group-convolution": (
        "240 channels", "1×1 conv in 3 groups, 60 < 0", "shuffle < 1", "3×3 depthwise, 60 < 2", "1×1 conv in 3 groups, 240 < 3", "+ < 4 0",
    ),
    "pre-activation": ("x", "BN · ReLU < 0", "3×3 conv < 1", "BN · ReLU < 2", "3×3 conv < 3", "+ < 4 0"),
    "projection-shortcut": ("x", "3×3 conv, /2 < 0", "3×3 conv < 1", "1×1 conv, /2 < 0", "+ < 2 3"),
    "region-proposal-network": ("feature map", "3×3 conv < 0", "1×1 conv, scores < 1", "1×1 conv, boxes < 1", "regions < 2 3"),
    "residual-learning": ("x", "3×3 conv < 0", "3×3 conv < 1", "+ < 2 0"),
    "shake-shake": ("x", "branch 1 < 0", "branch 2 < 0", "× α < 1", "× (1 − α) < 2", "+ < 3 4 0"),
    "siamese-network": ("image 1", "image 2", "network < 0", "the same network < 1", "distance < 2 3"),
    "spatially-separable-convolution": ("x", "k×1 conv < 0", "1×k conv < 1"),
    "squeeze-and-excitation": ("C channels", "mean of each < 0", "linear, C/16 · ReLU < 1", "linear, C · sigmoid < 2", "× < 3 0"),
    "stochastic-depth": ("x", "F < 0", "× 0 or 1, at random < 1", "+ < 2 0"),
    "transition-layer": ("m maps", "1×1 conv < 0", "mean, /2 < 1"),
    "two-way-dense-layer": ("x", "1×1 conv < 0", "1×1 conv < 0", "3×3 conv < 1", "3×3 conv < 2", "3×3 conv < 4", "concat < 0 3 5"),
}  # fmt: skip
HEIGHT, BETWEEN, MARGIN, LETTER = 26.0, 24.0, 10.0, 6.7
SIDE, DOT = 26.0, 5.0
CLASSES = {"a": "one", "b": "two", "x": "both"}


def idea_drawing(idea: str, name: str) -> str:
    """The picture of an idea as SVG, empty where none is drawn."""
    if idea in BLOCKS:
        return _block(BLOCKS[idea], name)
    return OTHERS[idea](name) if idea in OTHERS else ""


def drawn_ideas() -> set[str]:
    """The ideas that have a picture."""
    return BLOCKS.keys() | OTHERS.keys()


def _svg(width: float, height: float, name: str, described: str, inside: str) -> str:
    return (
        f'<svg class="block idea" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img">'
        f"<title>{esc(name)}</title><desc>{esc(described)}</desc>{inside}</svg>"
    )


# -- boxes and lines -------------------------------------------------------------------------------------------------------


def _block(boxes: Sequence[str], name: str) -> str:
    labels = [box.split(" < ")[0] for box in boxes]
    edges = [
        (int(source), number)
        for number, box in enumerate(boxes)
        for source in box.partition(" < ")[2].split()
    ]
    widths = {number: max(HEIGHT, len(label) * LETTER + 16) for number, label in enumerate(labels)}
    laid = layout(widths, edges)
    shift = MARGIN - laid.left
    lines = "".join(_line(laid, edge, shift) for edge in laid.lines)
    drawn = "".join(
        _box(
            label,
            laid.place[number],
            widths[number],
            shift,
            "in" if " < " not in boxes[number] else _colour(label),
        )
        for number, label in enumerate(labels)
    )
    height = laid.rows * (HEIGHT + BETWEEN) - BETWEEN + 2 * MARGIN
    described = "; ".join(
        label + (f" of {' and '.join(labels[a] for a, b in edges if b == number)}" if number else "")
        for number, label in enumerate(labels)
    )
    return _svg(laid.right - laid.left + 2 * MARGIN, height, name, described, lines + drawn)


def _colour(label: str) -> str:
    """The class of a box: mixes channels, looks at neighbours, joins, or neither."""
    if label.startswith(("1×1", "linear", "layer")):
        return "mix"
    if "conv" in label or "depthwise" in label:
        return "spatial"
    return "join" if label[0] in "+×" or label.startswith("concat") else "light"


def _box(label: str, place: tuple[float, int], width: float, shift: float, colour: str) -> str:
    x, top = place[0] + shift, MARGIN + place[1] * (HEIGHT + BETWEEN)
    return (
        f'<g class="{colour}"><rect x="{x - width / 2:.0f}" y="{top:.0f}" width="{width:.0f}" height="{HEIGHT:.0f}" rx="4"/>'
        f'<text x="{x:.0f}" y="{top + HEIGHT / 2 + 4:.0f}">{esc(label)}</text></g>'
    )


def _line(laid: Layout, edge: tuple[int, int], shift: float) -> str:
    points = laid.lines[edge]
    x, y = points[0][0] + shift, MARGIN + points[0][1] * (HEIGHT + BETWEEN) + HEIGHT
    path = f"M{x:.0f} {y:.0f}"
    for to, row in points[1:]:
        to_x, to_y = to + shift, MARGIN + row * (HEIGHT + BETWEEN)
        bend = (to_y - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y + HEIGHT
        path += f"V{y:.0f}" if row != points[-1][1] else ""
    return f'<path d="{path}"/>'


# -- channels, taps --------------------------------------------------------------------------------------------------------


def _channels(
    rows: Sequence[Sequence[tuple[int, int]]], colours: Sequence[str], described: str, name: str
) -> str:
    """Rows of channels with a line for each weight or move between two rows; a letter a channel says whose colour it has."""
    gap = 58.0
    inside = "".join(
        f'<path d="M{MARGIN + SIDE * (a + 0.5):.0f} {MARGIN + DOT + gap * row:.0f}'
        f'L{MARGIN + SIDE * (b + 0.5):.0f} {MARGIN + DOT + gap * (row + 1):.0f}"/>'
        for row, lines in enumerate(rows)
        for a, b in lines
    )
    inside += "".join(
        f'<circle class="{CLASSES[colour]}" cx="{MARGIN + SIDE * (channel + 0.5):.0f}"'
        f' cy="{MARGIN + DOT + gap * row:.0f}" r="{DOT:.0f}"/>'
        for row, letters in enumerate(colours)
        for channel, colour in enumerate(letters)
    )
    width, height = len(colours[0]) * SIDE + 2 * MARGIN, gap * len(rows) + 2 * (MARGIN + DOT)
    return _svg(width, height, name, described, inside)


def _within(count: int, groups: int) -> list[tuple[int, int]]:
    """Every channel with every channel of its own group."""
    size = count // groups
    return [(a, b) for a in range(count) for b in range(count) if a // size == b // size]


def _shuffled(count: int, groups: int) -> list[tuple[int, int]]:
    """Where channel shuffle takes each channel."""
    size = count // groups
    return [(a, a % size * groups + a // size) for a in range(count)]


def _taps(places: Sequence[tuple[float, float]], size: int, described: str, name: str) -> str:
    """A map of pixels with the places that one output reads; lines lead from where a plain kernel would read."""
    cell = 20.0
    middle = size // 2
    grid = "".join(
        f'<rect x="{MARGIN + cell * x:.0f}" y="{MARGIN + cell * y:.0f}" width="{cell:.0f}" height="{cell:.0f}"/>'
        for y in range(size)
        for x in range(size)
    )
    plain = [(middle + x, middle + y) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    at = [(MARGIN + cell * (x + 0.5), MARGIN + cell * (y + 0.5)) for x, y in places]
    begun = [(MARGIN + cell * (x + 0.5), MARGIN + cell * (y + 0.5)) for x, y in plain]
    lines = "".join(
        f'<path d="M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}"/>'
        for (x, y), (to_x, to_y) in zip(begun, at, strict=True)
        if (x, y) != (to_x, to_y)
    )
    dots = "".join(f'<circle class="one" cx="{x:.0f}" cy="{y:.0f}" r="5.5"/>' for x, y in at)
    side = size * cell + 2 * MARGIN
    return _svg(side, side, name, described, f'<g class="pixels">{grid}</g>{lines}{dots}')


DILATED = [(4 + 2 * x, 4 + 2 * y) for y in (-1, 0, 1) for x in (-1, 0, 1)]
MOVED = [
    (1.6, 2.2),
    (4.2, 1.5),
    (6.7, 2.6),
    (2.1, 4.3),
    (4.4, 4.1),
    (6.3, 3.6),
    (2.7, 6.4),
    (4.1, 6.9),
    (7.1, 6.2),
]
OTHERS: dict[str, Callable[[str], str]] = {
    "1x1-convolution": partial(_channels, [_within(6, 1)], ("aaaaaa", "aaaaaa"), "every output reads every channel of one place"),
    "channel-shuffle": partial(
        _channels, [_within(6, 2), _shuffled(6, 2), _within(6, 2)], ("aaabbb", "aaabbb", "ababab", "xxxxxx"),
        "two grouped convolutions with a shuffle between: every output depends on both groups of inputs",
    ),
    "deformable-convolution": partial(_taps, MOVED, 9, "nine places, each moved by an offset of its own"),
    "dilated-convolution": partial(_taps, DILATED, 9, "nine places, two pixels apart"),
    "grouped-convolution": partial(
        _channels, [_within(6, 2)], ("aaabbb", "aaabbb"), "six channels in two groups: an output reads the three channels of its group"
    ),
}  # fmt: skip
