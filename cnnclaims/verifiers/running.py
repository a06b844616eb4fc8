"""Answers expressions and checks: measures are read off traces here, traces and checks are made in worker processes.

No torch in this process. Each network is built and run once a run, however many expressions speak of it; a worker that dies, hangs or
exceeds its memory costs the questions that needed it, and nothing else.
"""

import contextlib
import itertools
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from cnnclaims.claims.language import NETWORK, Signature, evaluate
from cnnclaims.verifiers.catalogue import function, signatures
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.traced import Trace

TIME_LIMIT = 120.0  # seconds that one network or one check may take
START_LIMIT = 300.0  # seconds that a worker may take to import torch


class Failure(NamedTuple):
    """Why a question has no answer: our fault, never the paper's."""

    reason: str


Answer = Fraction | Found | Failure
Task = tuple[Any, ...]


class _TraceNeeded(Exception):
    def __init__(self, task: Task) -> None:
        self.task = task


class _Subject:
    """A network named in an expression; its traces arrive as workers make them."""

    def __init__(
        self, signature: Signature, traces: dict[Task, Trace | Failure], *args: Any, **kwargs: Any
    ) -> None:
        parameters = signature.parameters
        given = {p.name: value for p, value in zip(parameters, args, strict=False)} | kwargs
        self.name = signature.name
        self.arguments = {
            p.name: given[p.name] for p in parameters if p.name in given and repr(given[p.name]) != p.default
        }
        self.label = (
            f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"
        )
        self._traces = traces

    def traced(self, input: int | None = None) -> Trace:
        key = ("trace", self.label, input)
        if key not in self._traces:
            raise _TraceNeeded(("trace", self.name, self.arguments, input, self.label))
        found = self._traces[key]
        if isinstance(found, Failure):
            raise _Failed(found.reason)
        return found


class _Failed(Exception):
    pass


def answers(
    expressions: Iterable[str],
    checks: Iterable[str] = (),
    jobs: int = 1,
    time_limit: float = TIME_LIMIT,
) -> Iterator[tuple[str, Answer]]:
    """Each question with its answer, in the order in which they are settled. Checks are named, expressions are checked ones."""
    traces: dict[Task, Trace | Failure] = {}
    functions = _functions(traces)
    waiting: dict[Task, list[str]] = {}  # what is to be made -> the questions that need it
    tasks: dict[Task, Task] = {}

    def ask(expression: str) -> Iterator[tuple[str, Answer]]:
        try:
            yield expression, evaluate(expression, functions)
        except _TraceNeeded as needed:
            key = ("trace", needed.task[4], needed.task[3])
            waiting.setdefault(key, []).append(expression)
            if key not in tasks:
                tasks[key] = needed.task
                todo.append(key)
        except _Failed as failed:
            yield expression, Failure(str(failed))
        except Exception as error:  # a measure that cannot answer
            yield expression, Failure(f"{type(error).__name__}: {error}")

    todo: list[Task] = []
    for check in dict.fromkeys(checks):
        key = ("check", check)
        tasks[key] = key
        todo.append(key)
    for expression in dict.fromkeys(expressions):
        yield from ask(expression)
    with _Pool(jobs, time_limit) as pool:
        while todo or pool.busy:
            while todo and pool.idle(len(todo)):
                key = todo.pop(0)
                pool.start(key, tasks[key])
            key, result = pool.next()
            if key[0] == "check":
                yield key[1], result if isinstance(result, Failure) else Found(*result)
                continue
            traces[key] = result
            for expression in waiting.pop(key):
                yield from ask(expression)


def _functions(traces: dict[Task, Trace | Failure]) -> dict[str, Callable[..., Any]]:
    """Measures as they are, networks as subjects whose traces are asked for."""

    def subject(signature: Signature) -> Callable[..., _Subject]:
        return lambda *args, **kwargs: _Subject(signature, traces, *args, **kwargs)

    known = signatures()
    return {
        name: subject(signature) if signature.returns == NETWORK else function(name)
        for name, signature in known.items()
    }


