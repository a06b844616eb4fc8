"""The built site in a real browser: what it asks for, whether it fits, whether it can be read and searched."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cnnclaims.site.build import Summary

PAGES = ("index", "papers", "papers/first-net", "papers/second-net", "ideas", "lineage", "errata", "how")
LOOKS = [(360, "dark"), (1360, "light")]
LEAST_CONTRAST = 4.5

# Every element with text of its own whose colour is too near to the colour behind it.
FAINT = """least => {
  const colour = text => {
    if (text === "none") return [0, 0, 0, 0];
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return text.startsWith("color(srgb") ? [255 * r, 255 * g, 255 * b, a] : [r, g, b, a];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const behind = at => {
    const layers = [];
    for (; at; at = at.parentElement) layers.push(colour(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => {
    const part = c[i] / 255;
    return sum + share * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const found = [];
  for (const at of document.querySelectorAll("body *")) {
    if (![...at.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !at.checkVisibility()) continue;
    if (at.closest("title, desc, script, style, .md-search, .headerlink, .md-skip, .md-top, .md-sidebar--primary")) continue;
    const style = getComputedStyle(at);
    const drawn = at.closest("svg");
    const box = drawn && at.previousElementSibling;
    const page = behind(drawn || at);
    const ground = box?.tagName === "rect" ? over(colour(getComputedStyle(box).fill), page) : page;
    const text = over(colour(drawn ? style.fill : style.color), ground);
    const [low, high] = [light(text), light(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < least) found.push(`${ratio.toFixed(2)} ${at.tagName}.${at.className} ${at.textContent.slice(0, 30)}`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def address(built: Summary, serve: Callable[..., str]) -> str:
    return serve(built.out)


@pytest.fixture
def watched(browser: Any, address: str) -> Iterator[Callable[..., tuple[Any, list[str]]]]:
    """Open pages and write down every message, failed request and request elsewhere."""
    contexts = []

    def open_page(width: int, scheme: str = "light") -> tuple[Any, list[str]]:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page, seen = context.new_page(), []
        page.set_default_timeout(10_000)
        page.on("console", lambda message: seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("requestfailed", lambda request: _was_left(request) or seen.append(f"failed: {request.url}"))
        page.on(
            "response", lambda got: seen.append(f"{got.status}: {got.url}") if got.status >= 400 else None
        )
        page.on(
            "request",
            lambda request: _is_ours(request.url, address) or seen.append(f"foreign: {request.url}"),
        )
        return page, seen

    yield open_page
    for context in contexts:
        context.close()


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, "data:", f"blob:{address}"))


def _was_left(request: Any) -> bool:
    """Whether we went to the next page while this one was still asking."""
    return request.failure == "net::ERR_ABORTED"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_fit_can_be_read_and_ask_nobody_else_for_anything(
    watched: Any, address: str, width: int, scheme: str
) -> None:
    page, seen = watched(width, scheme)
    for name in PAGES:
        page.goto(f"{address}/{name}.html")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.wait_for_timeout(200)  # colours fade in
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide"
        assert page.evaluate(FAINT, LEAST_CONTRAST) == [], name
    page.wait_for_load_state("networkidle")
    assert not seen


def test_the_fonts_are_our_own(watched: Any, address: str) -> None:
    page, _ = watched(1360)
    page.goto(f"{address}/index.html", wait_until="networkidle")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    )
    assert {"Roboto", "Roboto Mono"} <= set(loaded)


def test_faint_text_would_be_found(watched: Any, address: str) -> None:
    page, _ = watched(1360)
    page.goto(f"{address}/how.html")
    page.add_style_tag(content=".md-typeset p { color: #999 !important }")
    assert page.evaluate(FAINT, LEAST_CONTRAST)


def test_search_finds_a_paper_and_a_claim(watched: Any, address: str) -> None:
    page, seen = watched(1360)
    page.goto(f"{address}/index.html")
    for word, target in (
        ("Second another", "[href*='papers/second-net.html']"),
        ("17 layers", "[href*='papers/first-net.html'][href$='#s3-layers']"),
    ):
        page.fill(".md-search__input", "")
        page.type(".md-search__input", word)
        link = page.wait_for_selector(f".md-search-result__link{target}", state="attached")
        assert re.search(word.split()[0], link.inner_text())
    assert not seen


def test_a_link_to_a_claim_opens_what_it_is_folded_in(watched: Any, address: str) -> None:
    page, _ = watched(1360)
    page.goto(f"{address}/papers/first-net.html#t1-small-params")
    assert page.is_visible("#t1-small-params")
    assert page.is_visible("text=cnnclaims verify first-net --claim t1-small-params")
    page.click("a[href='#t1-large-params'] >> nth=0")
    page.wait_for_selector("text=cnnclaims verify first-net --claim t1-large-params")


def test_the_keyboard_reaches_a_paper_in_the_picture(watched: Any, address: str) -> None:
    page, _ = watched(1360)
    page.goto(f"{address}/lineage.html")
    page.focus(".lineage a.node[data-id='second-net']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/second-net.html")


def test_the_search_dialog_has_a_name(watched: Any, address: str) -> None:
    page, _ = watched(1360)
    page.goto(f"{address}/index.html")
    assert page.get_attribute(".md-search[role=dialog]", "aria-label") == "Search"
