"""The pages that people wrote: their examples hold."""

import html
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load, load_with
from cnnclaims.claims.printed import parse
from cnnclaims.cli import app
from cnnclaims.site.disagreements import slug
from cnnclaims.site.errata import errata
from cnnclaims.site.gathered import gather
from cnnclaims.site.kinds import KINDS, is_arithmetic, kind
from cnnclaims.site.language_page import language_page, prose
from cnnclaims.site.notes import notes
from cnnclaims.site.pages import HERE, write_pages
from cnnclaims.site.sections import GROUPS
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.linting import lint

ADDING = (HERE / "add-a-paper.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of the page on adding a paper, as a file."""
    (text,) = re.findall(r"```yaml\n(.*?)```", ADDING, re.S)
    path = tmp_path_factory.mktemp("example") / "my-paper.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_on_adding_a_paper_has_no_fault(example: Path) -> None:
    record = load_with([example]).records["my-paper"]
    assert lint([record]) == []
    assert len(record.claims_in_order()) == 7


def test_a_fault_in_that_example_would_be_found(example: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "my-paper.yaml"
    wrong.write_text(example.read_text(encoding="utf-8").replace("vgg16()", "vgg61()"), encoding="utf-8")
    assert [fault.name for fault in lint([load_with([wrong]).records["my-paper"]])] == ["unknown-name"]


def test_the_example_gives_the_verdicts_that_the_page_shows(example: Path) -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", ADDING, re.S)
    done = CliRunner(env={"COLUMNS": "120"}).invoke(app, ["verify", str(example)])
    printed = {line.rstrip() for line in done.output.splitlines()}
    lines = [line.rstrip() for line in shown.splitlines() if not set(line) <= set(" ─")]
    assert len(lines) == 8
    assert set(lines) <= printed


def test_the_explanation_that_the_page_rejects_is_outside_the_printed_number() -> None:
    assert not parse("1700", "M mult-adds", None).allows(Fraction("1665.335872"))


def test_the_limits_on_the_page_on_verdicts_are_those_of_the_program() -> None:
    text = (HERE / "how.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r'<tr><th scope="row">([\d.]+)</th><td>(.*?)</td></tr>', text))
    assert rows
    assert {number: parse(number, "x", None).limits() for number in rows} == rows


def test_every_way_of_settling_is_explained(tmp_path: Path, library: Library, known: dict[str, Any]) -> None:
    write_pages(tmp_path, library, known)
    text = html.unescape((tmp_path / "how.md").read_text(encoding="utf-8"))
    assert all(one.name in text and one.meaning in text for one in KINDS.values())


def test_numbers_alone_are_arithmetic_and_a_call_is_a_measurement() -> None:
    claims = {claim.name: claim for claim in load().claims()}
    alone = [claim for claim in claims.values() if is_arithmetic(claim)]
    assert alone
    assert not [claim for claim in alone if "(" in re.sub(r"\((?=[\d\s(-])", "", claim.measure or "")]
    assert kind(claims["mobilenet-v1/t2-conv3x3-madds"]).key == "measured"


def test_arithmetic_carries_its_label_on_page_and_errata(tmp_path: Path) -> None:
    (tmp_path / "sum.yaml").write_text(ARITHMETIC, encoding="utf-8")
    library = load([tmp_path / "sum.yaml"])
    verdict = {
        "verdict": "refuted",
        "printed": "3",
        "unit": "x",
        "measure": "1 + 1",
        "measured": "2",
        "distance": "-33 %",
    }
    known = {"sum": {"paper": "sum", "claims": {"s1": verdict}}}
    write_pages(tmp_path / "pages", library, known)
    page = (tmp_path / "pages/papers/sum.md").read_text(encoding="utf-8")
    assert "arithmetic on printed figures</a>" in page
    assert "works out to" in page
    assert "measured <strong>" not in page
    assert "nothing was measured" in (tmp_path / "pages/errata.md").read_text(encoding="utf-8")


ARITHMETIC = """
id: sum
kind: paper
title: A sum
authors: [A. Author]
year: 2000
summary: Adds.
claims:
  - {id: s1, says: One and one., printed: "3", unit: x, where: Section 1, measure: 1 + 1}
"""


def test_the_notes_page_has_what_does_not_hold_first() -> None:
    from cnnclaims.claims.verdicts import load_verdicts

    canon = gather(load(), load_verdicts())
    body = notes(canon).body
    sets = [paper for paper in canon.papers if paper.record.kind == "notes" and not paper.is_our_own]
    assert len(sets) == 4
    for paper in sets:
        start = body.index(f"{{#_{paper.record.id}}}")
        part = body[start:].split("{#_")[1]
        first_verdicts = re.findall(r'class="verdict is-([a-z-]+)"', part)
        wrong = paper.counts["refuted"] + paper.counts["truncated"]
        assert set(first_verdicts[:wrong]) <= {"refuted", "truncated"}
        assert len(first_verdicts) == len(paper.claims)


def test_the_errata_page_has_each_claim_once_with_what_explains_it() -> None:
    from cnnclaims.claims.verdicts import load_verdicts

    canon = gather(load(), load_verdicts())
    body = errata(canon).body
    wrong = [judged for judged in canon.claims if judged.verdict in ("refuted", "truncated", "not supported")]
    assert body.count("<section") == len(wrong)
    assert body.count("The printed number is met by") == sum(bool(judged.explanation) for judged in wrong)


def test_every_name_of_the_language_has_an_anchor_a_signature_and_a_source(
    library: Library, known: dict[str, Any]
) -> None:
    from cnnclaims.site.expressions import Addresses

    body = html.unescape(language_page(gather(library, known), Addresses()).body)
    for signature in signatures().values():
        assert f'<h3 id="{signature.name}">' in body
        assert f"<code>{signature}</code>" in body
        assert f"cnnclaims/{signature.source}:{signature.line}" in body
    assert "<dt>Gives</dt>\n<dd>mult-adds</dd>" in body


def test_docstrings_become_paragraphs_and_code() -> None:
    assert prose("One `x` <b>.\n\n    a  b\n") == (
        "<p>One <code>x</code> &#60;b&#62;.</p>\n<pre><code>a b</code></pre>\n"
    )


def test_pages_of_a_group_lead_to_each_other(tmp_path: Path, library: Library, known: dict[str, Any]) -> None:
    write_pages(tmp_path, library, known)
    for group in GROUPS:
        for page in group:
            text = (tmp_path / page.replace(".html", ".md")).read_text(encoding="utf-8")
            others = [other for other in group if other != page]
            assert all(f'<a href="{other}">' in text for other in others), page
            assert text.count('aria-current="page"') == 1


def test_a_disagreement_has_a_legible_anchor() -> None:
    assert slug("params resnet50(width=2)") == "_params-resnet50-width-2"
