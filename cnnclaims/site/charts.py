"""Charts as SVG, drawn in Python: bars by stage, points in a plane, curves. Colours come from charts.css.

Every chart has a title and a description in words, and stands beside a table with the same numbers.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from cnnclaims.site.escape import esc

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 480.0, 46.0, 14.0, 14.0, 40.0
LETTER, LINE = 5.9, 13.0  # of a point's label


class Bar(NamedTuple):
    """A line of a bar chart: its name, and two shares of one (None: not drawn)."""

    name: str
    first: float
    second: float


class Point(NamedTuple):
    """A point with its label; `ghost` is where another source puts it along x."""

    x: float
    y: float
    label: str
    ghost: float | None = None


def si(number: float) -> str:
    """A number in short: 4.23 M, 569 M, 3.86 G."""
    for scale, letter in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " K")):
        if abs(number) >= scale * 0.9995:
            return f"{_three(number / scale)}{letter}"
    return _three(number)


def _three(number: float) -> str:
    """Three digits that count, without closing zeros."""
    if number == 0 or abs(number) >= 100:
        return f"{number:.0f}"
    text = f"{number:.{2 - math.floor(math.log10(abs(number)))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# -- bars ------------------------------------------------------------------------------------------------------------------


def bars(rows: Sequence[Bar], title: str, names: tuple[str, str]) -> str:
    """Two bars a row, for two shares of the whole."""
    start, full, step = 8 + max((len(row.name) for row in rows), default=0) * 6.6, 300.0, 30.0
    most = max((max(row.first, row.second) for row in rows), default=1) or 1
    texts, boxes = [], []
    for number, row in enumerate(rows):
        y = number * step
        texts.append(f'<text class="name" x="{start - 6:.0f}" y="{y + 17:.0f}">{esc(row.name)}</text>')
        for place, (share, kind) in enumerate(((row.first, "first"), (row.second, "second"))):
            wide, top = full * share / most, y + 3 + 11 * place
            boxes.append(
                f'<rect class="{kind}" x="{start:.0f}" y="{top:.0f}" width="{wide:.1f}" height="10"/>'
            )
            texts.append(
                f'<text class="value" x="{start + wide + 4:.1f}" y="{top + 9:.0f}">{percent(share)}</text>'
            )
    words = "; ".join(f"{row.name} {percent(row.first)} and {percent(row.second)}" for row in rows)
    width, height = start + full + 50, len(rows) * step
    return (
        f'<div class="scroll chart" role="region" aria-label="{esc(title)}" tabindex="0">\n'
        f'<svg class="bars" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img"><title>{esc(title)}</title>'
        f"<desc>{esc(', '.join(names))}: {esc(words)}</desc>{''.join(texts + boxes)}</svg>\n</div>\n"
        f'<p class="key">{esc(title)}: <span class="swatch first"></span>&nbsp;{esc(names[0])} <span class="swatch second"></span>&nbsp;{esc(names[1])}</p>\n'
    )


def percent(share: float) -> str:
    """A share in per cent, with one decimal."""
    return f"{100 * share:.1f} %"


# -- axes ------------------------------------------------------------------------------------------------------------------


class Axis(NamedTuple):
    """From numbers to places: linear, or by logarithm where the numbers span more than a factor of ten."""

    low: float
    high: float
    log: bool
    start: float
    end: float

    def at(self, number: float) -> float:
        """The place of a number."""
        low, high, number = (self.low, self.high, number) if not self.log else tuple(map(math.log10, (self.low, self.high, number)))  # fmt: skip
        return self.start + (self.end - self.start) * (number - low) / (high - low)

    def ticks(self) -> list[float]:
        """Round numbers along the axis: 1, 2, 5 times powers of ten."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found = [m * 10.0**p for p in powers for m in (1, 2, 5)]
            inside = [tick for tick in found if self.low <= tick <= self.high]
            return inside if len(inside) < 8 else [t for t in inside if math.log10(t) % 1 < 1e-9]
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
        first = math.ceil(self.low / step - 1e-9)
        return [round(n * step, 10) for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


def axis(numbers: Sequence[float], start: float, end: float, log: bool | None = None) -> Axis:
    """An axis with a little room at both ends. `log` None: where the numbers span more than a factor of ten."""
    low, high = min(numbers), max(numbers)
    if log or (log is None and low > 0 and high / low > 10):
        room = (high / low) ** 0.06 if high > low else 1.5
        return Axis(low / room, high * room, True, start, end)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return Axis(low - room if low - room > 0 or low < 0 else 0.0, high + room, False, start, end)


def _frame(x: Axis, y: Axis, x_name: str, y_name: str, height: float) -> str:
    parts = []
    for tick in x.ticks():
        at = x.at(tick)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP:.0f}V{height - BOTTOM:.0f}"/>')
        parts.append(f'<text x="{at:.1f}" y="{height - BOTTOM + 14:.0f}">{si(tick)}</text>')
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<path class="grid" d="M{LEFT:.0f} {at:.1f}H{WIDTH - RIGHT:.0f}"/>')
        parts.append(f'<text class="name" x="{LEFT - 5:.0f}" y="{at + 4:.1f}">{si(tick)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="axis" x="{middle:.0f}" y="{height - 6:.0f}">{esc(x_name)}</text>')
    parts.append(f'<text class="axis start" x="2" y="{TOP - 3:.0f}">{esc(y_name)}</text>')
    return "".join(parts)


