"""Filters and orders of claims in a real browser, by mouse and by keyboard, and the pages without the script."""

from typing import Any

import pytest


@pytest.fixture
def paper(watched: Any, address: str) -> Any:
    page, seen = watched(1280)
    page.goto(f"{address}/papers/first-net.html")
    yield page
    assert not seen


def shown(page: Any) -> list[str]:
    """The ids of the claims that are not filtered away, in the order on the page."""
    ids: list[str] = page.eval_on_selector_all(
        "section.claim:not([hidden]) h3", "heads => heads.map(one => one.id)"
    )
    return ids


ALL = "t1-small-params t1-large-params t1-small-error s3-layers s3-same s4-faster s4-new s4-broken".split()


def test_a_verdict_is_chosen_by_mouse(paper: Any) -> None:
    assert sorted(shown(paper)) == sorted(ALL)
    paper.select_option("select[name=verdict]", "refuted")
    assert shown(paper) == ["s3-layers"]
    assert paper.inner_text("#_filter output") == "1 of 8 claims shown"
    assert paper.is_visible("#s3-layers")
    paper.click("#_filter button[type=reset]")
    paper.wait_for_function("!document.querySelector('section.claim[hidden]')")
    assert sorted(shown(paper)) == sorted(ALL)
    assert paper.inner_text("#_filter output") == "8 of 8 claims shown"


def test_a_way_of_settling_is_chosen_by_keyboard(paper: Any) -> None:
    paper.focus("select[name=kind]")
    paper.keyboard.type("check")
    assert sorted(shown(paper)) == ["s3-same", "s4-faster"]
    assert (
        paper.get_attribute("#_filter output", "aria-live")
        or paper.evaluate("document.querySelector('#_filter output').tagName") == "OUTPUT"
    )  # whose role, status, is read out
    paper.keyboard.press("Tab")
    paper.keyboard.press("Tab")
    assert paper.evaluate("document.activeElement.type") == "reset"
    paper.keyboard.press("Enter")
    paper.wait_for_function("!document.querySelector('section.claim[hidden]')")
    assert sorted(shown(paper)) == sorted(ALL)


def test_both_choices_hold_at_once(paper: Any) -> None:
    paper.select_option("select[name=verdict]", "reproduced")
    paper.select_option("select[name=kind]", "measured")
    assert shown(paper) == ["t1-small-params"]
    assert paper.is_visible("#t1-small-params"), "what is chosen is not folded away"


def test_the_options_say_how_many_there_are(paper: Any) -> None:
    options = paper.eval_on_selector_all("select[name=kind] option", "all => all.map(one => one.textContent)")
    assert options == [
        "all (8)",
        "measured on what was built (5)",
        "checked by a program (2)",
        "open: needs data (1)",
    ]


def test_tables_keep_their_cells_and_dim_those_filtered_away(paper: Any) -> None:
    paper.select_option("select[name=verdict]", "truncated")
    dimmed = paper.eval_on_selector_all(
        ".numbers td.out", "cells => cells.map(one => one.innerText.split('\\n')[0])"
    )
    assert dimmed == ["11.7", "30.1"]
    assert not paper.is_visible("#_text"), "a part without such a claim is gone, its heading too"


def test_the_furthest_off_comes_first_and_the_papers_order_comes_back(paper: Any) -> None:
    before = shown(paper)
    paper.select_option("select[name=order]", "off")
    assert shown(paper)[0] == "s3-layers"
    assert len(shown(paper)) == 8
    paper.select_option("select[name=order]", "verdict")
    verdicts = paper.eval_on_selector_all("section.claim", "all => all.map(one => one.dataset.verdict)")
    assert verdicts == sorted(verdicts, key=dict.fromkeys(verdicts).__contains__)
    assert verdicts[0] == "reproduced"
    paper.select_option("select[name=order]", "paper")
    assert shown(paper) == before


def test_a_link_to_a_claim_that_is_filtered_away_brings_it_back(paper: Any) -> None:
    paper.select_option("select[name=verdict]", "refuted")
    paper.evaluate("location.hash = '#s3-same'")
    paper.wait_for_function("!document.getElementById('s3-same').closest('section').hidden")
    assert paper.input_value("select[name=verdict]") == ""


def test_a_column_sorts_its_table_both_ways_and_back(paper: Any) -> None:
    def column() -> list[str]:
        cells: list[str] = paper.eval_on_selector_all(
            ".numbers tbody tr", "rows => rows.map(row => row.cells[1].innerText.split('\\n')[0])"
        )
        return cells

    button = ".numbers thead th:nth-child(2) button"
    assert column() == ["11.7", "21.7"]
    paper.focus(button)
    paper.keyboard.press("Enter")
    assert (column(), paper.get_attribute(".numbers th[aria-sort]", "aria-sort")) == (
        ["11.7", "21.7"],
        "ascending",
    )
    paper.keyboard.press("Enter")
    assert (column(), paper.get_attribute(".numbers th[aria-sort]", "aria-sort")) == (
        ["21.7", "11.7"],
        "descending",
    )
    paper.click(button)
    assert column() == ["11.7", "21.7"]
    assert not paper.query_selector(".numbers th[aria-sort]")


def test_what_is_no_number_goes_last_either_way(paper: Any) -> None:
    button = ".numbers thead th:nth-child(3) button"
    for _ in range(2):
        paper.click(button)
        assert "–" in paper.inner_text(".numbers tbody tr:last-child td:last-child")


def test_the_errata_are_filtered_by_explanation(watched: Any, address: str) -> None:
    page, seen = watched(360, "dark")
    page.goto(f"{address}/errata.html")
    assert page.inner_text("#_filter output") == "2 of 2 claims shown"
    page.select_option("select[name=explained]", "yes")
    assert page.inner_text("section.claim:not([hidden]) h3").startswith("The small net has 17 layers.")
    assert page.inner_text("#_filter output") == "1 of 2 claims shown"
    assert not seen


def test_without_the_script_every_claim_stands_there_and_no_control_does(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/papers/first-net.html")
    assert not page.is_visible("#_filter")
    for claim in ("s3-layers", "s3-same", "s4-new"):
        assert page.is_visible(f"#{claim}")
    context.close()


def test_the_papers_sort_by_year_and_by_what_is_refuted(watched: Any, address: str) -> None:
    page, seen = watched(1280)
    page.goto(f"{address}/papers.html")

    def first() -> str:
        text: str = page.inner_text(".papers tbody tr:first-child th")
        return text

    assert first().startswith("First")
    year = page.get_by_role("button", name="Year")
    year.click()
    year.click()
    assert first().startswith("Second")
    page.get_by_role("button", name="Refuted").click()
    assert first().startswith("Second")
    page.get_by_role("button", name="Paper", exact=True).click()
    assert first().startswith("First")
    assert not seen
