"""What `show` and `list` say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.claims.faults import NotFound
from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load, load_file
from cnnclaims.lookup import functions, ideas, papers, show
from cnnclaims.verifiers.outcome import documents, prepare, settle

Write = Callable[..., Path]

OLD = {
    "sum": 'printed: "2"\nunit: layers\nmeasure: 1 + 1\nconfirmed: false',
    "wrong": 'printed: "2.0"\nunit: M params\nmeasure: "3000000 + 0"\nexplained_by: 2000000 * 1\nnote: Rounded up.',
    "open": 'printed: "2"\nunit: "% error"\nopen: {needs-data: The pictures are lost.}',
    "check": 'printed: "60"\nunit: pairs\ncheck: lenet.map_pairs',
    "part": "printed: \"2\"\nunit: params\nmeasure: params(lenet5(), part='C1')",
}
OLD_MORE = """\
venue: Journal of Old Papers
arxiv: "2001.00001"
aliases: [ancient]
ideas:
  - {id: weaving, name: Weaving, says: Threads that cross.}
networks: [lenet5]
conventions: Layers are counted by hand.
readings: [It does not say which hand.]
"""
NEW_MORE = """\
lineage:
  - {to: old, relation: builds-on, idea: weaving, note: with thicker threads}
  - {to: sketch, relation: borrows}
uses:
  - {idea: weaving, note: everywhere}
"""
STUBS = """\
stubs:
  - id: sketch
    aliases: [outline]
    title: A sketch
    authors: [Ada Lovelace]
    year: 1999
    ideas: [{id: drawing, name: Drawing, says: Lines on paper.}]
"""


@pytest.fixture
def library(write_record: Write, tmp_path: Path) -> Library:
    write_record(tmp_path, "old", OLD, OLD_MORE)
    write_record(tmp_path, "new", {"two": 'printed: "2"\nunit: x\nmeasure: xparams(1)'}, NEW_MORE)
    (tmp_path / "stubs.yaml").write_text(STUBS)
    return load([tmp_path])


@pytest.fixture
def verdicts(library: Library) -> dict[str, Any]:
    """The verdicts of the claims that need no network."""
    results = prepare([library.records["old"]], ["sum", "wrong", "open"])
    assert settle(results, jobs=1)
    return documents(results)


def rows(text: str) -> dict[str, str]:
    """A claim's rows by heading."""
    return {line[:14].strip(): line[15:] for line in text.splitlines()[1:] if line[:14].strip()}


def test_a_refuted_claim_shows_all_that_is_known(library: Library, verdicts: dict[str, Any]) -> None:
    text = show(library, verdicts, "ancient/wrong")
    assert text.splitlines()[0] == "old/wrong: The claim wrong."
    found = rows(text)
    assert found["printed"] == "2.0 (M params)"
    assert found["measure"] == "3000000 + 0"
    assert found["verdict"] == "refuted (+50 %)"
    assert found["measured"] == "3 (exactly 3,000,000)"
    assert found["allowed"] == "1.95 to 2.05"
    assert found["explained by"] == "2000000 * 1 = 2"
    assert found["note"] == "Rounded up."
    assert found["with"].startswith("cnnclaims ")
    assert "torch" in found["with"]
    assert found["repeat"] == "cnnclaims verify old --claim wrong"


def test_a_claim_shows_where_nobody_saw_the_paper(library: Library, verdicts: dict[str, Any]) -> None:
    found = rows(show(library, verdicts, "old/sum"))
    assert found["verdict"] == "consistent"
    assert "no copy of the paper" in found["unconfirmed"]


def test_an_open_claim_shows_its_reason(library: Library, verdicts: dict[str, Any]) -> None:
    found = rows(show(library, verdicts, "old/open"))
    assert found["verdict"] == "open"
    assert found["open"] == "needs-data: The pictures are lost."


def test_a_check_shows_what_it_does_and_where_it_stands(library: Library) -> None:
    text = show(library, {}, "old/check")
    assert "lenet.map_pairs (cnnclaims/verifiers/checks/lenet.py:" in text
    assert "Table I" in text


def test_a_command_to_repeat_can_be_pasted_into_a_shell(library: Library) -> None:
    text = show(library, {}, "old/part")
    assert """cnnclaims measure 'params(lenet5(), part='"'"'C1'"'"')'""" in text


def test_a_verdict_for_another_text_of_the_claim_is_not_shown(
    library: Library, verdicts: dict[str, Any], write_record: Write, tmp_path: Path
) -> None:
    changed = OLD | {"sum": 'printed: "3"\nunit: layers\nmeasure: 1 + 1'}
    write_record(tmp_path, "old", changed, OLD_MORE)
    library = load([tmp_path])
    assert "not yet computed" in rows(show(library, verdicts, "old/sum"))["verdict"]
    assert "sum: 3 layers, not yet computed" in show(library, verdicts, "old")
    assert [row[3:6] for row in papers(library, verdicts) if row[0] == "old"] == [("0", "0", "1")]


