"""What one network or one check may do to a run: nothing but lose its own answer."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnclaims.claims.language import NETWORK, Parameter, Signature
from cnnclaims.verifiers import pool, running
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.failure import LONGEST, Failure, failure
from cnnclaims.verifiers.running import Answer, answers

WORKER = str(Path(__file__).with_name("misbehaving_worker.py"))
NETWORKS = "sound raises says_nothing leaves exits killed hangs hungry talkative curious babbles".split()
WIDTH = Parameter("width", frozenset({"float"}), (), "1.0")
linux_only = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


def misbehave(patch: pytest.MonkeyPatch, notes: Path) -> None:
    """Have workers know the networks of misbehaving_worker.py, and expressions too."""
    known = running.signatures() | {name: Signature(name, (), NETWORK) for name in NETWORKS}
    known["counted"] = Signature("counted", (WIDTH,), NETWORK)
    patch.setattr(running, "signatures", lambda: known)
    patch.setattr(pool, "COMMAND", (sys.executable, "-P", WORKER, str(notes)))


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "notes"


@pytest.fixture(scope="module")
def bad_run(notes: Path) -> dict[str, Answer]:
    """One run of everything that can go wrong, with sound questions between."""
    expressions = [f"params({name}())" for name in NETWORKS]
    expressions += ["macs(sound())", "macs(sound()) / params(raises())", "params(raises()) + params(sound())"]
    expressions += ["params(sound(), part='nowhere')", "1 / 0", "2 * 3"]
    checks = ["misbehaving.holds", "misbehaving.check_raises", "misbehaving.missing"]
    with pytest.MonkeyPatch.context() as patch:
        misbehave(patch, notes)
        return dict(answers(expressions, checks, jobs=2, time_limit=2.0))


def reason(answer: Answer) -> str:
    assert isinstance(answer, Failure)
    return answer.reason


def test_every_question_is_answered_once(bad_run: dict[str, Answer]) -> None:
    assert len(bad_run) == len(NETWORKS) + 6 + 3


def test_sound_questions_are_answered_beside_those_that_fail(bad_run: dict[str, Answer]) -> None:
    assert bad_run["params(sound())"] == 16
    assert bad_run["macs(sound())"] == 3 * 4 * 64
    assert bad_run["2 * 3"] == 6


def test_what_a_check_hands_back_arrives_as_plain_data(bad_run: dict[str, Answer]) -> None:
    found = bad_run["misbehaving.holds"]
    assert found == Found(True, "a check may hand back a tensor")
    assert isinstance(found, Found)
    assert type(found.holds) is bool


def test_what_a_builder_raises_is_the_reason_in_one_line(bad_run: dict[str, Answer]) -> None:
    assert reason(bad_run["params(raises())"]) == "ValueError: width is -1"
    assert reason(bad_run["params(says_nothing())"]) == "ValueError"
    assert reason(bad_run["params(leaves())"]) == "SystemExit: enough"


def test_what_needs_a_failed_network_has_its_reason(bad_run: dict[str, Answer]) -> None:
    assert bad_run["macs(sound()) / params(raises())"] == bad_run["params(raises())"]
    assert bad_run["params(raises()) + params(sound())"] == bad_run["params(raises())"]


def test_what_a_measure_raises_is_the_reason(bad_run: dict[str, Answer]) -> None:
    assert "has no part 'nowhere'" in reason(bad_run["params(sound(), part='nowhere')"])
    assert reason(bad_run["1 / 0"]).startswith("ZeroDivisionError: ")


def test_a_network_that_ends_its_process_costs_only_its_own_question(bad_run: dict[str, Answer]) -> None:
    died = "the process that measures died"
    assert reason(bad_run["params(exits())"]) == f"{died} (exit status 3: the disk is gone)"
    assert reason(bad_run["params(killed())"]).startswith(f"{died} (Killed")


def test_a_network_that_hangs_is_given_up_and_named(bad_run: dict[str, Answer]) -> None:
    assert reason(bad_run["params(hangs())"]) == "hangs() took longer than 2 seconds"


@linux_only
def test_a_network_that_hangs_leaves_no_process_behind(bad_run: dict[str, Answer], notes: Path) -> None:
    pids = notes.read_text().split()
    assert len(pids) == 2
    assert not [pid for pid in pids if is_alive(int(pid))]


@linux_only  # elsewhere the system takes no notice of the limit
def test_a_network_that_eats_memory_is_stopped_at_the_limit(bad_run: dict[str, Answer]) -> None:
    assert reason(bad_run["params(hungry())"]) == "MemoryError"


def test_what_a_network_prints_or_reads_touches_no_other(bad_run: dict[str, Answer]) -> None:
    assert bad_run["params(talkative())"] == 16
    assert bad_run["params(curious())"] == 16


def test_what_is_no_result_is_an_answer_that_never_came(bad_run: dict[str, Answer]) -> None:
    assert "sent what is no result" in reason(bad_run["params(babbles())"])


def test_a_check_that_raises_or_is_missing_has_a_reason(bad_run: dict[str, Answer]) -> None:
    assert reason(bad_run["misbehaving.check_raises"]) == "RuntimeError: no such data"
    assert reason(bad_run["misbehaving.missing"]).startswith("KeyError")


def test_a_network_is_built_once_however_many_expressions_speak_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehave(monkeypatch, tmp_path / "notes")
    same = ["params(counted())", "macs(counted())", "depth(counted(width=1))", "params(counted(1.0)) / 2"]
    two = ["macs(counted(), input=32)", "params(counted()) / macs(counted(width=0.5))"]
    one = dict(answers([*same, *two, *same]))
    both = dict(answers([*two, *reversed(same)], jobs=2))
    assert one == both
    assert one["params(counted()) / macs(counted(width=0.5))"] == one["params(counted())"] / (3 * 4 * 64)
    built = (tmp_path / "notes").read_text().splitlines()
    # twice at the paper's input, which both runs need, and once more for the other input
    assert sorted(built) == 2 * ["built with 0.5"] + 4 * ["built with 1.0"]


def test_a_worker_that_is_no_program_fails_every_question_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "COMMAND", ("/nowhere/python",))
    found = dict(answers(["params(resnet18())", "1 + 1", "params(vgg16())"], ["lenet.map_pairs"], jobs=2))
    assert found.pop("1 + 1") == 2
    assert len(found) == 3
    for answer in found.values():
        assert reason(answer).startswith("the process that measures cannot be started: ")


def test_a_worker_that_dies_at_the_start_is_not_tried_again_for_every_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    program = f"open({str(starts)!r}, 'a').write('x'); raise SystemExit('no torch here')"
    monkeypatch.setattr(pool, "COMMAND", (sys.executable, "-S", "-c", program))
    found = dict(answers([f"params(conv(1, {n}, 1, 1))" for n in range(1, 101)], jobs=2))
    expected = "the process that measures cannot be started (exit status 1: no torch here)"
    assert found.keys() == {f"params(conv(1, {n}, 1, 1))" for n in range(1, 101)}
    assert {reason(answer) for answer in found.values()} == {expected}
    assert len(starts.read_text()) <= 2


def test_a_worker_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "START_LIMIT", 0.2)
    monkeypatch.setattr(pool, "COMMAND", (sys.executable, "-S", "-c", "import time; time.sleep(600)"))
    found = dict(answers(["params(resnet18())", "params(vgg16())"]))
    assert len(found) == 2
    assert all("it took longer than 0.2 seconds" in reason(answer) for answer in found.values())


def test_where_the_second_worker_cannot_start_the_first_does_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    only_one = f"import sys; open({str(tmp_path / 'lock')!r}, 'x'); {pool.START}"
    monkeypatch.setattr(pool, "COMMAND", (sys.executable, "-P", "-c", only_one, pool.ROOT))
    expected = {f"params(conv(1, {n}, 1, 1))": n for n in range(1, 5)}
    assert dict(answers(expected, jobs=2)) == expected


def test_nothing_in_the_current_directory_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("torch", "cnnclaims", "pickle", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('from here')")
    monkeypatch.chdir(tmp_path)
    assert dict(answers(["params(conv(1, 2, 1, 1))"])) == {"params(conv(1, 2, 1, 1))": 2}


def test_expressions_without_networks_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "COMMAND", None)
    assert dict(answers(["1 - 6.67 / 15.3", "2 ** 10"]))["2 ** 10"] == 1024


@linux_only
def test_a_run_that_is_left_in_the_middle_leaves_no_process_behind() -> None:
    before = children(os.getpid())
    run = answers(
        ["1 + 1", "params(conv(1, 2, 1, 1))", "params(conv_stack(8, 3, 10000000, 32))"], time_limit=60
    )
    assert [next(run), next(run)] == [("1 + 1", 2), ("params(conv(1, 2, 1, 1))", 2)]
    begun = set(children(os.getpid())) - set(before)
    assert len(begun) == 1
    run.close()
    assert not [pid for pid in begun if is_alive(pid)]


@linux_only
def test_a_worker_ends_with_the_process_that_started_it_whatever_it_is_at() -> None:
    program = (
        "from cnnclaims.verifiers.running import answers\n"
        "for answer in answers(['params(conv(1, 2, 1, 1))', 'params(conv_stack(8, 3, 10000000, 32))']):\n"
        "    print(answer, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # from here on the worker is at the long one
        workers = children(process.pid)
        assert workers
        process.kill()
    deadline = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in workers if is_alive(pid)]


def test_what_is_timed_is_timed_last_and_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    beside: dict[object, list[str]] = {}

    class Watched(pool.Pool):
        def add(self, key: pool.Task, task: pool.Task) -> None:
            beside[key[1]] = [str(worker.key) for worker in self._running()] + [
                str(k) for k, _ in self.waiting
            ]
            super().add(key, task)

    monkeypatch.setattr(running, "Pool", Watched)
    layers = [f"conv(1, {n}, 1, 1)" for n in range(1, 4)]
    memory = [f"peak_memory({layer})" for layer in layers]
    readings: running.Readings = {}
    found = dict(answers([*memory, "params(conv(1, 9, 1, 1))"], jobs=2, readings=readings))
    timed = list(beside)[1:]
    assert len(timed) == len(layers)
    assert [beside[key] for key in timed] == [[]] * len(layers)
    assert found["params(conv(1, 9, 1, 1))"] == 9
    assert [found[one] for one in memory] == [
        4 * (1 + n + n) for n in range(1, 4)
    ]  # one value, n weights, n values
    assert readings.keys() == set(memory)


def test_a_measurement_is_made_once_however_many_expressions_ask_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    added: list[pool.Task] = []

    class Watched(pool.Pool):
        def add(self, key: pool.Task, task: pool.Task) -> None:
            added.append(key)
            super().add(key, task)

    monkeypatch.setattr(running, "Pool", Watched)
    once = "peak_memory(conv(1, 2, 1, 1))"
    readings: running.Readings = {}
    found = dict(
        answers(
            [once, f"2 * {once}", f"{once} / params(conv(1, 2, 1, 1))", f"{once} + {once}"], readings=readings
        )
    )
    assert [len(readings[one]) for one in found] == [1] * 4
    assert found == {
        once: 20, f"2 * {once}": 40, f"{once} / params(conv(1, 2, 1, 1))": 10, f"{once} + {once}": 40
    }  # fmt: skip
    assert [key[0] for key in added].count("timed") == 1


def test_a_trace_has_no_time() -> None:
    from cnnclaims.verifiers.measures.speed import latency
    from cnnclaims.verifiers.traced import Trace

    with pytest.raises(TypeError, match="a trace has no time"):
        latency(Trace("made_up", (1, 1, 1), {}, (), ()))


def test_no_thread_is_left_of_a_run() -> None:
    assert not [thread for thread in threading.enumerate() if "_listen" in thread.name]


def test_a_reason_fits_on_a_line_of_a_terminal() -> None:
    assert failure(ValueError("red \x1b[31m\x07")).reason == "ValueError: red �[31m�"
    assert len(failure(ValueError("x" * 10_000)).reason) == LONGEST


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    return [int(child) for child in children_text(pid)]


def children_text(pid: int) -> Iterator[str]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from (task / "children").read_text().split()
