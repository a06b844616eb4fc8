"""A run beside what was recorded. Nearly all claims here are of numbers alone, which need no worker."""

import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.claims.faults import Faults, NotFound
from cnnclaims.claims.loading import PAPERS, load, load_file
from cnnclaims.claims.verdicts import FOLDER, VerdictFileError
from cnnclaims.verifiers import outcome, pool, verifying
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.failure import Failure
from cnnclaims.verifiers.outcome import documents, fails, prepare, settle, totals, update, verdict_path

Write = Callable[..., Path]

TRUE = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'
FALSE = 'printed: "2"\nunit: layers\nmeasure: 1 + 2'
OPEN = 'printed: "2"\nunit: "% error"\nopen: {needs-data: The pictures are lost.}'
BROKEN = 'printed: "2"\nunit: layers\nmeasure: 1 / (1 - 1)'
PARAMS = 'printed: "6"\nunit: params\nmeasure: params(conv(2, 3, 1, 4))'
MACS = 'printed: "96"\nunit: mult-adds\nmeasure: macs(conv(2, 3, 1, 4))'


def run(path: Path, *claims: str, measures: tuple[str, ...] = (), anew: bool = False) -> outcome.Result:
    [result] = prepare([load_file(path)], claims, measures, anew)
    assert settle([result], jobs=1)
    return result


def recorded(path: Path) -> Any:
    return json.loads((path.parent / "verdicts" / f"{path.stem}.json").read_text())


def test_with_nothing_recorded_a_consistent_claim_is_no_finding(write_record: Write, tmp_path: Path) -> None:
    assert not run(write_record(tmp_path, "p", {"yes": TRUE, "open": OPEN})).findings


def test_with_nothing_recorded_a_refuted_claim_is_a_finding(write_record: Write, tmp_path: Path) -> None:
    result = run(write_record(tmp_path, "p", {"yes": TRUE, "no": FALSE}))
    assert result.findings == {"no": "refuted, and no verdicts are recorded"}
    assert fails([result], updated=False)


def test_what_is_recorded_and_comes_out_again_is_no_finding(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path, "p", {"yes": TRUE, "no": FALSE, "open": OPEN})
    update(run(path))
    assert not run(path).findings


def test_a_verdict_that_changes_either_way_is_a_finding(write_record: Write, tmp_path: Path) -> None:
    update(run(write_record(tmp_path, "p", {"a": TRUE, "b": FALSE})))
    result = run(write_record(tmp_path, "p", {"a": FALSE, "b": TRUE}))
    assert result.findings == {"a": "was consistent, now refuted", "b": "was refuted, now consistent"}


def test_a_claim_that_is_new_or_gone_is_a_finding(write_record: Write, tmp_path: Path) -> None:
    update(run(write_record(tmp_path, "p", {"a": TRUE, "b": TRUE})))
    path = write_record(tmp_path, "p", {"a": TRUE, "c": TRUE})
    gone = "recorded, but no longer in the record"
    assert run(path).findings == {"c": "new: consistent", "b": gone}
    assert not run(path, "a").findings


def test_a_check_that_says_the_same_in_other_digits_is_no_finding(
    write_record: Write, tmp_path: Path
) -> None:
    path = write_record(tmp_path, "p", {"check": 'printed: "yes"\nunit: x\ncheck: lenet.map_pairs'})
    [result] = prepare([load_file(path)])
    stated = {"verdict": "reproduced", "printed": "yes", "unit": "x", "check": "lenet.map_pairs"}
    result.recorded = {"check": {**stated, "found": "off by at most 7e-15"}}
    result.verdicts = {"check": {**stated, "found": "off by at most 8e-15"}}
    assert not result.findings
    result.verdicts["check"]["verdict"] = "refuted"
    assert result.findings == {"check": "was reproduced, now refuted"}
    result.verdicts["check"] = {**stated, "printed": "no"}
    assert result.findings == {"check": "still reproduced, but printed changed"}


def test_an_error_is_a_finding_even_where_it_is_recorded(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path, "p", {"bad": BROKEN})
    result = run(path)
    assert result.verdicts["bad"]["verdict"] == "error"
    assert result.findings["bad"].startswith("error: ZeroDivisionError: ")
    update(result)
    assert run(path).findings["bad"].startswith("error: ZeroDivisionError: ")
    assert fails([run(path)], updated=True)


