"""`cnnclaims verify` as a user types it: what goes to which stream, and the exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cnnclaims.verifiers import outcome

Run = Callable[..., Any]
Write = Callable[..., Path]
linux_only = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks for left processes in /proc, which is Linux's"
)
TRUE = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'
FALSE = 'printed: "2"\nunit: layers\nmeasure: 1 + 2\nnote: One too many.'
OPEN = 'printed: "2"\nunit: "% error"\nopen: {needs-data: The pictures are lost.}'
LONG = 'printed: "2"\nunit: params\nmeasure: params(conv_stack(8, 3, 10000000, 32))'


# -- verify: exit status ---------------------------------------------------------------------------------------------------


def test_verify_ends_with_0_where_nothing_is_refuted(run: Run, shipped: Path) -> None:
    done = run("verify", "old")
    assert done.status == 0
    assert "A paper on old (old)" in done.out
    assert done.out.endswith("2 claims of 1 paper: 1 consistent, 1 open\n")
    assert done.err == ""


def test_verify_ends_with_1_where_nothing_is_recorded_and_a_claim_is_refuted(run: Run, shipped: Path) -> None:
    done = run("verify", "new")
    assert done.status == 1
    assert "new/no: refuted, and no verdicts are recorded" in done.out
    assert "3 (+50 %)" in done.out
    assert "One too many." in done.out


def test_verify_ends_with_0_where_all_is_as_recorded(run: Run, shipped: Path) -> None:
    assert run("verify", "--update").status == 0
    done = run("verify")
    assert done.status == 0
    assert "Findings" not in done.out
    assert done.out.endswith("4 claims of 2 papers: 2 consistent, 1 refuted, 1 open\n")


def test_verify_names_what_is_not_as_recorded_and_ends_with_1(
    run: Run, shipped: Path, write_record: Write
) -> None:
    run("verify", "new", "--update")
    write_record(shipped, "new", {"yes": TRUE, "no": TRUE.replace("1 + 1", "4 / 2"), "more": TRUE})
    done = run("verify", "new", "--quiet")
    assert done.status == 1
    assert done.out.splitlines() == [
        "Findings:",
        "  new/no: was refuted, now consistent",
        "  new/more: new: consistent",
        "3 claims of 1 paper: 3 consistent",
    ]


def test_verify_says_which_file_it_wrote_and_writes_it_only_if_told(
    run: Run, shipped: Path, tmp_path: Path
) -> None:
    run("verify")
    assert not (tmp_path / "kept").exists()
    done = run("verify", "old", "--update")
    assert done.status == 0
    assert done.err == f"wrote {tmp_path / 'kept' / 'old.json'}\n"
    assert run("verify", "old", "--update").err == ""


def test_verify_that_cannot_write_ends_with_2(run: Run, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    done = run("verify", "old", "--update")
    assert done.status == 2
    assert str(tmp_path / "kept") in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["oldd"], 'did you mean "old"?'),
        (["old", "--claim", "yess"], 'did you mean "yes"'),
        (["old", "--only", "parms"], 'did you mean "params"?'),
        (["nowhere/"], "nowhere/:1:1: unreadable-file"),
        (["nowhere.yaml"], "nowhere.yaml:1:1: unreadable-file"),
        (["empty"], "no-record: empty has no record in it"),
        ([""], "unknown-paper"),
        (["x" * 5000], "unknown-paper"),
        (["--jobs", "0"], "--jobs"),
        (["--timeout", "nan"], "--timeout"),
        (["--json", "-", "--junit", "-"], "--json and --junit cannot both"),
        (["--device", "tpu"], "--device"),
        (["--threads", "0"], "--threads"),
    ],
)
def test_verify_of_bad_input_ends_with_2_and_says_why(
    run: Run, shipped: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    done = run("verify", *arguments)
    assert done.status == 2
    assert message in done.err
    assert done.out == ""


def test_verify_of_a_broken_record_gives_file_line_and_column_of_every_fault(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    write_record(tmp_path, "mine", {"a": TRUE.replace("unit: layers", "unit: storeys"), "b": "digits: many"})
    done = run("verify", "mine.yaml")
    assert done.status == 2
    places = [line.split(": ")[0] for line in done.err.splitlines() if line.startswith("mine.yaml:")]
    assert "mine.yaml:11:11" in places
    assert len(places) > 2
    assert done.err.splitlines()[-1] == f"{len(places)} faults"
    assert done.out == ""


def test_verify_of_a_claim_that_cannot_be_measured_as_written_points_at_it(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    write_record(tmp_path, "mine", {"a": TRUE.replace("1 + 1", "depth(lenet6())")})
    done = run("verify", "mine.yaml")
    assert done.status == 2
    assert "mine.yaml:12:20: unknown-name" in done.err
    assert 'did you mean "lenet5"' in done.err


def test_a_broken_verdict_file_is_named_and_update_mends_it(run: Run, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "old.json").write_text("[]")
    done = run("verify", "old")
    assert done.status == 2
    assert f"{tmp_path / 'kept' / 'old.json'}: " in done.err
    assert "--update" in done.err
    assert run("verify", "old", "--update").status == 0
    assert run("verify", "old").status == 0


# -- verify: what is asked ---------------------------------------------------------------------------------------------------


def test_verify_takes_aliases_files_and_folders(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    write_record(tmp_path / "mine", "third", {"yes": TRUE})
    write_record(tmp_path / "mine", "fourth", {"yes": TRUE})
    write_record(tmp_path, "fifth", {"yes": TRUE})

    def asked(*targets: object) -> list[str]:
        return list(json.loads(run("verify", *targets, "--json", "-").out)["papers"])

    assert asked("Ancient") == ["old"]
    assert sorted(asked("mine")) == ["fourth", "third"]
    assert asked("fifth.yaml", "old") == ["fifth", "old"]
    assert asked("mine/third.yaml", "./mine", "mine", "mine/third.yaml") == ["third", "fourth"]
    assert sorted(asked("--all", "fifth.yaml")) == ["fifth", "new", "old"]
    assert sorted(asked()) == ["new", "old"]


def test_a_papers_name_is_the_paper_where_a_file_has_that_name_too(
    run: Run, shipped: Path, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    assert run("verify", "old").status == 0
    assert run("verify", "./old").status == 2


def test_verdicts_of_a_users_file_are_kept_beside_it(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    write_record(tmp_path / "mine", "third", {"no": FALSE})
    assert run("verify", "mine/third.yaml").status == 1
    assert run("verify", "mine/third.yaml", "--update").status == 0
    assert (tmp_path / "mine" / "verdicts" / "third.json").exists()
    assert run("verify", "mine").status == 0


def test_one_claim_may_be_asked_and_recorded_alone(run: Run, shipped: Path, tmp_path: Path) -> None:
    assert run("verify", "new", "--claim", "yes").status == 0
    done = run("verify", "--claim", "new/yes", "--claim", "no", "--update")
    assert done.out.endswith("2 claims of 1 paper: 1 consistent, 1 refuted\n")
    assert run("verify", "new").status == 0
    assert not (tmp_path / "kept" / "old.json").exists()


def test_only_picks_the_claims_that_use_a_measure(run: Run, shipped: Path, write_record: Write) -> None:
    measured = 'printed: "6"\nunit: params\nmeasure: params(conv(2, 3, 1, 4))'
    write_record(shipped, "old", {"yes": TRUE, "params": measured})
    found = json.loads(run("verify", "--only", "macs, params", "--json", "-").out)
    assert [*found["papers"]["old"]["claims"]] == ["params"]
    assert found["totals"] == {"reproduced": 1}


# -- verify: what is written -------------------------------------------------------------------------------------------------


def test_verify_writes_json_to_a_file_beside_the_table(run: Run, shipped: Path, tmp_path: Path) -> None:
    done = run("verify", "--json", "out/run.json")
    assert done.status == 1
    assert "claims of 2 papers" in done.out
    found = json.loads((tmp_path / "out" / "run.json").read_text())
    assert found["totals"] == {"consistent": 2, "refuted": 1, "open": 1}
    assert found["findings"] == {"new/no": "refuted, and no verdicts are recorded"}
    assert found["papers"]["new"]["claims"]["no"]["value"] == 3


def test_verify_writes_json_and_nothing_else_to_stdout_where_that_is_asked(run: Run, shipped: Path) -> None:
    done = run("verify", "--json", "-")
    assert done.status == 1
    assert json.loads(done.out)["papers"].keys() == {"old", "new"}
    assert done.err == ""


def test_verify_writes_junit_xml(run: Run, shipped: Path, tmp_path: Path) -> None:
    assert run("verify", "--junit", "run.xml").status == 1
    root = ElementTree.parse(tmp_path / "run.xml").getroot()
    assert sum(int(suite.attrib["failures"]) for suite in root) == 1
    assert ElementTree.fromstring(run("verify", "old", "--junit", "-").out).tag == "testsuites"


def test_a_place_that_cannot_be_written_to_ends_with_2(run: Run, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for option in ("--json", "--junit"):
        done = run("verify", "old", option, "folder")
        assert done.status == 2
        assert done.err == "folder: Is a directory\n"


def test_a_device_is_written_to_and_stays_a_device(run: Run, shipped: Path) -> None:
    assert run("verify", "old", "--json", os.devnull).status == 0
    assert not Path(os.devnull).is_file()


def test_ctrl_c_prints_what_is_done_records_nothing_and_ends_with_130(
    run: Run, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = outcome.verify

    def interrupted(*arguments: object) -> object:
        yield next(real(*arguments))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(outcome, "verify", interrupted)
    done = run("verify", "new", "--update", "--json", "run.json")
    assert done.status == 130
    assert "1 claim of 1 paper: 1 consistent" in done.out
    assert "interrupted" in done.err
    assert list(json.loads((tmp_path / "run.json").read_text())["papers"]["new"]["claims"]) == ["yes"]
    assert not (tmp_path / "kept").exists()


# -- with networks: few runs, since each worker loads torch ----------------------------------------------------------


def test_what_a_verifier_raises_is_an_error_and_the_run_goes_on(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    claims = {
        "even": 'printed: "2"\nunit: params\nmeasure: params(conv(3, 8, 2, 32))',
        "vast": 'printed: "2"\nunit: params\nmeasure: params(conv(1000000, 1000000, 1, 1))',
        "long": LONG,
        "check": 'printed: "yes"\nunit: x\ncheck: lenet.map_pairs',
        "sound": 'printed: "11.7"\nunit: M params\nmeasure: params(resnet18())',
    }
    write_record(tmp_path, "mine", claims)
    done = run("verify", "mine.yaml", "--timeout", 1, "--json", "run.json", "--quiet")
    assert done.status == 1
    found = json.loads((tmp_path / "run.json").read_text())["papers"]["mine"]["claims"]
    words = {claim: verdict["verdict"] for claim, verdict in found.items()}
    assert words == {
        "even": "error", "vast": "error", "long": "error", "check": "reproduced", "sound": "reproduced"
    }  # fmt: skip
    assert "k is 2" in found["even"]["error"]
    assert found["long"]["error"].endswith("took longer than 1 seconds")
    assert "mine/even: error: ValueError: k is 2" in done.out
    assert "5 claims of 1 paper: 2 reproduced, 3 error" in done.out


@linux_only
def test_ctrl_c_stops_a_run_in_the_middle_and_leaves_no_process_behind(
    write_record: Write, tmp_path: Path
) -> None:
    path = write_record(tmp_path, "mine", {"yes": TRUE, "no": FALSE, "open": OPEN, "long": LONG})
    command = [sys.executable, "-m", "cnnclaims", "verify", str(path), "--update"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        deadline = time.monotonic() + 30
        while not (workers := children.read_text().split()) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert len(workers) == 1
    assert not Path(f"/proc/{workers[0]}").exists()
    assert "3 claims of 1 paper: 1 consistent, 1 refuted, 1 open" in out
    assert err.startswith("interrupted: ")
    assert not (tmp_path / "verdicts").exists()
