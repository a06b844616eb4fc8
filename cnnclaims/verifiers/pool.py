"""Worker processes: started when there is work for them, watched while they are at it, ended with the run. No torch here."""

import contextlib
import itertools
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from cnnclaims.verifiers.failure import Failure

TIME_LIMIT = 120.0  # seconds that one network or one check may take
START_LIMIT = 300.0  # seconds that a worker may take to import torch

# A worker imports the package from where this process has it, and nothing from the current directory (-P).
ROOT = str(Path(__file__).resolve().parents[2])
START = "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); from cnnclaims.verifiers.worker import main; main()"
COMMAND = (sys.executable, "-P", "-c", START, ROOT)

Task = tuple[Any, ...]
Results = queue.SimpleQueue[tuple[int, tuple[str, Any]]]  # (worker's number, (kind, what it sent))


class _Worker:
    """One worker process; a thread hands what it sends to the queue that all workers share."""

    def __init__(self, number: int, results: Results) -> None:
        self.number = number
        self.key: Task | None = None
        self.task: Task | None = None
        self.ready = False
        self.log = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
                start_new_session=os.name == "posix",  # Ctrl-C is for the process that reports
            )
        except BaseException:
            self.log.close()
            raise
        self.deadline = time.monotonic() + START_LIMIT
        self.listener = threading.Thread(target=self._listen, args=(results,), daemon=True)
        self.listener.start()

    def _listen(self, results: Results) -> None:
        assert self.process.stdout
        try:
            while True:
                results.put((self.number, pickle.load(self.process.stdout)))
        except Exception:  # the end, or something that is no result
            results.put((self.number, ("died", None)))

    def take(self, key: Task, task: Task, time_limit: float) -> None:
        """Begin a task, or keep it until the process is ready."""
        self.key, self.task = key, task
        if self.ready:
            self.send(time_limit)

    def send(self, time_limit: float) -> None:
        """Send the task; its time begins."""
        assert self.process.stdin
        self.deadline = time.monotonic() + time_limit
        with contextlib.suppress(OSError):  # it has died; the listener says so
            pickle.dump(self.task, self.process.stdin)
            self.process.stdin.flush()

    def last_words(self) -> str:
        """How it ended: its signal or status, and the last line that it wrote to stderr."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        status = self.process.poll()
        if status is None:
            return "it sent what is no result"
        how = f"exit status {status}" if status >= 0 else signal.strsignal(-status) or f"signal {-status}"
        size = self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, size - 2000))
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return how + (f": {lines[-1]}" if lines else "")

    def stop(self) -> None:
        """End the process and whatever it has started."""
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        self.listener.join(timeout=5)
        for stream in (self.process.stdin, self.process.stdout, self.log):
            if stream and not (stream is self.process.stdout and self.listener.is_alive()):
                with contextlib.suppress(OSError):
                    stream.close()


class Pool:
    """At most `jobs` workers, and the tasks that wait for them."""

    def __init__(self, jobs: int, time_limit: float) -> None:
        self.jobs = max(1, jobs)
        self.time_limit = time_limit
        self.waiting: deque[tuple[Task, Task]] = deque()
        self.workers: dict[int, _Worker] = {}
        self.numbers = itertools.count()
        self.results: Results = queue.SimpleQueue()
        self.broken = ""  # why no worker can be started any more

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *exc: object) -> None:
        for worker in self.workers.values():
            worker.stop()

    def add(self, key: Task, task: Task) -> None:
        """Have a task done; `next` will give the key back with the result."""
        self.waiting.append((key, task))
        self._assign()

    @property
    def busy(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self.waiting or self._running())

    def next(self) -> tuple[Task, Any]:
        """The next settled task: its key, and its result or a Failure."""
        while True:
            self._assign()
            if self.waiting and not self.workers:
                return self.waiting.popleft()[0], Failure(self.broken)
            late = min(self._running(), key=lambda worker: worker.deadline)
            try:
                number, message = self.results.get(timeout=max(0.0, late.deadline - time.monotonic()))
            except queue.Empty:
                settled = self._late(late)
            else:
                worker = self.workers.get(number)
                # None: the last words of one that was dropped
                settled = self._heard(worker, *message) if worker is not None else None
            if settled is not None:
                self._assign()  # what settles it goes on working while the answer is looked at
                return settled

    def _running(self) -> list[_Worker]:
        return [worker for worker in self.workers.values() if worker.key is not None]

    def _assign(self) -> None:
        while self.waiting and (worker := self._free()) is not None:
            worker.take(*self.waiting.popleft(), self.time_limit)

    def _free(self) -> _Worker | None:
        """A worker with nothing to do, a new one if need be."""
        for worker in self.workers.values():
            if worker.key is None:
                return worker
        if self.broken or len(self.workers) >= self.jobs:
            return None
        number = next(self.numbers)
        try:
            self.workers[number] = _Worker(number, self.results)
        except OSError as error:
            self.broken = f"the process that measures cannot be started: {error}"
            return None
        return self.workers[number]

    def _heard(self, worker: _Worker, kind: str, result: Any) -> tuple[Task, Any] | None:
        """What follows from a worker's message: a settled task or nothing."""
        if kind == "ready":
            worker.ready = True
            if worker.key is not None:
                worker.send(self.time_limit)
            return None
        if kind == "died":
            how = worker.last_words()
            if worker.ready:
                return self._drop(worker, f"the process that measures died ({how})")
            self._not_started(worker, how)
            return None
        key, worker.key, worker.task = worker.key, None, None
        return (key, result if kind == "done" else Failure(result)) if key is not None else None

    def _late(self, worker: _Worker) -> tuple[Task, Any] | None:
        if worker.ready:
            assert worker.key is not None
            return self._drop(worker, f"{worker.key[1]} took longer than {self.time_limit:g} seconds")
        self._not_started(worker, f"it took longer than {START_LIMIT:g} seconds")
        return None

    def _not_started(self, worker: _Worker, how: str) -> None:
        """The task is not to blame and waits for another worker; where there is none, `next` gives up on it."""
        assert worker.key is not None
        assert worker.task is not None
        self.broken = f"the process that measures cannot be started ({how})"
        self.waiting.appendleft((worker.key, worker.task))
        self._drop(worker, self.broken)

    def _drop(self, worker: _Worker, reason: str) -> tuple[Task, Failure] | None:
        worker.stop()
        del self.workers[worker.number]
        return (worker.key, Failure(reason)) if worker.key is not None else None
