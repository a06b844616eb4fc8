"""What the site holds for machines: reviews, data, bibliography, badges, a sitemap."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cnnclaims.claims.bibtex import bibtex
from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.cli import app
from cnnclaims.site.build import SiteError, Summary, build
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import gather
from cnnclaims.site.pages import write_pages
from cnnclaims.site.reviews import reviews

WEB = Addresses("https://example.org/cnn/", "https://example.org/repository/blob/main/")
SVG = "{http://www.w3.org/2000/svg}"


class Data(HTMLParser):
    """The JSON-LD of a page, and its ids."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.inside, self.texts, self.ids = False, [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside = given.get("type") == "application/ld+json"
        self.ids.add(given.get("id"))

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts.append(data)


def stated(page: Path) -> list[dict[str, Any]]:
    """The nodes of a page's JSON-LD."""
    texts = Data(page).texts
    return [node for text in texts for node in json.loads(text)["@graph"]]


def test_a_page_reviews_its_settled_claims_and_no_other(built: Summary) -> None:
    nodes = stated(built.out / "papers/first-net.html")
    reviewed = {node["url"]: node["reviewRating"] for node in nodes if node["@type"] == "ClaimReview"}
    ratings = {url: (rating["ratingValue"], rating["alternateName"]) for url, rating in reviewed.items()}
    assert ratings == {
        "#t1-small-params": (5, "reproduced"),
        "#t1-large-params": (4, "truncated"),
        "#s3-layers": (1, "refuted"),
        "#s3-same": (5, "reproduced"),
    }
    assert {(rating["worstRating"], rating["bestRating"]) for rating in reviewed.values()} == {(1, 5)}


def test_a_review_names_the_work_and_what_it_prints(built: Summary) -> None:
    work, *rest = stated(built.out / "papers/first-net.html")
    assert (work["@type"], work["name"]) == ("ScholarlyArticle", "First: a network")
    assert work["sameAs"] == ["https://arxiv.org/abs/1201.00001", "https://doi.org/10.1000/first"]
    (layers,) = [node for node in rest if node["url"] == "#s3-layers"]
    assert layers["claimReviewed"] == "The small net has 17 layers. Section 3 prints 17 layers."
    assert layers["itemReviewed"]["appearance"] == {"@id": work["@id"]}
    assert layers["reviewAspect"] == "measured on what was built"


def test_a_page_with_nothing_settled_reviews_nothing(built: Summary) -> None:
    assert not stated(built.out / "papers/second-net.html")


def test_every_shipped_review_is_valid_and_leads_to_its_claim(shipped: Summary) -> None:
    counted = 0
    for page in sorted((shipped.out / "papers").glob("*.html")):
        found = [node for node in stated(page) if node["@type"] == "ClaimReview"]
        counted += len(found)
        ids = Data(page).ids
        assert all(node["url"].startswith("#") and node["url"][1:] in ids for node in found), page.name
    assert counted > 2000


def test_we_review_neither_ourselves_nor_what_nobody_has_seen() -> None:
    canon = gather(load(), load_verdicts())
    own = [paper for paper in canon.papers if paper.is_our_own]
    assert own
    assert all(reviews(paper, WEB) == "" for paper in own)
    for paper in canon.papers:
        unseen = [judged.claim.id for judged in paper.claims if not judged.claim.confirmed]
        text = reviews(paper, WEB)
        assert not [id for id in unseen if f'#{id}"' in text]


def test_with_an_address_reviews_and_data_have_whole_addresses(
    tmp_path: Path, library: Library, known: dict[str, Any]
) -> None:
    write_pages(tmp_path, library, known, WEB)
    page = html.unescape((tmp_path / "papers/first-net.md").read_text(encoding="utf-8"))
    assert '"url":"https://example.org/cnn/papers/first-net.html#s3-layers"' in page
    assert (
        '<a href="https://example.org/repository/blob/main/cnnclaims/verifiers/networks/resnet.py#L' in page
    )
    assert "https://example.org/cnn/badges/first-net.svg" in page
    claims = json.loads((tmp_path / "data/claims.json").read_text(encoding="utf-8"))
    assert all(claim["url"].startswith(WEB.site) for claim in claims)


def test_without_an_address_sources_are_named_in_words(built: Summary) -> None:
    page = (built.out / "papers/first-net.html").read_text(encoding="utf-8")
    assert re.search(
        r"<dd>cnnclaims/verifiers/measures/structure\.py&#58;\d+, cnnclaims/verifiers/networks/resnet", page
    )


def test_the_claims_are_all_there_with_verdict_and_way(shipped: Summary) -> None:
    claims = json.loads((shipped.out / "data/claims.json").read_text(encoding="utf-8"))
    assert [claim["claim"] for claim in claims] == [
        judged.claim.name for judged in gather(load(), load_verdicts()).claims
    ]
    by_name = {claim["claim"]: claim for claim in claims}
    refuted = by_name["mobilenet-v1/t2-conv3x3-madds"]
    assert (refuted["verdict"], refuted["printed"], refuted["settled_by"]) == ("refuted", "1.19", "measured")
    assert refuted["value"] == "21168/1110821"


