"""The search in a real browser, served and opened from disk: what it finds, by keyboard, and what it costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.claims.library import Library
from cnnclaims.site.build import Summary
from cnnclaims.site.pages import write_pages

INDEX = "search/entries.js"


@pytest.fixture
def served(watched: Any, address: str) -> tuple[Any, list[str]]:
    """A page that was opened from the server."""
    page, seen = watched(1360)
    page.goto(f"{address}/papers/second-net.html")
    return page, seen


def find(page: Any, text: str) -> Any:
    """The first thing that the open search finds."""
    page.fill("#_find", text)
    page.wait_for_function("document.querySelector('.finder [role=status]').textContent")
    page.wait_for_timeout(50)
    return page.query_selector(".finder li a")


@pytest.mark.parametrize(
    ("words", "target", "shown"),
    [
        ("11.7 M", "papers/first-net.html#t1-small-params", "11.7 M parameters"),
        ("17 layers", "papers/first-net.html#s3-layers", "refuted"),
        ("Second another", "papers/second-net.html", "Second: another network"),
        ("piatek", "papers/first-net.html", "First: a network"),
        ("old idea", "idea", "Old idea"),
        ("resnet34", "resnet34", "resnet34"),
        ("how verdicts", "how.html", "How verdicts are made"),
        ("receptive field", "receptive_field", "receptive_field"),
    ],
)
def test_search_finds_numbers_papers_authors_ideas_networks_pages_and_measures(
    served: tuple[Any, list[str]], words: str, target: str, shown: str
) -> None:
    page, seen = served
    page.keyboard.press("/")
    first = find(page, words)
    assert target in first.get_attribute("href")
    assert shown in first.inner_text()
    assert not seen


def test_the_shipped_search_finds_a_printed_number_a_network_and_an_idea(
    browser: Any, shipped: Summary, serve: Callable[[Path], str]
) -> None:
    page = browser.new_page()
    page.goto(f"{serve(shipped.out)}/index.html")
    page.keyboard.press("Control+k")
    for words, part in (
        ("4.2 M", "4.2 M parameters"),
        ("138 million params", "138 M parameters"),
        ("12x", "12×"),
        ("569 M mult-adds", "569 M multiply-adds"),
        ("mobilenet_v1", "mobilenet_v1"),
        ("residual learning", "Residual learning"),
        ("resnet", "Deep Residual Learning for Image Recognition"),
    ):
        assert part in find(page, words).inner_text()
    page.close()


def test_the_keyboard_opens_walks_follows_and_closes(served: tuple[Any, list[str]]) -> None:
    page, _ = served
    page.keyboard.press("/")
    find(page, "net")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.query_selector(".finder li:nth-child(2) a")
    assert page.evaluate("document.activeElement.href") == second.evaluate("link => link.href")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "_find"
    page.keyboard.press("Escape")
    assert not page.is_visible(".finder")
    page.keyboard.press("/")
    find(page, "17 layers")
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/first-net.html#s3-layers")


def test_the_mouse_opens_and_closes_it(served: tuple[Any, list[str]]) -> None:
    page, _ = served
    page.click(".finder-open")
    page.click("text=Close")
    assert not page.is_visible(".finder")


def test_what_nothing_has_is_said(served: tuple[Any, list[str]]) -> None:
    page, _ = served
    page.keyboard.press("/")
    assert find(page, "zzyzx") is None
    assert page.inner_text(".finder [role=status]") == "Nothing found."


def test_a_slash_typed_elsewhere_stays_a_slash(served: tuple[Any, list[str]]) -> None:
    page, _ = served
    page.evaluate("document.querySelector('article').append(document.createElement('textarea'))")
    page.focus("article textarea")
    page.keyboard.type("a/b")
    assert page.input_value("article textarea") == "a/b"
    assert not page.is_visible(".finder")


def test_it_works_from_disk(browser: Any, built: Summary) -> None:
    page, seen = browser.new_page(), []
    page.on("console", lambda message: seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.goto((built.out / "papers/first-net.html").as_uri())
    page.keyboard.press("/")
    assert find(page, "34 layers").get_attribute("href").endswith("papers/second-net.html#s1-depth")
    assert not seen
    page.close()


def test_the_index_is_asked_for_when_the_search_opens_and_once(
    watched: Any, address: str, built: Summary
) -> None:
    page, _ = watched(1360)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/index.html", wait_until="networkidle")
    assert not [url for url in asked if "search/" in url]
    for _ in range(2):
        page.keyboard.press("/")
        find(page, "net")
        page.keyboard.press("Escape")
    assert [url for url in asked if "search/" in url] == [f"{address}/{INDEX}"]


def test_every_claim_and_every_page_is_in_the_index(
    tmp_path: Path, library: Library, known: dict[str, Any]
) -> None:
    write_pages(tmp_path, library, known)
    text = (tmp_path / INDEX).read_text(encoding="utf-8")
    data = json.loads(text.removeprefix("globalThis.cnnclaimsEntries = ").removesuffix(";\n"))
    addresses = {address for _, address, *_ in data["pages"]}
    written = {path.relative_to(tmp_path).with_suffix(".html").as_posix() for path in tmp_path.rglob("*.md")}
    assert written <= addresses
    claims = {f"{data['papers'][paper]}/{id}" for paper, id, *_ in data["claims"]}
    assert claims == {claim.name for claim in library.claims()}


def test_the_front_page_with_all_that_it_loads_is_light(
    browser: Any, shipped: Summary, serve: Callable[[Path], str]
) -> None:
    page, sizes = browser.new_page(), {}
    page.on("response", lambda got: sizes.update({got.url: len(got.body())}))
    page.goto(f"{serve(shipped.out)}/index.html", wait_until="networkidle")
    page.close()
    images = (".svg", ".png")
    assert len(sizes) > 5
    assert sum(size for url, size in sizes.items() if not url.endswith(images)) < 500_000, sizes
