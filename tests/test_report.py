"""What a run looks like on a terminal, in JSON and in JUnit XML."""

import copy
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from cnnclaims.claims.loading import load_file
from cnnclaims.claims.printed import decimal
from cnnclaims.report import (
    as_json,
    finding_lines,
    junit,
    paper_table,
    print_results,
    spelt,
    summary,
    verify_json,
)
from cnnclaims.verifiers.failure import Failure
from cnnclaims.verifiers.outcome import Result

CLAIMS = {
    "yes": 'printed: "4"\nunit: K params\nmeasure: params(conv(1, 1, 1, 1))',
    "cut": 'printed: "3.8"\nunit: x\nmeasure: "3.86"\nnote: Cut off like the number beside it.',
    "no": 'printed: "2"\nunit: x\nmeasure: 1 + 2\nexplained_by: 1 + 1\nnote: "[bold]Not[/bold] two."',
    "check": 'printed: "same"\nunit: x\ncheck: lenet.map_pairs',
    "open": 'printed: "2"\nunit: "% error"\nopen: {needs-data: The pictures are lost.}',
    "error": 'printed: "2"\nunit: x\nmeasure: 1 / 0',
}
VERDICTS: dict[str, dict[str, Any]] = {
    "yes": {"verdict": "reproduced", "printed": "4", "unit": "K params", "measured": "4", "value": 4000},
    "cut": {"verdict": "truncated", "printed": "3.8", "unit": "x", "measured": "3.86", "value": "193/50"},
    "no": {
        "verdict": "refuted",
        "printed": "2",
        "unit": "x",
        "measured": "3",
        "value": 3,
        "distance": "+50 %",
        "explained_by": {"measure": "1 + 1", "value": 2, "measured": "2"},
    },
    "check": {"verdict": "reproduced", "printed": "same", "unit": "x", "found": "all 60 pairs agree"},
    "open": {
        "verdict": "open",
        "printed": "2",
        "unit": "% error",
        "open": {"needs-data": "The pictures are lost."},
    },
    "error": {"verdict": "error", "printed": "2", "unit": "x", "error": "ValueError: \x1b[31m\x00\ud800 <&>"},
}


@pytest.fixture
def result(write_record: Any, tmp_path: Path) -> Result:
    """A run of six claims, with nothing recorded."""
    record = load_file(write_record(tmp_path, "p", CLAIMS))
    return Result(record, record.claims_in_order(), None, copy.deepcopy(VERDICTS))


def table(result: Result, width: int = 140) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(paper_table(result))
    return out.getvalue()