def _whole(title: str, words: str, inner: str, height: float) -> str:
    return (
        f'<figure class="chart"><svg viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img"><title>{esc(title)}</title>'
        f"<desc>{esc(words)}</desc>{inner}</svg><figcaption>{esc(title)}</figcaption></figure>\n"
    )


# -- points and curves -----------------------------------------------------------------------------------------------------


def scatter(points: Sequence[Point], title: str, x_name: str, y_name: str) -> str:
    """Points with their labels; labels that would cover another stand elsewhere or not at all (the table has them)."""
    height = 340.0
    every = [point.x for point in points] + [point.ghost for point in points if point.ghost]
    x = axis(every, LEFT, WIDTH - RIGHT)
    y = axis([point.y for point in points], height - BOTTOM, TOP + 6, log=False)
    drawn = []
    for point in points:
        at, level = x.at(point.x), y.at(point.y)
        if point.ghost is not None:
            ghost = x.at(point.ghost)
            drawn.append(f'<path class="link" d="M{at:.1f} {level:.1f}H{ghost:.1f}"/>')
            drawn.append(f'<circle class="ghost" cx="{ghost:.1f}" cy="{level:.1f}" r="6"/>')
        drawn.append(
            f'<circle class="point" cx="{at:.1f}" cy="{level:.1f}" r="3.5"><title>{esc(point.label)}</title></circle>'
        )
    ghosts = [(x.at(p.ghost), y.at(p.y)) for p in points if p.ghost is not None]
    labels = _labels([(x.at(p.x), y.at(p.y), p.label) for p in points], ghosts)
    words = "; ".join(f"{point.label}: {si(point.x)}, {point.y:g}" for point in points)
    return _whole(title, words, _frame(x, y, x_name, y_name, height) + "".join(drawn) + labels, height)


def _labels(points: Sequence[tuple[float, float, str]], ghosts: Sequence[tuple[float, float]]) -> str:
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in [*((x, y) for x, y, _ in points), *ghosts]]
    found = []
    for x, y, label in points:
        wide = len(label) * LETTER
        for left, top in ((x + 9, y - 7), (x - 9 - wide, y - 7), (x - wide / 2, y - 21), (x - wide / 2, y + 8), (x + 6, y - 18), (x - 6 - wide, y + 4), (x + 6, y + 4)):  # fmt: skip
            box = (left, top, left + wide, top + LINE)
            outside = box[0] < LEFT or box[2] > WIDTH or box[1] < 0
            if not outside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found.append(f'<text class="start" x="{left:.1f}" y="{top + 10.5:.1f}">{esc(label)}</text>')
                break
    return "".join(found)


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def curve(points: Sequence[tuple[float, float]], title: str, x_name: str, y_name: str) -> str:
    """A line through points, x increasing."""
    height = 230.0
    x = axis([p[0] for p in points], LEFT, WIDTH - RIGHT)
    y = axis([p[1] for p in points], height - BOTTOM, TOP + 6)
    places = [(x.at(a), y.at(b)) for a, b in points]
    line = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    dots = "".join(
        f'<circle class="point" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/><text class="{"end" if a > WIDTH - 60 else "start"}" '
        f'x="{a + (-7 if a > WIDTH - 60 else 7):.1f}" y="{b + (-7 if a > WIDTH - 60 else 12):.1f}">{si(value)}</text>'
        for (a, b), (_, value) in zip(places, points, strict=True)
    )
    words = "; ".join(f"{a:g}: {si(b)}" for a, b in points)
    inner = f'{_frame(x, y, x_name, y_name, height)}<path class="line" d="{line}"/>{dots}'
    return _whole(title, words, inner, height)
