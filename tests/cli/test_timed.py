"""What is timed, as a user asks for it: `verify --timing`, `measure` and `roofline`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.verifiers import outcome, running
from cnnclaims.verifiers.timing.reading import Reading
from cnnclaims.verifiers.timing.rounds import Spread

Run = Callable[..., Any]
Write = Callable[..., Path]


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
