"""Boxes stand below what they read, never on one another, and lines run from box to box."""

from itertools import combinations, pairwise

import pytest

from cnnclaims.site.flow import GAP, layout

RESIDUAL = [(0, 1), (1, 2), (2, 3), (0, 3)]
BRANCHES = [(0, 1), (0, 2), (2, 3), (0, 4), (4, 5), (5, 6), (1, 7), (3, 7), (6, 7)]


@pytest.mark.parametrize("edges", [RESIDUAL, BRANCHES, [(0, 1)]])
def test_every_line_runs_downwards_row_by_row(edges: list[tuple[int, int]]) -> None:
    boxes = {box for edge in edges for box in edge}
    laid = layout(dict.fromkeys(boxes, 80.0), edges)
    for (first, last), points in laid.lines.items():
        assert points[0] == laid.place[first]
        assert points[-1] == laid.place[last]
        assert all(after[1] == before[1] + 1 for before, after in pairwise(points))


def test_boxes_of_a_row_do_not_touch() -> None:
    widths = {box: 40.0 + 10 * box for box in range(8)}
    laid = layout(widths, BRANCHES)
    for a, b in combinations(widths, 2):
        if laid.place[a][1] == laid.place[b][1]:
            assert abs(laid.place[a][0] - laid.place[b][0]) >= (widths[a] + widths[b]) / 2 + GAP - 1e-6


def test_a_shortcut_passes_beside_the_boxes_that_it_skips() -> None:
    laid = layout(dict.fromkeys(range(4), 80.0), RESIDUAL)
    beside = {row: x for x, row in laid.lines[0, 3][1:-1]}
    assert set(beside) == {1, 2}
    for box in (1, 2):
        x, row = laid.place[box]
        assert abs(beside[row] - x) > 40


def test_the_extent_holds_every_box() -> None:
    laid = layout(dict.fromkeys(range(8), 90.0), BRANCHES)
    assert laid.rows == 5
    assert all(laid.left <= x - 45 and x + 45 <= laid.right for x, _ in laid.place.values())


def test_no_boxes_make_an_empty_picture() -> None:
    assert layout({}, []) == ({}, {}, 0, 0.0, 0.0)