def test_a_paper_shows_its_whole_record(library: Library, verdicts: dict[str, Any]) -> None:
    text = show(library, verdicts, "Ancient")
    for part in (
        "A paper on old (old)",
        "Ada Lovelace, Charles Babbage. Journal of Old Papers 2001",
        "arXiv: 2001.00001",
        "weaving: Threads that cross.",
        "lenet5()",
        "Layers are counted by hand.",
        "- It does not say which hand.",
        "sum: 2 layers, consistent",
        "open: 2% error, open",
        "check: 60 pairs, not yet computed",
        "cnnclaims verify old",
    ):
        assert part in text
    assert "builds-on old (weaving): with thicker threads" in show(library, verdicts, "new")
    assert "weaving: everywhere" in show(library, verdicts, "new")


def test_an_idea_shows_who_introduced_used_and_carried_it(library: Library) -> None:
    text = show(library, {}, "Weaving")
    for part in ("Weaving (weaving)", "Threads that cross.", "Introduced by old", "new: everywhere"):
        assert part in text
    assert "new builds-on old" in text


def test_an_idea_shows_its_equation_example_and_evidence(write_record: Write, tmp_path: Path) -> None:
    more = (
        "ideas:\n  - id: weaving\n    name: Weaving\n    says: Threads that cross.\n    equation: y = x\n"
        '    example: [{says: One net., measure: params(lenet5()), gives: "60,000", unit: params}]\n'
        "    checked_by: [woven/two]\n"
    )
    write_record(tmp_path, "woven", {"two": 'printed: "2"\nunit: x\nmeasure: "2"'}, more)
    text = show(load([tmp_path]), {}, "weaving")
    for part in ("\n  y = x\n", "  params(lenet5()) = 60,000 params: One net.", "Checked by\n  woven/two"):
        assert part in text


def test_a_stub_is_known_by_name_only(library: Library) -> None:
    for name in ("sketch", "Outline"):
        text = show(library, {}, name)
        assert "it has no record yet" in text
        assert "introduced drawing: Lines on paper." in text
        assert "new borrows it" in text


def test_a_network_shows_its_arguments_source_paper_and_claims(library: Library) -> None:
    for name in ("lenet5", "lenet5()"):
        text = show(library, {}, name)
        assert text.startswith("lenet5(")
        assert "Source: cnnclaims/verifiers/networks/lenet.py:" in text
        assert "Paper: old" in text
        assert "Claims measured with it: old/part" in text


def test_a_measure_is_not_taken_for_another_whose_name_ends_alike(library: Library) -> None:
    text = show(library, {}, "params")
    assert "Claims measured with it: old/part" in text
    assert "new/two" not in text


def test_choices_of_an_argument_are_shown_with_none_where_that_is_one(library: Library) -> None:
    assert "only: 'conv' or " in show(library, {}, "macs")
    assert " or None" in show(library, {}, "macs")


def test_an_unknown_name_offers_the_nearest(library: Library) -> None:
    for name, near in (
        ("weavin", "weaving"),
        ("lenet6", "lenet5"),
        ("anciemt", "ancient"),
        ("sketsh", "sketch"),
    ):
        with pytest.raises(NotFound, match=f'did you mean "{near}"'):
            show(library, {}, name)
    with pytest.raises(NotFound, match="cnnclaims list papers"):
        show(library, {}, "")


def test_papers_are_listed_by_year_with_their_counts(library: Library, verdicts: dict[str, Any]) -> None:
    heading, *listed = papers(library, verdicts)
    assert heading == ("paper", "year", "claims", "reproduced", "consistent", "refuted", "title")
    assert ("old", "2001", "5", "0", "1", "1", "A paper on old") in listed


def test_ideas_are_listed_with_who_introduced_them(library: Library) -> None:
    assert ideas(library)[1:] == [("drawing", "sketch", "Drawing"), ("weaving", "old", "Weaving")]


def test_every_network_and_measure_is_listed_with_a_line_of_its_own() -> None:
    for networks, name in ((True, "resnet50("), (False, "macs(")):
        listed = functions(networks)[1:]
        assert any(call.startswith(name) for call, _ in listed)
        assert all(line and "\n" not in line for _, line in listed)
    assert not {call for call, _ in functions(True)} & {call for call, _ in functions(False)}


def test_resnet_is_a_shipped_paper() -> None:
    library = load()
    assert library.find("residual-networks") is library.records["resnet"]
    assert load_file(library.records["resnet"].file).title == library.records["resnet"].title


def test_a_claim_of_speed_shows_its_comparison_what_machines_said_and_how_to_ask_this_one(
    write_record: Write, tmp_path: Path
) -> None:
    name = "timing_convolutions.splitting_7x7"
    speed = f"printed: faster\nunit: x\nopen: {{needs-hardware: A telephone.}}\ntiming: {name}"
    write_record(tmp_path / "timed", "p", {"speed": speed})
    entry = {"timing": name, "verdict": "supported", "found": "so", "device": "A GPU", "date": "2026-01-02"}
    other = entry | {"timing": "timing_convolutions.pointwise_against_3x3", "device": "Another"}
    text = show(
        load([tmp_path / "timed"]), {"p": {"claims": {}, "timings": {"speed": [entry, other]}}}, "p/speed"
    )
    assert f"{name} (cnnclaims/verifiers/checks/timing_convolutions.py:" in text
    assert "Three 3x3 convolutions in place of a 7x7" in text
    assert "On A GPU (2026-01-02): supported. so" in text
    assert "Another" not in text
    assert "needs-hardware: A telephone." in text
    assert "cnnclaims verify p --claim speed --timing" in text
