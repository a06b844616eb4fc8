"""Numbers end up where they belong on a chart, and in words beside it."""

import html
import re

import pytest

from cnnclaims.site.charts import Bar, Point, axis, bars, curve, scatter, si


@pytest.mark.parametrize(("number", "short"), [(0, "0"), (18, "18"), (999, "999"), (4_233_001, "4.23 M"), (568_741_376, "569 M"), (3_857_973_248, "3.86 G"), (999_950, "1 M"), (1e13, "10 T"), (0.25, "0.25"), (2000, "2 K")])  # fmt: skip
def test_a_number_in_short(number: float, short: str) -> None:
    assert si(number) == short


def test_an_axis_is_logarithmic_where_numbers_span_more_than_tenfold() -> None:
    assert not axis([10, 90], 0, 100).log
    wide = axis([10, 1000], 0, 100)
    assert wide.log
    assert wide.at(100) == pytest.approx(50)
    assert [tick for tick in wide.ticks() if tick in (10, 100, 1000)] == [10, 100, 1000]


def test_accuracies_are_never_logarithmic() -> None:
    assert not axis([1, 90], 0, 100, log=False).log


def test_ticks_of_a_linear_axis_are_round_and_inside() -> None:
    found = axis([41.3, 70.9], 0, 100, log=False)
    assert found.ticks() == [40, 50, 60, 70]
    assert all(0 <= found.at(tick) <= 100 for tick in found.ticks())


def test_one_number_alone_has_an_axis() -> None:
    assert axis([5, 5], 0, 100).at(5) == pytest.approx(50)


def test_bars_are_as_long_as_their_shares() -> None:
    svg = bars([Bar("a", 0.25, 0.5), Bar("b", 0.75, 0.5)], "T", ("params", "macs"))
    widths = [float(width) for width in re.findall(r'<rect class="\w+"[^>]* width="([\d.]+)"', svg)]
    assert widths == [100, 200, 300, 200]
    assert "a 25.0 % and 50.0 %; b 75.0 % and 50.0 %" in svg


def test_a_point_and_the_ring_of_what_is_printed_stand_at_one_height() -> None:
    svg = scatter([Point(100, 70, "A", 110), Point(200, 75, "B", None)], "T", "x", "y")
    (ring,) = re.findall(r'<circle class="ghost" cx="([\d.]+)" cy="([\d.]+)"', svg)
    first, second = re.findall(r'<circle class="point" cx="([\d.]+)" cy="([\d.]+)"', svg)
    assert float(first[0]) < float(ring[0]) < float(second[0])
    assert first[1] == ring[1]
    assert float(second[1]) < float(first[1])  # higher accuracy is further up


def test_labels_never_cover_one_another() -> None:
    points = [Point(100 + n % 3, 70 + n / 50, f"a long label {n}") for n in range(40)]
    svg = scatter(points, "T", "x", "y")
    boxes = [
        (float(x), float(y), len(text) * 5.9)
        for x, y, text in re.findall(r'<text class="start" x="([\d.]+)" y="([\d.]+)">(a long[^<]*)<', svg)
    ]
    assert boxes
    for number, (x, y, wide) in enumerate(boxes):
        for other_x, other_y, other_wide in boxes[:number]:
            apart = x >= other_x + other_wide - 0.2 or other_x >= x + wide - 0.2 or abs(y - other_y) >= 12.9
            assert apart


def test_a_label_is_escaped() -> None:
    assert "<b>" not in scatter([Point(1, 2, "<b>"), Point(2, 3, "c")], "<b>", "<b>", "<b>")
    assert "<b>" not in curve([(1, 2), (2, 3)], "<b>", "<b>", "<b>")
    assert "<b>" not in bars([Bar("<b>", 1, 1)], "<b>", ("<b>", "<b>"))


def test_a_curve_rises_with_its_numbers() -> None:
    svg = curve([(0.5, 149e6), (1.0, 569e6)], "T", "width", "macs")
    (line,) = re.findall(r'class="line" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"', svg)
    assert float(line[0]) < float(line[2])
    assert float(line[1]) > float(line[3])
    assert "0.5: 149 M; 1: 569 M" in html.unescape(svg)