def test_after_recording_only_errors_are_findings(write_record: Write, tmp_path: Path) -> None:
    result = run(write_record(tmp_path, "p", {"no": FALSE}))
    assert fails([result], updated=False)
    assert not fails([result], updated=True)


def test_a_users_verdicts_are_kept_beside_the_users_file(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path / "mine", "p", {"yes": TRUE})
    assert update(run(path)) == tmp_path / "mine" / "verdicts" / "p.json"
    assert recorded(path)["claims"]["yes"]["verdict"] == "consistent"


def test_a_users_copy_of_a_shipped_record_does_not_touch_the_shipped_verdicts(
    write_record: Write, tmp_path: Path
) -> None:
    own = load_file(write_record(tmp_path, "resnet", {"yes": TRUE}))
    assert verdict_path(own) == tmp_path / "verdicts" / "resnet.json"
    assert verdict_path(load([PAPERS]).find("resnet")) == FOLDER / "resnet.json"


def test_recording_the_same_again_leaves_the_file_alone(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path, "p", {"yes": TRUE})
    written = update(run(path))
    assert written is not None
    os.utime(written, (1, 1))
    assert update(run(path)) is None
    assert written.stat().st_mtime == 1


def test_verdicts_are_recorded_in_the_records_order(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path, "p", {"network": PARAMS, "no": FALSE, "open": OPEN, "yes": TRUE})
    update(run(path))
    assert list(recorded(path)["claims"]) == ["network", "no", "open", "yes"]


def test_recording_part_of_a_record_keeps_the_rest(write_record: Write, tmp_path: Path) -> None:
    update(run(write_record(tmp_path, "p", {"a": TRUE, "b": TRUE, "gone": TRUE})))
    path = write_record(tmp_path, "p", {"b": FALSE, "a": FALSE})
    result = run(path, "a")
    assert list(result.verdicts) == ["a"]
    update(result)
    verdicts = {claim: verdict["verdict"] for claim, verdict in recorded(path)["claims"].items()}
    assert list(verdicts.items()) == [("b", "consistent"), ("a", "refuted")]