class _Worker:
    """One worker process; a thread hands its results to the queue that all workers share."""

    def __init__(self, number: int, results: "queue.SimpleQueue[tuple[int, Any]]") -> None:
        self.number = number
        self.log = tempfile.TemporaryFile()
        command = [sys.executable, "-m", "cnnclaims.verifiers.worker"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            start_new_session=os.name == "posix",  # Ctrl-C is for the process that reports
        )
        self.task: Task | None = None
        self.ready = False
        self.deadline = time.monotonic() + START_LIMIT
        threading.Thread(target=self._listen, args=(results,), daemon=True).start()

    def _listen(self, results: "queue.SimpleQueue[tuple[int, Any]]") -> None:
        assert self.process.stdout
        try:
            while True:
                results.put((self.number, pickle.load(self.process.stdout)))
        except (EOFError, pickle.UnpicklingError, ValueError, OSError):
            results.put((self.number, ("died", None)))

    def send(self, task: Task) -> None:
        assert self.process.stdin
        with contextlib.suppress(OSError):  # it has died; the listener says so
            pickle.dump(task, self.process.stdin)
            self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def last_words(self) -> str:
        """How it ended: its signal or status, and the last line that it wrote to stderr."""
        status = self.process.wait()
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return how + (f": {lines[-1]}" if lines else "")


class _Pool:
    """At most `jobs` workers, started when there is work for them."""

    def __init__(self, jobs: int, time_limit: float) -> None:
        self.jobs = max(1, jobs)
        self.time_limit = time_limit
        self.workers: dict[int, _Worker] = {}
        self.numbers = itertools.count()
        self.results: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self.keys: dict[int, Task] = {}

    def __enter__(self) -> "_Pool":
        return self

    def __exit__(self, *exc: object) -> None:
        for worker in self.workers.values():
            worker.kill()

    @property
    def busy(self) -> bool:
        return any(worker.task is not None for worker in self.workers.values())

    def idle(self, waiting: int) -> bool:
        """Whether a task can be started now."""
        return len(self.workers) < self.jobs or any(worker.task is None for worker in self.workers.values())

    def start(self, key: Task, task: Task) -> None:
        free = [worker for worker in self.workers.values() if worker.task is None]
        worker = free[0] if free else self._new()
        self.keys[worker.number] = key
        worker.task = task
        if worker.ready:
            self._give(worker)

    def _new(self) -> _Worker:
        number = next(self.numbers)
        self.workers[number] = _Worker(number, self.results)
        return self.workers[number]

    def _give(self, worker: _Worker) -> None:
        assert worker.task is not None
        worker.deadline = time.monotonic() + self.time_limit
        worker.send(worker.task)

    def next(self) -> tuple[Task, Any]:
        """The next finished task: its key, and its result or a Failure."""
        while True:
            running = [worker for worker in self.workers.values() if worker.task is not None]
            patience = min(worker.deadline for worker in running) - time.monotonic()
            try:
                number, (kind, result) = self.results.get(timeout=max(0.0, patience))
            except queue.Empty:
                late = min(running, key=lambda worker: worker.deadline)
                limit = self.time_limit if late.ready else START_LIMIT
                return self._drop(late, f"took longer than {limit:g} seconds")
            worker = self.workers.get(number)
            if worker is None:
                continue  # the last words of one that was dropped
            if kind == "ready":
                worker.ready = True
                if worker.task is not None:
                    self._give(worker)
            elif kind == "died":
                if worker.task is not None:
                    return self._drop(worker, f"the process that measures died ({worker.last_words()})")
                worker.kill()
                del self.workers[number]
            else:
                worker.task = None
                return self.keys.pop(number), result if kind == "done" else Failure(result)

    def _drop(self, worker: _Worker, reason: str) -> tuple[Task, Failure]:
        worker.kill()
        del self.workers[worker.number]
        return self.keys.pop(worker.number), Failure(reason)
