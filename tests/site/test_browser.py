"""The built site in a real browser: what it asks for, whether it fits, whether it can be read and searched."""

from collections.abc import Callable
from typing import Any

import pytest

from cnnclaims.site.build import Summary

PAGES = (
    "index",
    "papers",
    "papers/first-net",
    "papers/second-net",
    "ideas",
    "ideas/first-idea",
    "ideas/old-idea",
    "lineage",
    "errata",
    "how",
    "networks",
    "networks/resnet18",
    "compare",
)
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


def test_what_is_printed_can_be_read_and_fits_though_the_screen_is_dark(watched: Any, address: str) -> None:
    page, _ = watched(718, "dark")
    page.emulate_media(media="print")
    for name in PAGES:
        page.goto(f"{address}/{name}.html")
        assert page.evaluate(FAINT, LEAST_CONTRAST) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 718, name


# Cells of a table whose number stands on more than one line.
BROKEN = """[...document.querySelectorAll("table.data td")].filter(cell => {
  if (!/^[\\d,.]+$/.test(cell.textContent.trim()) || !cell.checkVisibility()) return false;
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
}).map(cell => cell.textContent)"""


@pytest.mark.parametrize("media", ["print", "screen"])
def test_no_number_in_a_table_is_broken_across_lines(
    watched: Any, shipped: Summary, serve: Callable[..., str], media: str
) -> None:
    page, _ = watched(718 if media == "print" else 360)
    page.emulate_media(media=media)
    for name in ("papers/inception-v1", "papers/vovnet", "networks/googlenet"):
        page.goto(f"{serve(shipped.out)}/{name}.html")
        assert page.evaluate("document.querySelectorAll('table.data td').length") > 20
        assert page.evaluate(BROKEN) == [], name


def test_a_broken_number_would_be_found(watched: Any, shipped: Summary, serve: Callable[..., str]) -> None:
    page, _ = watched(718)
    page.goto(f"{serve(shipped.out)}/papers/inception-v1.html")
    page.add_style_tag(
        content="table.data td { max-width: 2em; white-space: normal !important; overflow-wrap: anywhere }"
    )
    assert page.evaluate(BROKEN)


def test_the_words_in_the_picture_of_an_idea_stand_in_their_boxes(
    watched: Any, shipped: Summary, serve: Callable[..., str]
) -> None:
    page, _ = watched(1280)
    for idea in ("depthwise-separable-convolution", "inception-module"):
        page.goto(f"{serve(shipped.out)}/ideas/{idea}.html")
        outside = page.evaluate(
            """[...document.querySelectorAll(".idea-drawing text")].filter(text => {
              const box = text.parentElement.querySelector("rect")?.getBoundingClientRect(), own = text.getBoundingClientRect();
              return !box || own.left < box.left || own.right > box.right;
            }).map(text => text.textContent)"""
        )
        assert outside == [], idea


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
