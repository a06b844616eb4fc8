import itertools

from cnnclaims.site.layers import layers

YEARS = {"a": 1998, "b": 2012, "c": 2014, "d": 2014, "e": 2015, "f": 2015}
EDGES = [("a", "b"), ("b", "c"), ("b", "d"), ("c", "e"), ("e", "f"), ("a", "f"), ("d", "f")]
WIDTHS = dict.fromkeys(YEARS, 80.0)


def test_rows_run_in_the_order_of_years() -> None:
    assert layers(YEARS, EDGES, WIDTHS).years == [1998, 2012, 2014, 2015, 2015]


def test_a_work_stands_below_one_of_its_own_year_that_it_builds_on() -> None:
    laid = layers(YEARS, EDGES, WIDTHS)
    assert laid.row_of["f"] == laid.row_of["e"] + 1


def test_boxes_of_a_row_do_not_overlap() -> None:
    years = {f"n{number}": 2000 + number // 7 for number in range(28)}
    edges = [(f"n{a}", f"n{b}") for a in range(28) for b in range(a + 1, 28) if (a * b) % 5 == 1]
    laid = layers(years, edges, dict.fromkeys(years, 90.0))
    for row in laid.rows:
        boxes = sorted(laid.x[node] for node in row if node in years)
        assert all(right - left >= 90 for left, right in itertools.pairwise(boxes))


def test_a_line_has_a_point_in_every_row_that_it_passes() -> None:
    laid = layers(YEARS, EDGES, WIDTHS)
    rows = [laid.row_of[point] for point in laid.paths["a", "f"]]
    assert rows == list(range(rows[0], rows[-1] + 1))


def test_crossed_lines_are_uncrossed() -> None:
    years = {"a": 1, "b": 1, "c": 2, "d": 2}
    laid = layers(years, [("a", "d"), ("b", "c")], dict.fromkeys(years, 50.0))
    assert (laid.x["a"] < laid.x["b"]) == (laid.x["d"] < laid.x["c"])


def test_works_that_name_each_other_are_drawn_all_the_same() -> None:
    laid = layers({"a": 2015, "b": 2015}, [("a", "b"), ("b", "a")], {"a": 50.0, "b": 50.0})
    assert set(laid.paths) == {("a", "b"), ("b", "a")}


def test_the_same_works_are_laid_out_the_same_in_any_order() -> None:
    assert layers(YEARS, EDGES, WIDTHS) == layers(dict(reversed(YEARS.items())), EDGES[::-1], WIDTHS)