def row(text: str, claim: str) -> str:
    """The lines of one claim's row, on one line."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.split()[:1] == [claim])
    stop = next(
        (n for n in range(start + 1, len(lines)) if lines[n].split()[:1] and lines[n][1] != " "), len(lines)
    )
    return " ".join(" ".join(lines[start:stop]).split())


def test_a_row_has_claim_place_printed_measured_and_verdict(result: Result) -> None:
    assert row(table(result), "yes") == "yes Section 1 4 K params 4 reproduced"
    assert row(table(result), "check") == "check Section 1 same all 60 pairs agree reproduced"


def test_a_refuted_claim_has_its_distance_explanation_and_note(result: Result) -> None:
    found = row(table(result), "no")
    for text in ("3 (+50 %)", "explained by 1 + 1 = 2", "[bold]Not[/bold] two.", "refuted"):
        assert text in found


def test_a_truncated_claim_has_its_note_and_an_open_one_what_it_needs(result: Result) -> None:
    assert "Cut off like the number beside it." in row(table(result), "cut")
    assert row(table(result), "open") == "open Section 1 2% error needs-data open"


def test_a_claim_without_a_verdict_has_no_row(result: Result) -> None:
    del result.verdicts["yes"]
    assert "yes" not in table(result).split()


def test_ids_are_whole_on_a_narrow_terminal(result: Result) -> None:
    assert {"yes", "check", "error"} <= set(table(result, width=60).split())


def test_the_summary_counts_claims_papers_and_verdicts(result: Result) -> None:
    assert summary([result]) == "6 claims of 1 paper: 2 reproduced, 1 truncated, 1 refuted, 1 open, 1 error"
    assert summary([result, result]).startswith("12 claims of 2 papers: 4 reproduced")
    assert summary([]) == "0 claims of 0 papers: none asked"


def test_findings_name_what_fails_the_run(result: Result, capsys: pytest.CaptureFixture[str]) -> None:
    lines = finding_lines([result])
    assert lines[0] == "p/no: refuted, and no verdicts are recorded"
    assert lines[1].startswith("p/error: error: ValueError")
    result.verdicts = {"yes": VERDICTS["yes"]}
    assert finding_lines([result]) == []
    print_results([result], tables=False)
    assert capsys.readouterr().out == "1 claim of 1 paper: 1 reproduced\n"


def test_json_holds_totals_findings_and_verdicts(result: Result) -> None:
    result.verdicts["error"]["error"] = "ValueError"
    found = json.loads(verify_json([result]))
    assert found["totals"]["reproduced"] == 2
    assert list(found["findings"]) == ["p/no", "p/error"]
    assert found["papers"]["p"]["claims"]["no"] == VERDICTS["no"]


def test_junit_counts_its_cases_right(result: Result) -> None:
    [suite] = ElementTree.fromstring(junit([result]))
    counts = {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")}
    assert counts == {"name": "p", "tests": "6", "failures": "1", "errors": "1", "skipped": "1"}
    outcomes = {case.get("name"): [child.tag for child in case] for case in suite}
    assert outcomes == {
        "yes": ["system-out"],
        "cut": ["system-out"],
        "no": ["failure"],
        "check": ["system-out"],
        "open": ["skipped"],
        "error": ["error"],
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "refuted, and no verdicts are recorded: printed 2 x, measured 3"


def test_junit_is_xml_whatever_a_message_holds(result: Result) -> None:
    text = junit([result])
    error = ElementTree.fromstring(text.encode("utf-8")).find("testsuite/testcase/error")
    assert error is not None
    assert (error.get("message") or "").endswith("ValueError: �[31m�� <&>")


def test_junit_fails_exactly_what_is_not_as_recorded(result: Result) -> None:
    def failed() -> list[str | None]:
        root = ElementTree.fromstring(junit([result]))
        return [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]

    del result.verdicts["error"]
    result.recorded = {**result.verdicts, "yes": {"verdict": "refuted"}, "gone": {"verdict": "reproduced"}}
    assert failed() == list(result.findings) == ["yes", "gone"]
    result.asked = result.asked[:2]  # a part of the record says nothing of the rest
    assert failed() == list(result.findings) == ["yes"]


def test_junit_of_a_run_without_claims_is_empty() -> None:
    assert len(ElementTree.fromstring(junit([]))) == 0


def test_whole_numbers_are_spelt_whole_and_others_as_decimals() -> None:
    assert spelt(Fraction(25557032)) == "25,557,032"
    assert spelt(Fraction(-1000)) == "-1,000"
    assert spelt(Fraction(5, 2)) == decimal(Fraction(5, 2)) == "2.5"


def test_an_answer_in_json_is_exact() -> None:
    assert as_json("a", Fraction(10**20)) == {"expression": "a", "value": 10**20}
    assert as_json("a", Fraction(1, 3)) == {"expression": "a", "value": 1 / 3, "exact": "1/3"}
    assert as_json("a", Failure("it died")) == {"expression": "a", "value": None, "error": "it died"}


def test_an_answer_beyond_a_float_is_still_json() -> None:
    found = as_json("a", Fraction(10**400, 3))
    assert found["value"] == round(Fraction(10**400, 3))
    assert json.loads(json.dumps(found)) == found


def test_once_the_verdicts_are_recorded_only_errors_are_findings(result: Result) -> None:
    assert len(finding_lines([result])) > len(finding_lines([result], updated=True)) == 1
    assert "ValueError" in finding_lines([result], updated=True)[0]
