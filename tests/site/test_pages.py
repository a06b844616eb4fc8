"""What stands on the pages, before MkDocs sees them."""

import dataclasses
import html
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.site.claims_html import claim_html
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import gather, judged
from cnnclaims.site.lists import work
from cnnclaims.site.pages import FolderError, write_pages
from cnnclaims.site.paper import paper_page
from cnnclaims.site.parts import Page, grouped, tied, with_code, with_unit


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, library: Library, known: dict[str, Any]) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    write_pages(folder, library, known)
    return folder


def words(path: Path) -> str:
    """A page's text without its tags."""
    text = re.sub(r"<(title|desc)>.*?</\1>", "", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text)))


def claim(path: Path, id: str) -> str:
    """The text of one claim's block."""
    text = path.read_text(encoding="utf-8")
    found = re.search(rf'<section[^>]*>\s*<h3 id="{id}">.*?</section>', text, re.S)
    assert found is not None
    inline = re.sub(r"</?(a|code)\b[^>]*>", "", found[0])
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", inline)))


def test_a_reproduced_claim_shows_printed_measured_limits_and_command(pages: Path) -> None:
    text = claim(pages / "papers/first-net.md", "t1-small-params")
    for part in (
        "reproduced",
        "printed 11.7 M parameters",
        "measured 11.689512 M parameters",
        "around 11.7",
        "params(resnet18())",
        "11,689,512",
        "Table 1",
        "cnnclaims verify first-net --claim t1-small-params",
    ):
        assert part in text


def test_a_refuted_claim_shows_distance_explanation_and_note(pages: Path) -> None:
    text = claim(pages / "papers/first-net.md", "s3-layers")
    for part in (
        "refuted",
        "off by +5.9 %",
        "met by depth(resnet18()) - 1, which gives 17 layers",
        "may not have been",
    ):
        assert part in text


def test_a_check_shows_what_it_found_and_its_name(pages: Path) -> None:
    text = claim(pages / "papers/first-net.md", "s3-same")
    assert "Both forms differ by 1e-15 at most." in text
    assert "resnet.some_check" in text


def test_an_open_claim_shows_kind_and_reason(pages: Path) -> None:
    assert "needs data: needs the images" in claim(pages / "papers/first-net.md", "t1-small-error")


def test_an_error_shows_its_reason(pages: Path) -> None:
    assert "Our verifier failed: no" in claim(pages / "papers/first-net.md", "s4-broken")


def test_a_verdict_for_another_printed_number_is_not_shown(pages: Path) -> None:
    text = claim(pages / "papers/first-net.md", "s4-new")
    assert "not yet computed" in text
    assert "1.86" not in text
    assert "not seen in a copy" in text


def test_a_record_without_verdicts_says_so(pages: Path) -> None:
    assert "not yet computed" in claim(pages / "papers/second-net.md", "s1-depth")


@pytest.mark.parametrize(
    "document", [{}, {"claims": {}}, {"claims": {"s1-depth": {"verdict": "odd", "printed": "34"}}}]
)
def test_odd_verdict_documents_leave_the_claim_not_yet_computed(
    tmp_path: Path, library: Library, document: dict[str, Any]
) -> None:
    write_pages(tmp_path, library, {"second-net": document})
    assert "not yet computed" in claim(tmp_path / "papers/second-net.md", "s1-depth")


def test_a_table_stands_as_in_the_paper_with_a_link_and_a_verdict_in_each_cell(pages: Path) -> None:
    text = (pages / "papers/first-net.md").read_text(encoding="utf-8")
    row = re.search(r"<tr><th scope=\"row\">Large net</th>.*?</tr>", text)
    assert row is not None
    assert '<a href="#t1-large-params">21.7</a>' in row[0]
    assert "truncated" in row[0]
    assert "–" in row[0]


