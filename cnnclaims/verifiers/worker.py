"""The process that builds networks and runs checks, apart from the one that talks to the user.

`pool.py` starts it. It reads pickled tasks from standard input and writes pickled results to standard output: ("trace", name, arguments,
input, label) gives a `Trace`, ("check", name) what a `Found` is made of, ("timed", ...)
a `Reading`, ("timing", name, device, threads) a verdict and a sentence, ("named", device, threads) the machine's full name. A task
that kills it costs its own verdict only.
"""

import contextlib
import gc
import os
import pickle
import queue
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from cnnclaims.verifiers.failure import failure

# Bytes of data, reserved ones too: networks are built with memory that is reserved and never touched.
MEMORY_LIMIT = 16 * 2**30
FILE_LIMIT = 2**28  # bytes that a file may grow to, such as the one that takes what a verifier prints


def main() -> None:
    """Serve tasks until the input ends."""
    tasks = os.fdopen(os.dup(0), "rb")
    results = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)  # a verifier that reads must not take the next task
    os.dup2(2, 1)  # whatever a verifier prints must not fall among the results
    inbox: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(tasks, inbox), daemon=True).start()
    import torch

    torch.set_num_threads(1)
    gc.freeze()  # torch alone is half a million objects that the collector need not walk through again and again
    _limit()
    with contextlib.suppress(BrokenPipeError):
        _send(results, ("ready", None))
        while True:
            _send(results, _run(inbox.get()))


def _receive(tasks: BinaryIO, inbox: "queue.SimpleQueue[tuple[Any, ...]]") -> None:
    """Hand tasks on. With the process that sends them this one ends too, whatever it is at."""
    try:
        while True:
            inbox.put(pickle.load(tasks))
    except EOFError:
        os._exit(0)


def _send(stream: BinaryIO, message: tuple[str, Any]) -> None:
    stream.write(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    stream.flush()


def _limit() -> None:
    with contextlib.suppress(ImportError):  # not on Windows
        import resource

        # Data and not address space, of which the driver of a GPU reserves more than there is.
        for limit, most in ((resource.RLIMIT_DATA, MEMORY_LIMIT), (resource.RLIMIT_FSIZE, FILE_LIMIT)):
            with contextlib.suppress(ValueError, OSError):  # a lower limit stands already
                resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))


def _run(task: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "done", TASKS[task[0]](*task[1:])
    except (Exception, SystemExit) as error:  # whatever a verifier raises is this task's result
        return "failed", failure(error).reason


def _trace(name: str, arguments: dict[str, Any], input: int | None, label: str) -> Any:
    from cnnclaims.verifiers.catalogue import function
    from cnnclaims.verifiers.trace import trace, uninitialised

    build = function(name)
    with uninitialised():
        network = build(**arguments)
    return trace(network, input, label)


def _check(name: str) -> tuple[bool, str, bool, bool]:
    from cnnclaims.verifiers.catalogue import check_function

    holds, found, scaled_down, own_word = check_function(name)()
    # Plain data: a tensor would bring torch to the other side.
    return bool(holds), str(found), bool(scaled_down), bool(own_word)


def _timed(what: str, subjects: list[Any], device: str, threads: int, batch: int, input: int | None) -> Any:
    from cnnclaims.verifiers.timing.machine import Machine
    from cnnclaims.verifiers.timing.measuring import measure

    return measure(what, subjects, Machine(device, threads), batch, input)


def _timing(name: str, device: str, threads: int) -> Any:
    from cnnclaims.verifiers.timing.contest import decide
    from cnnclaims.verifiers.timing.machine import Machine

    return decide(name, Machine(device, threads))


def _roofline(
    name: str,
    arguments: dict[str, Any],
    label: str,
    device: str,
    threads: int,
    batch: int,
    input: int | None,
) -> Any:
    from cnnclaims.verifiers.timing.machine import Machine
    from cnnclaims.verifiers.timing.roofline import roofline

    return roofline(name, arguments, label, Machine(device, threads), batch, input)


def _named(device: str, threads: int) -> str:
    from cnnclaims.verifiers.timing.machine import Machine, expect

    machine = Machine(device, threads)
    expect(machine)
    return machine.name


TASKS: dict[str, Callable[..., Any]] = {
    "check": _check,
    "named": _named,
    "roofline": _roofline,
    "timed": _timed,
    "timing": _timing,
    "trace": _trace,
}