def test_a_write_that_fails_leaves_the_old_file_whole(
    write_record: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_record(tmp_path, "p", {"a": TRUE})
    update(run(path))
    before = recorded(path)

    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    result = run(write_record(tmp_path, "p", {"a": FALSE}))
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        update(result)
    assert recorded(path) == before
    assert [file.name for file in (tmp_path / "verdicts").iterdir()] == ["p.json"]


def test_a_broken_verdict_file_is_refused_unless_it_is_all_written_anew(
    write_record: Write, tmp_path: Path
) -> None:
    path = write_record(tmp_path, "p", {"a": TRUE, "b": TRUE})
    (tmp_path / "verdicts").mkdir()
    (tmp_path / "verdicts" / "p.json").write_text("{")
    with pytest.raises(VerdictFileError):
        run(path)
    with pytest.raises(VerdictFileError):
        run(path, "a", anew=True)
    update(run(path, anew=True))
    assert list(recorded(path)["claims"]) == ["a", "b"]


def test_claims_are_picked_by_id_by_full_name_and_by_measure(write_record: Write, tmp_path: Path) -> None:
    records = [
        load_file(write_record(tmp_path, "p", {"a": TRUE, "b": PARAMS, "c": MACS})),
        load_file(write_record(tmp_path, "q", {"a": TRUE, "d": MACS})),
    ]

    def picked(claims: tuple[str, ...] = (), measures: tuple[str, ...] = ()) -> list[str]:
        return [claim.name for result in prepare(records, claims, measures) for claim in result.asked]

    assert picked() == ["p/a", "p/b", "p/c", "q/a", "q/d"]
    assert picked(("a",)) == ["p/a", "q/a"]
    assert picked(("q/a", "b")) == ["p/b", "q/a"]
    assert picked((), ("macs",)) == ["p/c", "q/d"]
    assert picked(("c", "b"), ("macs", "depth")) == ["p/c"]
    assert [result.record.id for result in prepare(records, ["d"])] == ["q"]


def test_an_unknown_claim_or_measure_is_refused_with_the_nearest(write_record: Write, tmp_path: Path) -> None:
    records = [load_file(write_record(tmp_path, "p", {"depth-18": TRUE}))]
    with pytest.raises(NotFound, match='did you mean "depth-18"') as refused:
        prepare(records, ["depth-19"])
    assert refused.value.name == "unknown-claim"
    with pytest.raises(NotFound, match='did you mean "params"'):
        prepare(records, (), ["param"])


def test_a_claim_that_cannot_be_checked_as_written_is_refused_with_its_place(
    write_record: Write, tmp_path: Path
) -> None:
    path = write_record(tmp_path, "p", {"a": TRUE, "b": PARAMS.replace("params(", "parms(")})
    with pytest.raises(Faults) as refused:
        prepare([load_file(path)])
    [fault] = refused.value.faults
    assert (fault.file, fault.line, fault.column, fault.name) == (str(path), 18, 14, "unknown-name")
    assert 'did you mean "params"' in fault.help


def test_ctrl_c_keeps_what_is_done(
    write_record: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(claims: Any, *limits: Any) -> Iterator[Any]:
        for claim in list(claims)[:1]:
            yield claim, {"verdict": "reproduced"}
        raise KeyboardInterrupt

    monkeypatch.setattr(outcome, "verify", interrupted)
    [result] = prepare([load_file(write_record(tmp_path, "p", {"a": TRUE, "b": TRUE}))])
    assert not settle([result], jobs=1)
    assert list(result.verdicts) == ["a"]
    assert not result.findings


def test_progress_is_told_once_a_claim(write_record: Write, tmp_path: Path) -> None:
    steps: list[int] = []
    results = prepare([load_file(write_record(tmp_path, "p", {"a": TRUE, "b": FALSE, "c": OPEN}))])
    settle(results, 1, report=lambda: steps.append(1))
    assert len(steps) == 3


def test_the_order_of_answers_does_not_matter(
    write_record: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = 'printed: "yes"\nunit: x\ncheck: lenet.map_pairs'
    explained = 'printed: "7"\nunit: params\nmeasure: params(conv(2, 3, 1, 4))\nexplained_by: 6 + 1'
    unexplained = explained.replace("6 + 1", "macs(conv(2, 3, 1, 4)) / 8")
    path = write_record(
        tmp_path,
        "p",
        {
            "a": PARAMS,
            "b": MACS,
            "c": check,
            "d": explained,
            "e": unexplained,
            "f": BROKEN,
        },
    )
    answered = {
        "params(conv(2, 3, 1, 4))": verifying.Fraction(6),
        "macs(conv(2, 3, 1, 4))": verifying.Fraction(96),
        "macs(conv(2, 3, 1, 4)) / 8": Failure("the process died"),
        "lenet.map_pairs": Found(False, "it does not hold", True),
        "6 + 1": verifying.Fraction(7),
        "1 / (1 - 1)": Failure("ZeroDivisionError"),
    }
    claims = load_file(path).claims_in_order()
    outcomes = []
    for seed in range(20):
        order = list(answered.items())
        random.Random(seed).shuffle(order)
        monkeypatch.setattr(verifying, "answers", lambda *_, order=order, **named: iter(order))
        outcomes.append({claim.id: verdict for claim, verdict in verifying.verify(claims)})
    assert all(found == outcomes[0] for found in outcomes)
    words = {claim: verdict["verdict"] for claim, verdict in outcomes[0].items()}
    assert words == {
        "a": "reproduced",
        "b": "reproduced",
        "c": "not supported",
        "d": "refuted",
        "e": "error",
        "f": "error",
    }
    assert outcomes[0]["e"]["error"] == "the process died"


def test_totals_and_documents_hold_every_verdict(write_record: Write, tmp_path: Path) -> None:
    claims = {"a": TRUE, "b": FALSE, "c": OPEN, "d": BROKEN, "e": TRUE}
    result = run(write_record(tmp_path, "p", claims))
    assert totals([result]) == {"consistent": 2, "refuted": 1, "open": 1, "error": 1}
    document = documents([result])["p"]
    assert document["paper"] == "p"
    assert list(document["claims"]) == list(claims)
    assert document["with"].keys() == {"cnnclaims", "torch"}


def test_a_run_without_networks_starts_no_process(
    write_record: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "COMMAND", None)
    assert run(write_record(tmp_path, "p", {"a": TRUE})).verdicts["a"]["verdict"] == "consistent"
