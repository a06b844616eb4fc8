"""Every internal link and anchor of the built site leads somewhere, and nothing is loaded from elsewhere."""

from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from cnnclaims.claims.loading import load
from cnnclaims.site.build import Summary

LOADED = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "use": "href",
    "image": "href",
    "source": "src",
}


class Read(HTMLParser):
    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if given.get(LOADED.get(tag, "")):
            self.loaded.append(given[LOADED[tag]] or "")


Pages = dict[Path, Read]


@pytest.fixture(scope="module")
def pages_of(request: pytest.FixtureRequest) -> Callable[[str], Pages]:
    """The pages of a site, `built` or `shipped`, each read once."""

    @cache
    def read(site: str) -> Pages:
        out = request.getfixturevalue(site).out
        return {page: Read(page) for page in sorted(out.rglob("*.html")) if page.name != "404.html"}

    return read


@pytest.fixture(scope="module", params=["built", "shipped"])
def read(request: pytest.FixtureRequest, pages_of: Callable[[str], Pages]) -> Pages:
    return pages_of(request.param)


def test_every_internal_link_and_anchor_resolves(read: Pages) -> None:
    broken = []
    for page, found in read.items():
        for link in [*found.links, *found.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in read[target].ids):
                broken.append(f"{page.name}: {link}")
    assert not broken


def test_no_id_stands_twice_on_a_page(read: Pages) -> None:
    for page, found in read.items():
        assert sorted(found.ids) == sorted(set(found.ids)), page.name


def test_pages_load_nothing_from_another_origin(read: Pages) -> None:
    assert not [link for found in read.values() for link in found.loaded if urlsplit(link).netloc]


def test_styles_load_nothing_from_another_origin(built: Summary) -> None:
    for sheet in built.out.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "url(http" not in text.replace('"', "").replace("'", ""), sheet.name
        assert "url(//" not in text.replace('"', "").replace("'", ""), sheet.name


def test_every_shipped_claim_has_its_anchor(shipped: Summary, pages_of: Callable[[str], Pages]) -> None:
    read = pages_of("shipped")
    for record in load().records.values():
        ids = set(read[shipped.out / "papers" / f"{record.id}.html"].ids)
        assert {claim.id for claim in record.claims_in_order()} <= ids


def test_no_shipped_page_is_heavy(shipped: Summary) -> None:
    sizes = {page.name: page.stat().st_size for page in shipped.out.rglob("*.html")}
    assert max(sizes.values()) < 1_500_000
    assert sizes["index.html"] < 300_000
