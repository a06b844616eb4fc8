"""The lineage page: the picture's markup, the list by year, the table; and in a browser its filters and keys."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.site.build import Summary
from cnnclaims.site.gathered import Canon, gather
from cnnclaims.site.lineage import lineage
from cnnclaims.site.lineage_map import DRAWN, drawing, drawn_lines


@pytest.fixture(scope="module")
def small(library: Library, known: dict[str, Any]) -> Canon:
    return gather(library, known)


@pytest.fixture(scope="module")
def canon() -> Canon:
    """The shipped records and verdicts."""
    return gather(load(), load_verdicts(None))


def svg(markup: str) -> ElementTree.Element:
    found = re.search(r"<svg.*?</svg>", markup, re.S)
    assert found is not None
    return ElementTree.fromstring(found[0])


def marked(tree: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [one for one in tree.iter() if name in one.get("class", "").split()]


def test_every_line_of_the_records_is_drawn_once(canon: Canon) -> None:
    wanted = {
        (edge.to, paper.record.id)
        for paper in canon.papers
        for edge in paper.record.lineage
        if edge.relation in DRAWN
    }
    ends = [(end.get("data-from"), end.get("data-to")) for end in marked(svg(drawing(canon)), "end")]
    assert len(ends) == len(set(ends))
    assert set(ends) == wanted


def test_a_trunk_is_shared_by_lines_of_one_work_only(canon: Canon) -> None:
    tree = svg(drawing(canon))
    lines = {end.get("data-lines"): end for end in marked(tree, "end")}
    trunks = [one for one in marked(tree, "edge") if "end" not in one.get("class", "").split()]
    assert trunks
    for trunk in trunks:
        shared = [lines[number] for number in trunk.get("data-lines", "").split()]
        assert set.intersection(*({line.get("data-from"), line.get("data-to")} for line in shared))


def test_the_end_of_a_line_says_relation_and_idea(small: Canon) -> None:
    (end,) = [one for one in marked(svg(drawing(small)), "end") if one.get("data-to") == "second-net"]
    assert (end.get("data-relation"), end.get("data-idea")) == ("builds-on", "first-idea")
    assert end.findtext("title") == "second-net builds on first-net: First idea"


def test_every_box_is_a_link_and_works_without_a_record_lead_to_the_list(small: Canon) -> None:
    boxes = {box.get("data-id"): box.get("href") for box in marked(svg(drawing(small)), "node")}
    assert boxes == {
        "first-net": "papers/first-net.html",
        "second-net": "papers/second-net.html",
        "old-work": "#_work_old-work",
    }
    assert 'id="_work_old-work"' in lineage(small).body


def test_a_box_shows_how_the_claims_of_its_paper_stand(small: Canon) -> None:
    (box,) = [one for one in marked(svg(drawing(small)), "node") if one.get("data-id") == "first-net"]
    widths = [float(strip.get("width", 0)) for strip in marked(box, "strip")]
    (outer,) = [float(one.get("width", 0)) for one in box.iter("rect") if "strip" not in one.get("class", "")]
    assert sum(widths) == pytest.approx(outer - 12, abs=1)


def test_boxes_stand_inside_the_drawing_and_apart(canon: Canon) -> None:
    tree = svg(drawing(canon))
    width, height = (float(tree.get(side, 0)) for side in ("width", "height"))
    boxes = []
    for box in marked(tree, "node"):
        rect = next(box.iter("rect"))
        boxes.append([float(rect.get(side, 0)) for side in ("x", "y", "width", "height")])
    for x, y, wide, high in boxes:
        assert 0 <= x <= width - wide
        assert 0 <= y <= height - high
    for number, (x, y, wide, high) in enumerate(boxes):
        for other_x, other_y, other_wide, other_high in boxes[number + 1 :]:
            apart = (
                x + wide < other_x
                or other_x + other_wide < x
                or y + high < other_y
                or other_y + other_high < y
            )
            assert apart


def test_the_light_picture_has_records_and_main_lines_only(canon: Canon) -> None:
    tree = svg(drawing(canon, light=True))
    assert not marked(tree, "stub")
    assert all("main" in end.get("class", "") for end in marked(tree, "end"))
    assert len(drawing(canon, light=True)) < 0.7 * len(drawing(canon))


def test_comparisons_are_in_the_table_and_not_in_the_picture(small: Canon) -> None:
    assert all(line.edges[0].relation != "compares-with" for line in drawn_lines(small))
    assert "<td>compares with</td>" in lineage(small).body


def test_the_list_has_every_work_under_its_year_with_what_it_takes(small: Canon) -> None:
    text = html.unescape(re.sub(r"<[^>]*>", "", lineage(small).body))
    assert re.search(r"2015\s+Second: another network second-net: builds on first-net \(First idea\)", text)
    assert re.search(r"1990\s+An older work old-work, not on this site; named by first-net, second-net", text)


def test_without_papers_the_page_says_so() -> None:
    assert "No papers yet" in drawing(Canon((), (), ()))


@pytest.fixture
def page(browser: Any, built: Summary, serve: Callable[..., str]) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(10_000)
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.goto(f"{serve(built.out)}/lineage.html")
    yield opened
    assert not opened.errors
    opened.close()


def lit(page: Any, mark: str = "on") -> set[str]:
    return set(page.evaluate(f"[...document.querySelectorAll('.node.{mark}')].map(n => n.dataset.id)"))


def shown(page: Any) -> set[str]:
    return set(page.evaluate("[...document.querySelectorAll('.node:not(.gone)')].map(n => n.dataset.id)"))


def lines(page: Any) -> int:
    return int(page.evaluate("document.querySelectorAll('.edge.end:not(.gone)').length"))


def test_pointing_at_a_work_lights_up_what_it_comes_from_and_what_came_of_it(page: Any) -> None:
    page.hover(".node[data-id='first-net']")
    assert lit(page, "up") == {"old-work"}
    assert lit(page, "down") == {"second-net"}
    assert "First: a network (2012) takes from old-work (Old idea)." in page.inner_text(".map-said")
    page.mouse.move(5, 5)
    assert lit(page) == set()


def test_the_caption_is_out_of_the_way_until_a_work_is_pointed_at(page: Any) -> None:
    place = "getComputedStyle(document.querySelector('.map-said')).position"
    assert (page.inner_text(".map-said"), page.evaluate(place)) == ("", "static")
    assert "Point at a work" in page.inner_text(".map-hint")
    page.hover(".node[data-id='first-net']")
    assert page.evaluate(place) == "sticky"
    page.mouse.move(5, 5)
    assert page.inner_text(".map-said") == ""


def test_the_keyboard_lights_up_as_the_pointer_does_and_escape_ends_it(page: Any) -> None:
    page.focus(".node[data-id='second-net']")
    assert lit(page, "up") == {"old-work", "first-net"}
    assert page.evaluate("[...document.querySelectorAll('.on-line')].map(t => t.textContent)") == [
        "First idea"
    ]
    page.keyboard.press("Escape")
    assert lit(page) == set()


def test_a_box_is_reached_by_tab_and_followed_by_enter(page: Any) -> None:
    page.focus(".lineage")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.id") == "second-net"
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/second-net.html")


def test_an_idea_leaves_the_lines_that_carry_it(page: Any) -> None:
    page.select_option(".map-controls label:has-text('Idea') select", "old-idea")
    assert (shown(page), lines(page)) == ({"old-work", "first-net"}, 1)
    assert "2 works and 1 line shown." in page.inner_text(".map-said")


def test_a_page_of_an_idea_leads_to_the_lines_that_carry_it(page: Any) -> None:
    page.goto(page.url.replace("lineage.html", "ideas/old-idea.html"))
    page.click("text=in the lineage picture")
    page.wait_for_selector(".map-controls")
    assert (shown(page), lines(page)) == ({"old-work", "first-net"}, 1)


def test_the_picture_is_cut_to_the_years_that_are_left(page: Any) -> None:
    height = "document.querySelector('.lineage svg').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.select_option(".map-controls label:has-text('From') select", "2015")
    assert page.evaluate(height) < before / 1.5
    page.click("[aria-label^='All']")
    assert page.evaluate(height) == before


def test_years_leave_the_works_between_them_in_the_picture_and_in_the_list(page: Any) -> None:
    page.select_option(".map-controls label:has-text('From') select", "2012")
    assert (shown(page), lines(page)) == ({"first-net", "second-net"}, 1)
    assert not page.is_visible("#_year_1990")
    page.click("[aria-label^='All']")
    assert (len(shown(page)), lines(page)) == (3, 2)
    assert page.is_visible("#_year_1990")


def test_a_relation_is_switched_by_the_space_key(page: Any) -> None:
    page.focus(".map-controls input[value='builds-on']")
    page.keyboard.press("Space")
    assert (shown(page), lines(page)) == (set(), 0)
    page.keyboard.press("Space")
    assert lines(page) == 2


def test_search_marks_what_it_finds_and_enter_goes_there(page: Any) -> None:
    page.fill(".map-controls input[type=search]", "another")
    assert lit(page, "hit") == {"second-net"}
    page.press(".map-controls input[type=search]", "Enter")
    assert page.evaluate("document.activeElement.dataset.id") == "second-net"


def test_buttons_and_keys_zoom_and_the_box_scrolls(page: Any) -> None:
    width = "document.querySelector('.lineage svg').getBoundingClientRect().width"
    before = page.evaluate(width)
    for _ in range(5):
        page.click("[aria-label='Zoom in']")
    zoomed = page.evaluate(width)
    page.focus(".lineage")
    page.keyboard.press("-")
    assert page.evaluate(width) == pytest.approx(zoomed / 1.25, abs=2)
    page.keyboard.press("0")
    assert page.evaluate(width) == pytest.approx(before, abs=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_dragging_pans_a_zoomed_picture(page: Any) -> None:
    for _ in range(4):
        page.click("[aria-label='Zoom in']")
    page.evaluate("document.querySelector('.lineage').scrollTo(60, 60)")
    box = page.locator(".lineage").bounding_box()
    x, y = box["x"] + 30, box["y"] + 30
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y - 10, steps=3)
    page.mouse.up()
    page.mouse.move(x - 60, y - 60)
    assert page.evaluate("document.querySelector('.lineage').scrollLeft") == 80


def test_an_address_with_a_work_lights_it_up(page: Any) -> None:
    page.evaluate("location.hash = '_map_second-net'")
    page.wait_for_selector(".node.centre[data-id='second-net']")


def test_on_a_phone_the_list_by_year_comes_before_the_picture(page: Any) -> None:
    tops = "['.lineage-years', '.lineage-picture'].map(s => document.querySelector(s).getBoundingClientRect().top)"
    first, second = page.evaluate(tops)
    assert second < first
    page.set_viewport_size({"width": 360, "height": 800})
    first, second = page.evaluate(tops)
    assert first < second
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_the_script_the_picture_is_whole_and_has_no_dead_controls(
    browser: Any, built: Summary
) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((built.out / "lineage.html").as_uri())
    assert opened.locator(".node").count() == 3
    assert opened.locator(".map-controls").count() == 0
    context.close()
