"""Comparisons that claims name: asked one at a time, dated, kept beside the verdicts and never held against a run."""

import json
from pathlib import Path

import pytest

from cnnclaims import report
from cnnclaims.claims import timings
from cnnclaims.claims.faults import NotFound
from cnnclaims.claims.loading import load_file
from cnnclaims.claims.timings import current, merged, sentence, wrong
from cnnclaims.verifiers import outcome
from cnnclaims.verifiers.failure import Failure
from cnnclaims.verifiers.outcome import fails, prepare, settle, settle_timings, update
from cnnclaims.verifiers.timing import evidence
from cnnclaims.verifiers.timing.evidence import timed

ONE, OTHER = "timing_convolutions.splitting_7x7", "timing_convolutions.pointwise_against_3x3"
FASTER = f"printed: faster\nunit: x\nopen: {{needs-hardware: A telephone.}}\ntiming: {ONE}"
PLAIN = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'
ENTRY = {
    "timing": ONE,
    "verdict": "supported",
    "found": "a takes 2.00 times as long as b",
    "device": "A processor, 1 thread",
    "date": "2026-01-02",
    "command": "cnnclaims verify p",
    "runs": {"supported": 1},
}


class Worker:
    """Stands for the pool of worker processes: answers the tasks from a dictionary, in order, and notes how it was asked."""

    def __init__(self, answers):
        self.answers, self.asked, self.waiting, self.jobs = answers, [], [], None

    def __call__(self, jobs, time_limit):
        self.jobs, self.time_limit = jobs, time_limit
        return self

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None

    def add(self, key, task):
        self.waiting.append((key, task))

    @property
    def busy(self):
        return bool(self.waiting)

    def next(self):
        key, task = self.waiting.pop(0)
        self.asked.append(task)
        return key, self.answers[task[0] if task[0] == "named" else task[1]]


@pytest.fixture
def worker(monkeypatch):
    """Puts made-up answers in the place of a worker process."""

    def put(**answers):
        made_up = Worker({"named": "A processor, 1 thread"} | answers)
        monkeypatch.setattr(evidence, "Pool", made_up)
        return made_up

    return put


@pytest.fixture
def record(write_record, tmp_path):
    """A record with these claims."""

    def write(**claims):
        return load_file(
            write_record(tmp_path, "p", {key.replace("_", "-"): text for key, text in claims.items()})
        )

    return write


def ask(record, **options):
    options = {"device": "cpu", "threads": 1, "time_limit": 5.0, "made_with": {"torch": "9.9"}} | options
    return list(timed(record.claims_in_order(), **options))


# -- asking ----------------------------------------------------------------------------------------------------------------------


def test_an_entry_says_what_was_found_where_when_and_by_which_command(worker, record):
    worker(**{ONE: ("supported", "a is slower")})
    [(claim, entry)] = ask(record(a=FASTER))
    assert claim.id == "a"
    assert entry["date"].count("-") == 2
    assert entry | {"date": ""} == {
        "timing": ONE,
        "verdict": "supported",
        "found": "a is slower",
        "device": "A processor, 1 thread",
        "date": "",
        "with": {"torch": "9.9"},
        "command": "cnnclaims verify p --claim a --device cpu --threads 1",
    }


def test_one_worker_makes_each_comparison_once_for_all_claims_that_name_it(worker, record):
    made_up = worker(**{ONE: ("supported", "so"), OTHER: ("undecided", "perhaps")})
    found = ask(record(a=FASTER, b=PLAIN, c=FASTER.replace(ONE, OTHER), d=FASTER))
    assert {claim.id: entry["verdict"] for claim, entry in found} == {
        "a": "supported",
        "c": "undecided",
        "d": "supported",
    }
    assert made_up.jobs == 1
    assert made_up.asked == [("named", "cpu", 1), ("timing", ONE, "cpu", 1), ("timing", OTHER, "cpu", 1)]


def test_where_no_claim_names_a_comparison_no_worker_starts(worker, record):
    made_up = worker()
    assert ask(record(b=PLAIN)) == []
    assert made_up.jobs is None


