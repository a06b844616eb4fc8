"""The process that builds networks and runs checks, apart from the one that talks to the user.

Started as `python -m cnnclaims.verifiers.worker`. It reads pickled tasks from standard input and writes pickled results to standard output:
("trace", name, arguments, input) gives a `Trace`, ("check", name) gives a `Found`. A task that kills it costs its own verdict only.
"""

import contextlib
import os
import pickle
import sys
from typing import Any, BinaryIO

MEMORY_LIMIT = 16 * 2**30  # bytes of address space; networks are built with memory reserved and never touched


def main() -> None:
    """Serve tasks until the input ends."""
    tasks = os.fdopen(os.dup(0), "rb")
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a verifier prints must not fall among the results
    import torch

    torch.set_num_threads(1)
    _limit_memory(torch.version.cuda is not None)
    _send(results, ("ready", None))
    while True:
        try:
            task = pickle.load(tasks)
        except EOFError:
            return
        _send(results, _run(task))


def _send(stream: BinaryIO, message: tuple[str, Any]) -> None:
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _limit_memory(cuda: bool) -> None:
    if cuda:  # the driver reserves address space by the terabyte
        return
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _run(task: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "done", _check(*task[1:]) if task[0] == "check" else _trace(*task[1:])
    except Exception as error:  # whatever a verifier raises is this task's result
        return "failed", f"{type(error).__name__}: {error}"


def _trace(name: str, arguments: dict[str, Any], input: int | None, label: str) -> Any:
    from cnnclaims.verifiers.catalogue import function
    from cnnclaims.verifiers.trace import trace, uninitialised

    build = function(name)
    with uninitialised():
        network = build(**arguments)
    return trace(network, input, label)


def _check(name: str) -> Any:
    from cnnclaims.verifiers.catalogue import check_function

    return tuple(check_function(name)())


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)
