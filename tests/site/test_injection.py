"""Text from records is shown, never obeyed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.site.build import build
from cnnclaims.site.pages import write_pages

EVIL = (
    '--- <script>window.hurt = 1</script> <img src=x onerror="hurt=1"> </title></desc></svg></details></code> '
    "**b** _i_ [l](javascript:hurt) ![p](http://evil.example/p.png) `c` | {{ config }} {% x %} {: #evil onclick=hurt } "
    "# h\n\n- item\n\n1. one\n\n    indented\n\n&lt;script&gt; 😀 '\" \\ <!-- -->"
)
TABLE = {
    "id": "t1",
    "where": EVIL,
    "says": EVIL,
    "convention": EVIL,
    "columns": {"c": {"heading": EVIL, "unit": "x", "open": {"needs-data": EVIL}}},
    "rows": [{"id": "r", "label": EVIL, "cells": [EVIL]}],
}
NETWORKS = {
    "id": "t2",
    "where": EVIL,
    "says": EVIL,
    "columns": {
        "top1": {"heading": EVIL, "unit": "% top-1 error", "open": {"needs-data": EVIL}},
        "params": {"heading": EVIL, "unit": "M params", "measure": "params({of})"},
        "size": {"heading": EVIL, "unit": "pixels", "measure": "output_size({of}, 'conv1')"},
    },
    "rows": [
        {"id": f"r{depth}", "label": EVIL, "of": f"resnet{depth}()", "cells": ["30.1", "11.7", "112"]}
        for depth in (18, 34, 50)
    ],
}
CLAIMS = [
    {"id": "s1", "says": EVIL, "printed": EVIL, "unit": "x", "where": EVIL, "check": "a.b", "note": EVIL},
    {"id": "s2", "says": EVIL, "printed": "1", "unit": "x", "where": EVIL, "measure": EVIL, "note": EVIL, "explained_by": EVIL},
]  # fmt: skip
RECORD = {
    "id": "evil",
    "kind": "paper",
    "title": EVIL,
    "authors": [EVIL],
    "year": 2015,
    "venue": EVIL,
    "doi": "10.1000/a\"onclick='hurt=1'<b>",
    "code": 'https://example.org/"><script>hurt=1</script>',
    "summary": EVIL,
    "lineage": [{"to": "evil-stub", "relation": "builds-on", "idea": "evil-idea", "note": EVIL}],
    "ideas": [
        {
            "id": "evil-idea",
            "name": EVIL,
            "says": EVIL,
            "equation": EVIL,
            "example": [{"says": EVIL, "measure": EVIL, "gives": EVIL, "unit": "x"}],
            "checked_by": ["evil/s1"],
        }
    ],
    "uses": [{"idea": "evil-idea", "note": EVIL}],
    "conventions": EVIL,
    "readings": [EVIL],
    "networks": ["resnet18", "resnet34"],
    "tables": [TABLE, NETWORKS],
    "claims": CLAIMS,
}
STUBS = {"stubs": [{"id": "evil-stub", "title": EVIL, "authors": [EVIL], "year": 1990}]}
# The scripts that pages do have: files of ours, and data in which no tag can begin or end. And badges.
OURS = re.compile(
    r'<script defer src="(\.\./)*assets/[a-z]+\.js"></script>|<script type="application/ld\+json">[^<>&]*</script>'
    r'|<script type="application/json" id="_networks">[^<>&]*</script>'
    r'|<img src="(\.\./)?badges/[a-z0-9.-]+\.svg" alt="[^"<>]*" height="20">'
)
NUMBER = {
    "printed": "1",
    "unit": "x",
    "measure": "",
    "value": 3,
    "limits": EVIL,
    "measured": EVIL,
    "distance": EVIL,
}


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evil")
    (folder / "evil.yaml").write_text(yaml.safe_dump(RECORD, allow_unicode=True), encoding="utf-8")
    (folder / "stubs.yaml").write_text(yaml.safe_dump(STUBS, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def evil_library(evil: Path) -> Library:
    return load([evil])


def evil_verdicts(library: Library) -> dict[str, Any]:
    printed = {claim.id: claim.printed for claim in library.claims()}
    measure = {claim.id: claim.measure for claim in library.claims()}
    explained = {"measure": measure["s2"], "value": EVIL, "measured": EVIL}
    claims = {
        "s1": {"verdict": "refuted", "printed": printed["s1"], "unit": "x", "check": "a.b", "found": EVIL},
        "s2": {"verdict": "refuted", **NUMBER, "measure": measure["s2"], "explained_by": explained},
    }
    return {"evil": {"with": {EVIL: EVIL}, "claims": claims}}


def test_no_tag_of_a_record_reaches_a_page(tmp_path: Path, evil_library: Library) -> None:
    for page in write_pages(tmp_path, evil_library, evil_verdicts(evil_library)):
        if page.suffix == ".md":
            text = OURS.sub("", page.read_text(encoding="utf-8"))
            assert not re.search(
                r"<script|<img|onerror=|onclick=|<!--|javascript:|\{\{|\{%|\*\*b|\]\(", text
            ), page.name
            assert text.count("\n---\n") == 1, page.name


@pytest.fixture(scope="module")
def evil_site(tmp_path_factory: pytest.TempPathFactory, evil: Path, evil_library: Library) -> Path:
    folder = tmp_path_factory.mktemp("evil-site")
    (folder / "verdicts").mkdir()
    document = evil_verdicts(evil_library)["evil"]
    (folder / "verdicts/evil.json").write_text(json.dumps(document), encoding="utf-8")
    return build(folder / "site", evil, folder / "verdicts").out


def test_the_built_site_shows_the_text_and_holds_none_of_it_as_markup(evil_site: Path) -> None:
    for page in evil_site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script>(window\.)?hurt|<img src=x|</title></desc>", text), page.name
    assert "window.hurt" in (evil_site / "papers/evil.html").read_text(encoding="utf-8")


def test_a_browser_runs_none_of_it(browser: Any, evil_site: Path, serve: Callable[[Path], str]) -> None:
    address = serve(evil_site)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    requests: list[str] = []
    page.set_default_timeout(10_000)
    page.on("request", lambda request: requests.append(request.url))
    for name in ("papers/evil", "papers", "ideas", "ideas/evil-idea", "lineage", "errata", "index"):
        page.goto(f"{address}/{name}.html", wait_until="load")
        assert page.evaluate("window.hurt") is None, name
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert "<script>window.hurt = 1</script>" in page.inner_text("body"), name
    page.keyboard.press("/")
    page.keyboard.type("indented")
    page.wait_for_selector(".finder li")
    assert page.evaluate("window.hurt") is None
    assert "<script>window.hurt" in page.inner_text(".finder ol")
    assert all(url.startswith((address, "data:", "blob:")) for url in requests)
    page.close()