def test_the_paper_page_has_facts_summary_readings_and_conventions(pages: Path) -> None:
    text = words(pages / "papers/first-net.md")
    for part in (
        "Ada Lovelace, Łukasz Piątek",
        "NIPS 2012",
        "A first network.",
        "Padding is not given",
        "And never twice.",
    ):
        assert part in text
    page = (pages / "papers/first-net.md").read_text(encoding="utf-8")
    assert 'href="https://arxiv.org/abs/1201.00001"' in page
    assert 'href="https://doi.org/10.1000/first"' in page


def test_lineage_stands_on_both_papers(pages: Path) -> None:
    assert "builds on First: a network (2012)" in words(pages / "papers/second-net.md")
    assert "Second: another network (2015) builds on this" in words(pages / "papers/first-net.md")


def test_the_list_of_ideas_says_who_introduced_each_and_how_many_use_it(pages: Path) -> None:
    assert re.search(r"Old idea What was known before\. old-work, 1990 1\b", words(pages / "ideas.md"))


def test_the_front_page_has_totals_and_every_refuted_claim(pages: Path) -> None:
    text = words(pages / "index.md")
    assert "2 papers, 9 claims; 5 of them are checked, the rest is open." in text
    assert "The small net has 17 layers. printed 17 layers measured 18 layers" in text
    assert "cnnclaims verify" in text


def test_two_records_of_one_title_are_told_apart() -> None:
    canon = gather(load(), {})
    assert "(2015, inception-v2)" in work(canon, "inception-v2")
    assert "(2015, batch-normalization)" in work(canon, "batch-normalization")
    assert work(canon, "vgg").endswith("(2014)")


def test_no_line_ends_between_a_number_and_its_per_cent_sign() -> None:
    assert tied("1.45 % and 0.5 %, per cent (%)") == "1.45\u00a0% and 0.5\u00a0%, per cent (%)"


def test_backticks_mark_code_and_nothing_else() -> None:
    assert with_code("with `aux` <it>") == "with <code>aux</code> &#60;it&#62;"


def test_numbers_have_commas_between_their_thousands() -> None:
    assert grouped("1792") == "1,792"
    assert grouped("4867.293184") == "4,867.293184"
    assert grouped("0.12345") == "0.12345"


def test_no_paper_has_two_sections_of_one_name() -> None:
    canon, seen = gather(load(), {}), 0
    for paper in canon.papers:
        if max(Counter(table.where for table in paper.record.tables).values(), default=0) > 1:
            heads = re.findall(r"^## (.+) \{#", paper_page(canon, paper).body, re.MULTILINE)
            assert len(heads) == len(set(heads)), paper.record.id
            seen += 1
    assert seen > 1


def test_a_part_of_a_table_is_named_for_what_it_is_about() -> None:
    canon = gather(load(), {})
    (paper,) = [paper for paper in canon.papers if paper.record.id == "mobilenet-v1"]
    body = html.unescape(paper_page(canon, paper).body)
    assert "## Table 13: Cost of SSD at 300 pixels by base network {#_t13-ssd300}" in body


def test_the_drawn_totals_are_described_in_words(pages: Path) -> None:
    assert "<desc>2 reproduced, 1 truncated, 1 supported, 1 refuted" in (pages / "index.md").read_text(
        encoding="utf-8"
    )


def test_the_errata_have_refuted_and_truncated_claims_only(pages: Path) -> None:
    text = words(pages / "errata.md")
    assert "17 layers" in text
    assert "21.7 M parameters" in text
    assert "11.7 M parameters" not in text


def test_the_picture_has_a_link_a_paper_and_no_comparison(pages: Path) -> None:
    text = (pages / "lineage.md").read_text(encoding="utf-8")
    assert text.count('<a class="node"') == 2
    assert text.count('<path class="edge') == 2
    assert "compares with" in words(pages / "lineage.md")


def test_the_page_on_verdicts_explains_each_of_them(pages: Path) -> None:
    text = words(pages / "how.md")
    assert "our reading of the paper" in text
    for verdict in ("reproduced", "truncated", "supported", "refuted", "not supported", "open", "error"):
        assert f" {verdict} " in text


