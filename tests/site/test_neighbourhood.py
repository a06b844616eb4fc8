"""A paper between the works that it takes from and those that take from it."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.site.gathered import Canon, gather
from cnnclaims.site.lineage_map import drawn_lines
from cnnclaims.site.neighbourhood import neighbourhood


@pytest.fixture(scope="module")
def small(library: Library, known: dict[str, Any]) -> Canon:
    return gather(library, known)


@pytest.fixture(scope="module")
def canon() -> Canon:
    return gather(load(), {})


def svg(canon: Canon, paper: str) -> ElementTree.Element:
    record = canon.record(paper)
    assert record is not None
    found = re.search(r"<svg.*?</svg>", neighbourhood(canon, record), re.S)
    assert found is not None
    return ElementTree.fromstring(found[0])


def texts(tree: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in tree.iter("text")]


def test_earlier_works_stand_left_later_ones_right_and_ideas_on_the_lines(small: Canon) -> None:
    tree = svg(small, "first-net")
    assert sorted(texts(tree)) == ["First idea", "Old idea", "first-net", "old-work 1990", "second-net 2015"]
    at = {text.text: float(text.get("x", 0)) for text in tree.iter("text")}
    assert at["old-work 1990"] < at["Old idea"] < at["first-net"] < at["First idea"] < at["second-net 2015"]


def test_neighbours_are_links(small: Canon) -> None:
    links = [link.get("href") for link in svg(small, "first-net").iter("a")]
    assert links == ["../lineage.html#_work_old-work", "../papers/second-net.html"]


def test_comparisons_are_left_out(small: Canon) -> None:
    assert "old-work 1990" not in texts(svg(small, "second-net"))


def test_a_paper_without_neighbours_has_no_picture(small: Canon) -> None:
    record = small.record("second-net")
    assert record is not None
    alone = record.model_copy(update={"id": "alone", "lineage": ()})
    assert neighbourhood(small, alone) == ""


def test_every_neighbour_of_every_paper_is_drawn_inside_the_picture(canon: Canon) -> None:
    lines = drawn_lines(canon)
    for paper in canon.papers:
        joined = [line for line in lines if paper.record.id in line[:2]]
        if not joined:
            continue
        tree = svg(canon, paper.record.id)
        assert len(list(tree.iter("a"))) == len(joined)
        width, height = (float(tree.get(side, 0)) for side in ("width", "height"))
        for rect in tree.iter("rect"):
            x, y, wide, high = (float(rect.get(side, 0)) for side in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= width
            assert 0 <= y <= y + high <= height


def test_long_names_are_cut_with_a_sign_and_whole_in_the_title(canon: Canon) -> None:
    tree = svg(canon, "deconvolutional-networks")
    (box,) = [link for link in tree.iter("a") if "adaptive" in (link.get("href") or "")]
    assert "…" in (box.findtext("text") or "")
    assert "Adaptive" in (box.findtext("title") or "")