def test_a_device_that_is_missing_is_told_before_anything_is_timed(worker, record):
    made_up = worker(named=Failure("NoDevice: no CUDA device: none here"))
    with pytest.raises(NotFound, match="no-device") as told:
        ask(record(a=FASTER), device="cuda")
    assert str(told.value).startswith("no-device: no CUDA device: none here\n")
    assert "--device cpu" in str(told.value)
    assert made_up.asked == [("named", "cuda", 1)]


def test_a_gpu_has_no_threads_in_its_command(worker, record):
    worker(**{ONE: ("supported", "so"), "named": "A GPU"})
    [(_, entry)] = ask(record(a=FASTER), device="cuda")
    assert entry["command"].endswith("--device cuda")


def test_a_comparison_that_fails_is_an_error_with_its_reason(worker, record):
    worker(**{ONE: Failure("it took longer than 5 seconds")})
    [(_, entry)] = ask(record(a=FASTER))
    assert (entry["verdict"], entry["found"]) == ("error", "it took longer than 5 seconds")


# -- a run with timings ------------------------------------------------------------------------------------------------------------


def run(record, timing=True):
    [result] = prepare([record])
    assert settle([result], jobs=1)
    if timing:
        assert settle_timings([result], "cpu", 1)
    return result


def kept(record):
    return json.loads(outcome.verdict_path(record).read_text())


def test_a_timed_claim_keeps_its_verdict_and_the_timing_stands_beside_it(worker, record):
    worker(**{ONE: ("supported", "a is slower")})
    result = run(record(a=FASTER, b=PLAIN))
    assert result.verdicts["a"]["verdict"] == "open"
    assert not result.findings
    update(result)
    found = kept(result.record)
    assert found["claims"]["a"]["open"] == {"needs-hardware": "A telephone."}
    assert [entry["found"] for entry in found["timings"]["a"]] == ["a is slower"]
    assert found["timings"].keys() == {"a"}


def test_a_timing_that_changes_is_no_finding(worker, record):
    worker(**{ONE: ("supported", "a is slower")})
    update(run(record(a=FASTER)))
    worker(**{ONE: ("not supported", "a is faster")})
    result = run(record(a=FASTER))
    assert not result.findings
    assert not fails([result], updated=False)
    assert [entry["verdict"] for entry in result.timings["a"]] == ["undecided"]
    assert result.timings["a"][0]["runs"] == {"supported": 1, "not supported": 1}


def test_a_run_that_times_nothing_keeps_what_was_recorded_word_for_word(worker, record):
    worker(**{ONE: ("supported", "a is slower")})
    update(run(record(a=FASTER)))
    before = kept(record(a=FASTER))["timings"]
    update(run(record(a=FASTER, b=PLAIN), timing=False))
    assert kept(record(a=FASTER, b=PLAIN))["timings"] == before


def test_a_new_timing_alone_is_written(worker, record):
    update(run(record(a=FASTER), timing=False))
    assert "timings" not in kept(record(a=FASTER))
    worker(**{ONE: ("supported", "a is slower")})
    assert update(run(record(a=FASTER))) is not None
    assert "timings" in kept(record(a=FASTER))


def test_evidence_of_another_comparison_or_of_a_claim_that_is_gone_is_dropped(worker, record):
    worker(**{ONE: ("supported", "so")})
    update(run(record(a=FASTER, b=FASTER)))
    changed = record(a=FASTER.replace(ONE, OTHER), c=PLAIN)
    result = run(changed, timing=False)
    assert result.timings == {}
    update(result)
    assert "timings" not in kept(changed)


@pytest.mark.parametrize("word", ["open", "error"])
def test_what_could_not_be_measured_is_shown_and_not_kept(worker, record, word):
    worker(**{ONE: ("open", "no counter") if word == "open" else Failure("no counter")})
    result = run(record(a=FASTER))
    [line] = report.timing_lines(result)
    assert line.endswith(f"{word}. no counter")
    update(result)
    assert "timings" not in kept(result.record)


def test_a_comparison_that_fails_fails_the_run_and_an_open_one_does_not(worker, record):
    worker(**{ONE: ("open", "no counter")})
    assert not fails([run(record(a=FASTER))], updated=False)
    worker(**{ONE: Failure("ValueError: ours")})
    assert fails([run(record(a=FASTER))], updated=True)


