"""How far a long run is, on standard error: a bar on a terminal, elsewhere a line every few seconds."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator

EVERY = 10.0  # seconds between two lines

Advance = Callable[[], None]


def progress(total: int, what: str, every: float = EVERY) -> contextlib.AbstractContextManager[Advance]:
    """A context that gives a function to call after each of `total` steps. Short runs leave nothing behind."""
    return _bar(total, what) if sys.stderr.isatty() else _lines(total, what, every)


@contextlib.contextmanager
def _bar(total: int, what: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


@contextlib.contextmanager
def _lines(total: int, what: str, every: float) -> Iterator[Advance]:
    done, start, over = 0, time.monotonic(), threading.Event()

    def advance() -> None:
        nonlocal done
        done += 1

    def tell() -> None:
        while not over.wait(every):
            seconds = time.monotonic() - start
            print(f"{done} of {total} {what} after {seconds:.0f} s", file=sys.stderr, flush=True)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield advance
    finally:
        over.set()
        thread.join()