def test_two_runs_write_the_same_bytes_and_the_second_touches_nothing(
    tmp_path: Path, library: Library, known: dict[str, Any]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    files = write_pages(first, library, known)
    write_pages(second, library, known)
    assert files == sorted(set(files), key=files.index)
    for file in files:
        assert file.read_bytes() == (second / file.relative_to(first)).read_bytes()
    before = {file: file.stat().st_mtime_ns for file in files}
    assert write_pages(first, library, known) == files
    assert before == {file: file.stat().st_mtime_ns for file in files}


def test_a_page_of_a_paper_that_is_gone_goes_too(tmp_path: Path, library: Library) -> None:
    write_pages(tmp_path, library, {})
    (tmp_path / "papers/gone.md").write_text("old")
    write_pages(tmp_path, library, {})
    assert not (tmp_path / "papers/gone.md").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, library: Library) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(FolderError, match="did not write"):
        write_pages(tmp_path, library, {})
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        ("4.2", "M params", "4.2 M parameters"),
        ("1", "layers", "1 layer"),
        ("1", "classes", "1 class"),
        ("1", "M params", "1 M parameters"),
        ("1", "ms", "1 ms"),
        ("60 million", "M params", "60 million parameters"),
        ("75%", "%", "75&#37;"),
        ("75", "%", "75&#37;"),
        ("30.1", "% top-1 error", "30.1&#37; top-1 error"),
        ("32", "x", "32×"),
        ("8 to 9x", "x", "8 to 9×"),
        ("0.5", "constant", "0.5"),
        ("quadratic", "x", "quadratic"),
    ],
)
def test_a_number_stands_with_its_unit_once(number: str, unit: str, shown: str) -> None:
    assert html.unescape(with_unit(number, unit)) == html.unescape(shown)


def test_a_page_loads_its_own_styles_and_scripts_from_where_it_stands() -> None:
    page = Page("T", "d", "# T", scripts=("assets/a.js",), styles=("assets/a.css",))
    assert '<link rel="stylesheet" href="assets/a.css">\n' in page.text("t.md")
    assert page.text("papers/t.md").endswith('# T\n\n<script defer src="../assets/a.js"></script>\n')
    assert "assets" not in Page("T", "d", "# T").text("t.md")


def test_what_machines_said_of_a_claims_speed_stands_beside_its_verdict(
    library: Library, known: dict[str, Any]
) -> None:
    name = "timing_convolutions.splitting_7x7"
    entry = {
        "timing": name,
        "verdict": "supported",
        "found": "a takes <2.00> times as long as b",
        "device": "A processor, 1 thread",
        "date": "2026-01-02",
        "command": "cnnclaims verify first-net",
        "runs": {"supported": 2, "undecided": 1},
    }
    [open_claim] = [one for one in library.claims() if one.id == "t1-small-error"]
    claim = dataclasses.replace(open_claim, timing=name)
    paper = gather(library, known).papers[0]
    block = claim_html(paper, dataclasses.replace(judged(claim, {}), timings=(entry,)), Addresses())
    text = html.unescape(re.sub(r"<[^>]*>", " ", block))
    said = "On A processor, 1 thread (2026-01-02): supported, as in 2 of 3 runs. a takes <2.00> times as long as b"
    assert said in text
    assert "<2.00>" not in block
    assert "needs the images" in text
    assert "reproduced" not in text
    assert "cnnclaims verify first-net --claim t1-small-error --timing" in text
    assert "is a step of training no faster for it? On A processor" in text
    assert "A processor" not in claim_html(paper, judged(open_claim, {}), Addresses())


def test_a_paper_has_the_timings_that_its_claims_still_name(library: Library, known: dict[str, Any]) -> None:
    gone = {"timing": "timing_convolutions.splitting_7x7", "verdict": "supported"}
    with_timings = known | {"first-net": known["first-net"] | {"timings": {"t1-small-error": [gone]}}}
    canon = gather(library, with_timings)
    assert all(one.timings == () for one in canon.claims)
