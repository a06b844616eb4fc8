"""The page that compares networks, in a browser: by mouse, by keyboard, from disk, and without a script."""

from typing import Any

import pytest


@pytest.fixture
def page(watched: Any, address: str) -> Any:
    page, seen = watched(1280)
    page.goto(f"{address}/compare.html")
    page.wait_for_selector("#_compare", state="visible")
    yield page
    assert not seen


def chosen(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#_chosen tbody th a").all_inner_texts()]


def test_ticked_networks_are_shown_drawn_and_kept_in_the_address(page: Any) -> None:
    page.select_option("select[name=y]", "params")
    page.click("text=Choose none")
    assert chosen(page) == []
    assert "Nothing is chosen" in page.inner_text("#_said")
    page.check("[aria-label='Compare resnet34()']")
    page.check("[aria-label='Compare resnet18()']")
    assert chosen(page) == ["resnet34()", "resnet18()"]
    assert page.locator("#_chart circle.point").count() == 2
    address = page.evaluate("location.hash")
    page.goto("about:blank")
    page.go_back()
    assert page.evaluate("location.hash") == address
    page.wait_for_selector("#_chart circle.point >> nth=1", state="attached")
    assert chosen(page) == ["resnet34()", "resnet18()"]
    assert page.input_value("select[name=y]") == "params"


def test_an_address_chooses(page: Any, address: str) -> None:
    page.goto(f"{address}/compare.html#n=resnet18()&n=nowhere()&x=depth&y=macs")
    page.wait_for_function("document.querySelectorAll('#_chosen tbody tr').length === 1")
    assert chosen(page) == ["resnet18()"]
    assert page.input_value("select[name=x]") == "depth"
    assert page.is_checked("[aria-label='Compare resnet18()']")


def test_the_keyboard_alone_finds_chooses_and_leaves_out(page: Any) -> None:
    page.focus("button[name=none]")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("resnet34")
    page.keyboard.press("Tab")  # the box in which the table scrolls
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert chosen(page) == ["resnet34()"]
    page.focus("#_chosen button")
    page.keyboard.press("Enter")
    assert chosen(page) == []


def test_finding_hides_the_other_rows(page: Any) -> None:
    every = page.locator("#_every tbody tr:visible").count()
    page.fill("input[name=find]", "resnet34")
    assert 0 < page.locator("#_every tbody tr:visible").count() < every


def test_what_lacks_a_number_is_said_and_not_drawn(page: Any, address: str) -> None:
    page.goto(f"{address}/compare.html#n=resnet18()&n=resnet34()&x=macs&y=top1")
    page.wait_for_function("document.querySelectorAll('#_chosen tbody tr').length === 2")
    assert (
        page.locator("#_chart circle.point").count() == 1
    )  # the made-up paper prints no error for the other
    assert "1 of them not drawn" in page.inner_text("#_said")


def test_it_works_from_disk(browser: Any, built: Any) -> None:
    page = browser.new_page()
    page.goto(f"file://{built.out}/compare.html#n=resnet18()&x=depth&y=macs")
    page.wait_for_selector("#_chart circle.point", state="attached", timeout=10_000)
    page.close()


def test_without_a_script_the_whole_table_stands_there(browser: Any, built: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{built.out}/compare.html")
    assert page.locator("#_every tbody tr").count() >= 2
    assert not page.is_visible("#_compare")
    context.close()


def test_a_phone_scrolls_the_tables_and_not_the_page(watched: Any, address: str) -> None:
    page, _ = watched(360)
    page.goto(f"{address}/compare.html#n=resnet18()&n=resnet34()&x=macs&y=params")
    page.wait_for_selector("#_chart circle.point", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