def test_the_graph_is_closed_and_its_addresses_lead_somewhere(shipped: Summary) -> None:
    graph = json.loads((shipped.out / "data/graph.json").read_text(encoding="utf-8"))
    ids = {node["id"] for node in graph["nodes"]}
    assert len(ids) == len(graph["nodes"])
    assert {node["kind"] for node in graph["nodes"]} == {"paper", "notes", "stub", "idea", "network"}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in graph["edges"])
    lost = [node["url"] for node in graph["nodes"] if "url" in node and not _stands(shipped.out, node["url"])]
    assert not lost


def _stands(site: Path, url: str) -> bool:
    parts = urlsplit(url)
    page = site / parts.path
    return page.is_file() and (not parts.fragment or parts.fragment in Data(page).ids)


def test_each_paper_has_its_data_and_its_bibtex(built: Summary, library: Library) -> None:
    known = json.loads((built.out / "data/papers/first-net.json").read_text(encoding="utf-8"))
    assert known["title"] == "First: a network"
    assert known["counts"]["reproduced"] == 2
    assert [claim["id"] for claim in known["claims"]][:2] == ["t1-small-params", "t1-small-error"]
    entry = bibtex(library.records["first-net"])
    assert (built.out / "data/papers/first-net.bib").read_text(encoding="utf-8") == entry
    assert entry in (built.out / "data/canon.bib").read_text(encoding="utf-8")


def test_the_errata_and_disagreements_are_files_too(shipped: Summary) -> None:
    errata = json.loads((shipped.out / "data/errata.json").read_text(encoding="utf-8"))
    assert {claim["verdict"] for claim in errata} == {"refuted", "truncated"}
    apart = json.loads((shipped.out / "data/disagreements.json").read_text(encoding="utf-8"))
    assert all(len(one["statements"]) > 1 for one in apart)


def test_every_badge_is_an_svg_with_a_title_and_honest_numbers(shipped: Summary) -> None:
    badges = sorted((shipped.out / "badges").glob("*.svg"))
    own = {paper.record.id for paper in gather(load(), {}).papers if paper.is_our_own}
    assert own, "statements of our own have no badge"
    assert {badge.stem for badge in badges} == load().records.keys() - own
    for badge in badges:
        root = ElementTree.parse(badge).getroot()
        assert root.get("role") == "img"
        title = root.find(f"{SVG}title")
        assert title is not None
        assert title.get("id") == root.get("aria-labelledby")
        name, count = (text.text for text in root.iter(f"{SVG}text"))
        assert name == badge.stem
        assert re.fullmatch(r"\d+ of \d+ reproduced|nothing measured yet", count or "")


def test_a_badge_counts_what_was_checked_and_says_what_it_leaves_out(built: Summary) -> None:
    root = ElementTree.parse(built.out / "badges/first-net.svg").getroot()
    assert [text.text for text in root.iter(f"{SVG}text")] == ["first-net", "2 of 5 reproduced"]
    title = root.findtext(f"{SVG}title") or ""
    assert "5 of 8 recorded claims checked" in title
    assert "1 refuted" in title
    assert "nothing measured yet" in (built.out / "badges/second-net.svg").read_text(encoding="utf-8")


def test_a_site_with_an_address_has_a_sitemap_of_all_its_pages(
    tmp_path: Path, papers: Path, verdicts: Path
) -> None:
    done = build(tmp_path / "site", papers, verdicts, addresses=WEB)
    root = ElementTree.parse(done.out / "sitemap.xml").getroot()
    listed = {node.text for node in root.iter() if node.tag.endswith("loc")}
    pages = {page.relative_to(done.out).as_posix() for page in done.out.rglob("*.html")} - {"404.html"}
    assert listed == {WEB.site + page for page in pages}


def test_a_site_without_an_address_has_no_sitemap(built: Summary) -> None:
    assert not list(built.out.glob("sitemap*"))


@pytest.mark.parametrize(
    "address", ["example.org/", "https://example.org", "https://a.org/<b>/", "file:///tmp/"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(SiteError, match="--site-url"):
        build(tmp_path / "site", addresses=Addresses(site=address))
    with pytest.raises(SiteError, match="--source-url"):
        build(tmp_path / "site", addresses=Addresses(source=address))


def test_the_command_refuses_an_address_before_it_builds(tmp_path: Path) -> None:
    line = ["site", "build", "--out", str(tmp_path / "site"), "--site-url", "example.org"]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 2
    assert "--site-url https://example.org/cnnclaims/" in done.output
    assert not list(tmp_path.iterdir())
