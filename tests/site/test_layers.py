"""Where boxes and lines of the lineage picture go."""

import itertools

import pytest

from cnnclaims.site.layers import FEW, LINE, WIDEST, Layers, crossings, layers

YEARS = {"a": 1998, "b": 2012, "c": 2014, "d": 2014, "e": 2015, "f": 2015}
EDGES = [("a", "b"), ("b", "c"), ("b", "d"), ("c", "e"), ("e", "f"), ("a", "f"), ("d", "f")]
WIDTHS = dict.fromkeys(YEARS, 80.0)


@pytest.fixture(scope="module")
def crowded() -> Layers:
    """Forty works over eight years with many lines."""
    years = {f"n{number:02}": 2000 + number // 5 for number in range(40)}
    edges = [(f"n{a:02}", f"n{b:02}") for a in range(40) for b in range(a + 1, 40) if (a * b) % 7 == 1]
    return layers(years, edges, dict.fromkeys(years, 90.0))


def test_rows_run_in_the_order_of_years() -> None:
    assert [first for first, _ in layers(YEARS, EDGES, WIDTHS).years] == [1998, 2012, 2014, 2015, 2015]


def test_a_work_stands_below_one_of_its_own_year_that_it_builds_on() -> None:
    laid = layers(YEARS, EDGES, WIDTHS)
    assert laid.row_of["f"] == laid.row_of["e"] + 1


def test_years_of_few_works_share_a_row_unless_a_line_joins_them() -> None:
    years = {"a": 1950, "b": 1960, "c": 1970}
    assert layers(years, [], dict.fromkeys(years, 50.0)).years == [(1950, 1970)]
    assert layers(years, [("a", "b")], dict.fromkeys(years, 50.0)).years == [(1950, 1950), (1960, 1970)]


def test_years_of_more_works_have_rows_of_their_own() -> None:
    years = {f"n{number}": 1950 + number // FEW for number in range(2 * FEW)}
    assert [first for first, _ in layers(years, [], dict.fromkeys(years, 50.0)).years] == [1950, 1951]


def test_a_row_is_no_wider_than_it_may_be() -> None:
    years = dict.fromkeys((f"n{number}" for number in range(30)), 2015)
    laid = layers(years, [], dict.fromkeys(years, 90.0))
    assert len(laid.rows) > 1
    assert all(len(row) * 90 <= WIDEST for row in laid.rows)


def test_boxes_of_a_row_do_not_overlap(crowded: Layers) -> None:
    for row in crowded.rows:
        boxes = sorted(crowded.x[node] for node in row if " " not in node)
        assert all(right - left >= 90 for left, right in itertools.pairwise(boxes))


def test_no_line_runs_through_a_box(crowded: Layers) -> None:
    for row in crowded.rows:
        boxes = [crowded.x[node] for node in row if " " not in node]
        lines = [crowded.x[node] for node in row if " " in node]
        assert all(abs(box - line) >= 45 + LINE for box in boxes for line in lines)


def test_a_line_has_a_point_in_every_row_that_it_passes() -> None:
    laid = layers(YEARS, EDGES, WIDTHS)
    rows = [laid.row_of[point] for point in laid.paths["a", "f"]]
    assert rows == list(range(rows[0], rows[-1] + 1))


def test_lines_of_one_work_share_their_way_down() -> None:
    years = {"a": 1998, "b": 2010, "c": 2012, "d": 2015}
    laid = layers(
        years, [("a", "c"), ("a", "d"), ("b", "c"), ("a", "b"), ("c", "d")], dict.fromkeys(years, 50.0)
    )
    assert laid.paths["a", "d"][: len(laid.paths["a", "c"]) - 1] == laid.paths["a", "c"][:-1]
    assert len(laid.paths["a", "c"]) > 2


def test_crossed_lines_are_uncrossed() -> None:
    years = {"a": 1, "b": 1, "c": 2, "d": 2}
    laid = layers(years, [("a", "d"), ("b", "c")], dict.fromkeys(years, 50.0))
    assert (laid.x["a"] < laid.x["b"]) == (laid.x["d"] < laid.x["c"])
    assert crossings(laid) == 0


def test_many_lines_cross_far_less_than_in_the_order_of_names(crowded: Layers) -> None:
    unordered = crowded._replace(rows=[sorted(row) for row in crowded.rows])
    assert crossings(crowded) < 0.6 * crossings(unordered)


def test_works_that_name_each_other_are_drawn_all_the_same() -> None:
    laid = layers({"a": 2015, "b": 2015}, [("a", "b"), ("b", "a")], {"a": 50.0, "b": 50.0})
    assert set(laid.paths) == {("a", "b"), ("b", "a")}
    assert laid.row_of["a"] != laid.row_of["b"]


def test_a_line_to_later_work_is_drawn_against_time() -> None:
    laid = layers({"a": 2015, "b": 2014}, [("a", "b")], {"a": 50.0, "b": 50.0})
    assert laid.paths["a", "b"] == ["b", "a"]


def test_the_same_works_are_laid_out_the_same_in_any_order() -> None:
    assert layers(YEARS, EDGES, WIDTHS) == layers(dict(reversed(YEARS.items())), EDGES[::-1], WIDTHS)