def test_ctrl_c_keeps_the_comparisons_that_are_done(worker, record, monkeypatch):
    def interrupted(claims, *others):
        yield next(iter(claims)), new()
        raise KeyboardInterrupt

    [result] = prepare([record(a=FASTER, b=FASTER)])
    monkeypatch.setattr(outcome, "timed", interrupted)
    assert not settle_timings([result], "cpu", 1)
    assert result.timings == {"a": [ENTRY]}


# -- entries ----------------------------------------------------------------------------------------------------------------------


def new(verdict="supported", **more):
    """An entry as a run makes it, which counts no runs yet."""
    return {key: value for key, value in ENTRY.items() if key != "runs"} | {"verdict": verdict, **more}


def test_a_device_has_one_entry_and_another_device_its_own():
    [again] = merged([ENTRY], new(date="2026-02-03"))
    assert (again["date"], again["runs"]) == ("2026-02-03", {"supported": 2})
    assert [one["device"] for one in merged([ENTRY], new(device="A GPU"))] == [
        "A GPU",
        "A processor, 1 thread",
    ]


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (["supported"], "supported"),
        (["undecided", "supported", "supported"], "supported"),
        (["supported", "undecided"], "undecided"),
        (["not supported", "not supported", "undecided"], "not supported"),
        (["supported", "supported", "supported", "not supported"], "undecided"),
        (["undecided", "undecided"], "undecided"),
    ],
)
def test_the_verdict_is_what_most_runs_said_and_undecided_where_two_contradict(verdicts, whole):
    entries = []
    for verdict in verdicts:
        entries = merged(entries, new(verdict))
    [entry] = entries
    assert entry["verdict"] == whole
    assert sum(entry["runs"].values()) == len(verdicts)
    assert entry["runs"] == {word: verdicts.count(word) for word in timings.EVIDENCE if word in verdicts}


@pytest.mark.parametrize("word", ["open", "error"])
def test_a_run_that_could_not_be_made_takes_nothing_from_earlier_ones(word):
    failed = new(word, found="no counter")
    assert merged([ENTRY], failed) == [ENTRY, failed]


def test_an_entry_of_another_comparison_is_not_current(record):
    [claim] = record(a=FASTER).claims_in_order()
    assert current(claim, {"a": [ENTRY, ENTRY | {"timing": OTHER}]}) == [ENTRY]
    [plain] = record(a=PLAIN).claims_in_order()
    assert current(plain, {"a": [ENTRY]}) == []


def test_an_entry_is_told_with_its_device_and_date():
    said = "On A processor, 1 thread (2026-01-02): supported. a takes 2.00 times as long as b"
    assert sentence(ENTRY) == said
    often = ENTRY | {"runs": {"supported": 2, "undecided": 1}}
    assert sentence(often) == said.replace("supported.", "supported, as in 2 of 3 runs.")


def test_sound_entries_have_nothing_wrong():
    assert wrong({"a": [ENTRY | {"verdict": word} for word in timings.EVIDENCE]}) == ""
    assert wrong({}) == ""


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "expected a mapping under `timings`"),
        ({"a": {}}, "expected a list under `timings` of 'a'"),
        ({"a": ["x"]}, "in each entry of `timings` of 'a'"),
        ({"a": [{**ENTRY, "date": 3}]}, "timing, verdict, found, device, date, command in each entry"),
        (
            {"a": [{key: value for key, value in ENTRY.items() if key != "device"}]},
            "in each entry of `timings`",
        ),
        ({"a": [new()]}, "expected the number of runs for supported, not supported, undecided under `runs`"),
        ({"a": [ENTRY | {"runs": {"open": 1}}]}, "expected the number of runs"),
        ({"a": [ENTRY | {"runs": {"supported": "many"}}]}, "expected the number of runs"),
        ({"a": [ENTRY | {"verdict": "reproduced"}]}, "expected one of supported, .* found 'reproduced'"),
    ],
)
def test_entries_that_readers_would_stumble_over_are_refused(entries, said, tmp_path):
    import re

    from cnnclaims.claims.verdicts import VerdictFileError, load_verdict_file

    assert re.search(said, wrong(entries))
    path = Path(tmp_path) / "p.json"
    path.write_text(json.dumps({"paper": "p", "claims": {}, "timings": entries}))
    with pytest.raises(VerdictFileError, match="cnnclaims verify p --update"):
        load_verdict_file(path)
