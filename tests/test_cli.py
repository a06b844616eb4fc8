"""The commands as a user types them: what goes to which stream, and the exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from cnnclaims import cli
from cnnclaims.claims import loading, verdicts
from cnnclaims.verifiers import outcome, running
from cnnclaims.verifiers.timing.reading import Reading
from cnnclaims.verifiers.timing.rounds import Spread

Write = Callable[..., Path]
linux_only = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks for left processes in /proc, which is Linux's"
)

TRUE = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'
FALSE = 'printed: "2"\nunit: layers\nmeasure: 1 + 2\nnote: One too many.'
OPEN = 'printed: "2"\nunit: "% error"\nopen: {needs-data: The pictures are lost.}'
LONG = 'printed: "2"\nunit: params\nmeasure: params(conv_stack(8, 3, 10000000, 32))'


class Done(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command line in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0 if code is None else 1, *capsys.readouterr())

    return run


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write_record: Write) -> Path:
    """Two papers in the place of the shipped ones: `old`, and `new`, which builds on it."""
    folder = tmp_path / "shipped"
    write_record(folder, "old", {"yes": TRUE, "open": OPEN}, "aliases: [ancient]\nnetworks: [lenet5]\n")
    more = "lineage:\n  - {to: old, relation: builds-on, idea: an-idea, note: all of it}\nideas:\n"
    more += '  - {id: an-idea, name: An idea, says: "It is one."}\n'
    write_record(folder, "new", {"yes": TRUE, "no": FALSE}, more)
    monkeypatch.setattr(loading, "PAPERS", folder)
    monkeypatch.setattr(outcome, "PAPERS", folder)
    monkeypatch.setattr(outcome, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(verdicts, "FOLDER", tmp_path / "kept")
    return folder


# -- verify: exit status ---------------------------------------------------------------------------------------------------


def test_verify_ends_with_0_where_nothing_is_refuted(run: Run, shipped: Path) -> None:
    done = run("verify", "old")
    assert done.status == 0
    assert "A paper on old (old)" in done.out
    assert done.out.endswith("2 claims of 1 paper: 1 reproduced, 1 open\n")
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
    assert done.out.endswith("4 claims of 2 papers: 2 reproduced, 1 refuted, 1 open\n")


def test_verify_names_what_is_not_as_recorded_and_ends_with_1(
    run: Run, shipped: Path, write_record: Write
) -> None:
    run("verify", "new", "--update")
    write_record(shipped, "new", {"yes": TRUE, "no": TRUE.replace("1 + 1", "4 / 2"), "more": TRUE})
    done = run("verify", "new", "--quiet")
    assert done.status == 1
    assert done.out.splitlines() == [
        "Findings:",
        "  new/no: was refuted, now reproduced",
        "  new/more: new: reproduced",
        "3 claims of 1 paper: 3 reproduced",
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
    assert done.out.endswith("2 claims of 1 paper: 1 reproduced, 1 refuted\n")
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
    assert found["totals"] == {"reproduced": 2, "refuted": 1, "open": 1}
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
    assert "1 claim of 1 paper: 1 reproduced" in done.out
    assert "interrupted" in done.err
    assert list(json.loads((tmp_path / "run.json").read_text())["papers"]["new"]["claims"]) == ["yes"]
    assert not (tmp_path / "kept").exists()


# -- verify and measure with networks: few runs, since each worker loads torch ------------------------------------------------


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


def test_measure_answers_in_the_order_given_and_whole_numbers_are_whole(run: Run) -> None:
    expressions = ["params(resnet18()) / 3", "params(resnet18())", "1 - 6.67 / 15.3", "params(resnet18())"]
    done = run("measure", "--json", *expressions)
    assert done.status == 0
    found = json.loads(done.out)
    assert [row["expression"] for row in found] == expressions
    # torchvision's count
    assert found[1] == found[3] == {"expression": "params(resnet18())", "value": 11689512}
    assert found[0] == {"expression": "params(resnet18()) / 3", "value": 3896504}
    assert isinstance(found[0]["value"], int)
    assert found[2] == {"expression": expressions[2], "value": 863 / 1530, "exact": "863/1530"}


def test_measure_prints_what_can_be_measured_and_ends_with_2_for_the_rest(run: Run) -> None:
    done = run("measure", "2 ** 10", "1 / 0", "10 / 4")
    assert done.status == 2
    assert done.out == "2 ** 10 = 1,024\n10 / 4 = 2.5\n"
    assert done.err.startswith("1 / 0: ZeroDivisionError: ")
    done = run("measure", "--json", "1 / 0")
    assert done.status == 2
    [row] = json.loads(done.out)
    assert row["value"] is None
    assert row["error"].startswith("ZeroDivisionError")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("params(resnet500())", 'did you mean "resnet50"'),
        ("params(resnet50(optio='A'))", 'did you mean "option"'),
        ("resnet50()", "a network is not a number"),
        ("resnet50", "is not called"),
        ("__import__('os')", "unknown-name"),
        ("(1).real", "expression-syntax"),
        ("1 +", "expression-syntax"),
        ("", "expression-syntax"),
        ("1+" * 500 + "1", "expression-too-long"),
    ],
)
def test_measure_refuses_what_is_no_expression_with_a_caret(run: Run, expression: str, message: str) -> None:
    done = run("measure", expression, "1 + 1")
    assert done.status == 2
    assert message in done.err
    assert "^" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    "expression", ["2 ** 64 ** 2", "9**64 * 9**64 * 9**64 / 7", "1 / 9**64 / 9**64 / 9**64"]
)
def test_measure_of_numbers_beyond_a_float_leaves_no_traceback(run: Run, expression: str) -> None:
    for form in ([], ["--json"]):
        done = run("measure", *form, expression)
        assert done.status in (0, 2)
        assert "Traceback" not in done.err


def test_ctrl_c_during_measure_prints_what_is_done_and_ends_with_130(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(expressions: object, *limits: object) -> object:
        yield "1 + 1", running.Fraction(2)
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "values", interrupted)
    assert run("measure", "1 + 1", "2 + 2") == (130, "1 + 1 = 2\n", "interrupted\n")


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
    assert "3 claims of 1 paper: 1 reproduced, 1 refuted, 1 open" in out
    assert err.startswith("interrupted: ")
    assert not (tmp_path / "verdicts").exists()


# -- what is timed -----------------------------------------------------------------------------------------------------------

TIMED = "printed: faster\nunit: x\nopen: {needs-hardware: A telephone.}\ntiming: timing_convolutions.splitting_7x7"


@pytest.fixture
def made_up_timing(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """A comparison that takes no time; gives the devices and threads that were asked for."""
    asked = []

    def timed(claims: object, device: str, threads: int, *others: object) -> object:
        asked.append((device, threads))
        for claim in claims:  # type: ignore[attr-defined]
            if claim.timing is not None:
                entry = {
                    "timing": claim.timing,
                    "verdict": "supported",
                    "found": "a takes 2.00 times as long as b",
                }
                yield claim, entry | {"device": "A machine", "date": "2026-01-02", "command": "cnnclaims"}

    monkeypatch.setattr(outcome, "timed", timed)
    return asked


def test_verify_times_nothing_unless_it_is_asked_to(
    run: Run, tmp_path: Path, write_record: Write, made_up_timing: list[tuple[str, int]]
) -> None:
    write_record(tmp_path, "mine", {"speed": TIMED})
    assert "A machine" not in run("verify", "mine.yaml").out
    assert made_up_timing == []
    run("verify", "mine.yaml", "--timing")
    run("verify", "mine.yaml", "--device", "cuda")
    run("verify", "mine.yaml", "--threads", "2")
    assert made_up_timing == [("cpu", 1), ("cuda", 1), ("cpu", 2)]


def test_verify_shows_and_keeps_what_a_machine_said_and_the_claim_stays_open(
    run: Run, tmp_path: Path, write_record: Write, made_up_timing: list[tuple[str, int]]
) -> None:
    write_record(tmp_path, "mine", {"speed": TIMED})
    done = run("verify", "mine.yaml", "--timing", "--update")
    said = "is a step of training no faster for it? On A machine (2026-01-02): supported. a takes 2.00 times as long as b"
    assert done.status == 0
    assert said in done.out
    assert done.out.endswith("1 claim of 1 paper: 1 open\n")
    later = run("verify", "mine.yaml")
    assert later.status == 0
    assert said in later.out
    assert "A machine" not in run("verify", "mine.yaml", "--quiet").out


def test_verify_in_json_has_timings_beside_the_verdicts(
    run: Run, tmp_path: Path, write_record: Write, made_up_timing: list[tuple[str, int]]
) -> None:
    write_record(tmp_path, "mine", {"speed": TIMED})
    found = json.loads(run("verify", "mine.yaml", "--timing", "--json", "-").out)["papers"]["mine"]
    assert found["claims"]["speed"]["verdict"] == "open"
    assert found["timings"]["speed"][0]["device"] == "A machine"


def test_measure_says_where_a_figure_was_measured_and_how_much_it_varied(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading("latency of lenet5()", "A machine", "s", Spread(0.5, 0.4, 0.6, 12))

    def values(expressions: list[str], jobs: int, limit: int, readings: dict[str, list[Reading]]) -> object:
        for expression in expressions:
            readings[expression] = [reading]
            yield expression, running.Fraction(1, 2)

    monkeypatch.setattr(running, "values", values)
    done = run("measure", "latency(lenet5())")
    assert done.out == (
        "latency(lenet5()) = 0.5\n  latency of lenet5(): 500 ms (400 to 600), 12 rounds, on A machine\n"
    )
    [row] = json.loads(run("measure", "--json", "latency(lenet5())").out)
    assert row["value"] == 0.5
    assert row["readings"] == [
        {
            "what": "latency of lenet5()",
            "machine": "A machine",
            "unit": "s",
            "spread": {"median": 0.5, "low": 0.4, "high": 0.6, "rounds": 12},
        }
    ]


def test_measure_of_what_this_machine_lacks_ends_with_2_and_says_what_to_do(run: Run) -> None:
    done = run("measure", "latency(conv(1, 1, 1, 1), threads=4096)", "energy(conv(1, 1, 1, 1), device='cpu')")
    assert (done.status, done.out) == (2, "")
    assert "threads is 4096; this machine has" in done.err
    assert "no energy counter" in done.err


def test_roofline_prints_every_layer_and_in_json_everything(run: Run) -> None:
    done = run("roofline", "conv(2, 3, 3, 8)", "--json", "--batch", "2")
    assert done.status == 0
    found = json.loads(done.out)
    [layer] = found["layers"]
    assert (layer["path"], layer["macs"]) == ("conv", 2 * 2 * 3 * 9 * 64)
    assert found["network"] == "conv(c_in=2, c_out=3, k=3, size=8)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resnet500"], 'did you mean "resnet50"'),
        (["macs(resnet50())"], "net is Network"),
        (["lenet5", "--batch", "0"], "--batch"),
        (["conv(1, 1, 2, 4)"], "use an odd k"),
    ],
)
def test_roofline_of_what_cannot_be_run_ends_with_2(run: Run, arguments: list[str], message: str) -> None:
    done = run("roofline", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


# -- look-up, lint, schema ---------------------------------------------------------------------------------------------------


def test_list_prints_rows_under_a_heading(run: Run, shipped: Path) -> None:
    assert run("list", "papers").out.splitlines() == [
        "paper  year  claims  reproduced  refuted  title",
        "new    2001  2       0           0        A paper on new",
        "old    2001  2       0           0        A paper on old",
    ]
    run("verify", "--update")
    assert "new    2001  2       1           1 " in run("list", "papers").out
    assert run("list", "ideas").out.splitlines()[1].split() == ["an-idea", "new", "An", "idea"]
    assert any(line.startswith("resnet50(") for line in run("list", "networks").out.splitlines())
    assert any(line.startswith("macs(net, ") for line in run("list", "measures").out.splitlines())


def test_show_finds_papers_ideas_networks_measures_and_claims(run: Run, shipped: Path) -> None:
    for name, text in (
        ("Ancient", "A paper on old (old)"),
        ("an-idea", "Introduced by new"),
        ("lenet5", "Paper: old"),
        ("macs", "Source: cnnclaims/verifiers/measures/"),
        ("new/no", "printed      2 (layers)"),
    ):
        done = run("show", name)
        assert done.status == 0
        assert text in done.out
        assert done.err == ""


def test_lineage_has_forms_directions_and_paths(run: Run, shipped: Path) -> None:
    assert "an-idea" in run("lineage", "new").out
    assert "old" not in run("lineage", "new", "--descendants").out
    assert "old" in run("lineage", "new", "--ancestors", "--depth", "1").out
    assert "new" in run("lineage", "new", "--to", "ancient").out
    assert json.loads(run("lineage", "ancient", "--format", "json").out)
    assert run("lineage", "old", "--format", "dot").out.startswith("digraph")
    done = run("lineage", "new", "--to", "old", "--ancestors")
    assert done.status == 2
    assert "--to" in done.err


def test_bibtex_prints_an_entry_a_paper(run: Run, shipped: Path) -> None:
    assert run("bibtex", "old", "new").out.count("author = {Ada Lovelace and Charles Babbage}") == 2


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        (["show", "lenet55"], 'did you mean "lenet5"'),
        (["show", "new/noo"], 'did you mean "no"'),
        (["show", "neww/no"], 'did you mean "new"'),
        (["lineage", "ancien"], 'did you mean "ancient"'),
        (["lineage", "new", "--to", "oldd"], 'did you mean "old"'),
        (["bibtex", "neww"], 'did you mean "new"'),
        (["list", "paper"], "papers"),
        (["lineag", "new"], "'lineage'"),
        (["lineage", "new", "--depth", "0"], "--depth"),
        (["lineage", "new", "--format", "png"], "mermaid"),
    ],
)
def test_an_unknown_name_ends_with_2_and_offers_the_nearest(
    run: Run, shipped: Path, arguments: list[str], help: str
) -> None:
    done = run(*arguments)
    assert done.status == 2
    assert help in done.err
    assert done.out == ""


def test_lint_prints_faults_to_stdout_and_ends_with_1(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    assert run("lint") == (0, "2 records, no faults\n", "")
    write_record(tmp_path, "form", {"a": TRUE.replace("unit: layers", "unit: storeys")})
    write_record(tmp_path, "sense", {"a": TRUE.replace('"2"', '"a few"')})
    for name, fault in (
        ("form", "form.yaml:11:11: unknown-unit"),
        ("sense", "sense.yaml:10:15: printed-unr"),
    ):
        done = run("lint", f"{name}.yaml")
        assert done.status == 1
        assert fault in done.out
        assert "help: " in done.out
        assert done.err == ""
    assert run("lint", "oldd").status == 2


def test_schema_is_a_json_schema(run: Run) -> None:
    schema = json.loads(run("schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"id", "title", "claims"} <= schema["properties"].keys()


def test_looking_things_up_does_not_load_torch(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path, "mine", {"yes": TRUE})
    commands = [
        *(["list", what] for what in ("papers", "networks", "ideas", "measures")),
        *(["show", name] for name in ("resnet", "resnet50", "macs", "residual-learning")),
        *(["lineage", "resnet", "--format", form] for form in ("tree", "mermaid", "dot", "json")),
        *(["bibtex", "resnet"], ["lint"], ["schema"], ["--help"], ["verify", "--help"]),
        ["verify", str(path)],
        ["measure", "1 + 1"],
    ]
    program = (
        "import sys\n"
        "from cnnclaims.cli import main\n"
        f"for command in {commands!r}:\n"
        "    try:\n"
        "        main(command)\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, (command, end.code)\n"
        "    assert 'torch' not in sys.modules, command\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0


def test_output_that_a_terminal_cannot_show_is_spelt_out(write_record: Write, tmp_path: Path) -> None:
    claim = 'printed: "2"\nunit: layers\nmeasure: 1 + 2\nnote: Not 2×1 – but 3.'
    path = write_record(tmp_path, "mine", {"no": claim})
    done = subprocess.run(
        [sys.executable, "-m", "cnnclaims", "verify", str(path)],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert rb"2\xd71" in done.stdout
    assert done.stderr == b""


def test_help_lists_every_command(run: Run) -> None:
    done = run("--help")
    assert done.status == 0
    for command in (
        "verify",
        "measure",
        "list",
        "show",
        "lineage",
        "bibtex",
        "lint",
        "schema",
        "site",
        "roofline",
    ):
        assert f"\n  {command} " in done.out
    assert run().status == 2
