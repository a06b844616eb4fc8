"""axe-core finds no fault on any kind of page, in light and in dark, with everything unfolded."""

from collections.abc import Callable
from typing import Any

import pytest

from cnnclaims.site.build import Summary

# axe needs many seconds for thousands of elements, and a long page repeats itself: of elements that stand side by side and
# are alike, four stay.
SHORTER = """() => {
  const article = document.querySelector("article");
  for (const one of article.querySelectorAll("details")) one.open = true;
  for (const parent of [article, ...article.querySelectorAll("*")]) {
    const times = {};
    for (const child of [...parent.children]) {
      const like = child.tagName + child.getAttribute("class");
      if ((times[like] = (times[like] ?? 0) + 1) > 4) child.remove();
    }
  }
}"""
# The theme's script gives each box of code a nav of its own, all without a name.
THEMES_OWN = {("landmark-unique", ".md-code__nav")}


def faults(page: Any) -> list[str]:
    """What axe holds against a page, worst first."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    return [
        f"{fault['impact']} {fault['id']}: {fault['help']}: {node['html'][:200]}"
        for fault in axe.Axe().run(page).response["violations"]
        for node in fault["nodes"]
        if not any(fault["id"] == id and part in node["target"][-1] for id, part in THEMES_OWN)
    ]


@pytest.fixture(scope="module")
def canon(shipped: Summary, serve: Callable[..., str]) -> str:
    """The address of the site of the shipped records."""
    return serve(shipped.out)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_kind_of_page(
    browser: Any, canon: str, kinds_of_page: list[str], scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 1360, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for name in kinds_of_page:
        page.goto(f"{canon}/{name}.html", wait_until="networkidle" if name == "compare" else "load")
        page.evaluate(SHORTER)
        found[name] = faults(page)
    context.close()
    assert {name: some for name, some in found.items() if some} == {}


def test_axe_finds_no_fault_in_the_open_search(browser: Any, canon: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{canon}/how.html")
    page.keyboard.press("/")
    page.keyboard.type("4.2 M")
    page.wait_for_selector(".finder li a")
    found = faults(page)
    context.close()
    assert found == []


def test_axe_would_find_a_fault(browser: Any, canon: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{canon}/how.html")
    page.evaluate("document.querySelector('article').append(document.createElement('input'))")
    found = faults(page)
    context.close()
    assert len(found) == 1
    assert found[0].startswith("critical label")
