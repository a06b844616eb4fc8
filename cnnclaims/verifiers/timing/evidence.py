"""Asks a worker for the comparisons that claims name, one at a time, and dates what comes back. No torch here."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.faults import NotFound
from cnnclaims.claims.timings import Timing
from cnnclaims.verifiers.failure import Failure
from cnnclaims.verifiers.pool import Pool, Task

LEAST_LIMIT = 600.0  # seconds


def timed(
    claims: Iterable[Claim], device: str, threads: int, time_limit: float, made_with: Mapping[str, str]
) -> Iterator[tuple[Claim, Timing]]:
    """Each claim that names a comparison, with what this machine says of it. NotFound where it lacks the device.

    One worker makes one comparison at a time, for ten minutes at most or for the time limit where that is longer: what is timed on a busy
    machine takes longer than its budget. Claims that name the same one share it. Where a comparison fails the entry's verdict is
    `error`, with the reason as its sentence.
    """
    waiting: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.timing is not None:
            waiting.setdefault(claim.timing, []).append(claim)
    if not waiting:
        return
    with Pool(1, max(time_limit, LEAST_LIMIT)) as pool:
        name = _machine(pool, device, threads)
        for timing in waiting:
            task = ("timing", timing, device, threads)
            pool.add(task, task)
        while pool.busy:
            key, result = pool.next()
            for claim in waiting[key[1]]:
                yield claim, _entry(claim, result, name, device, threads, made_with)


def _machine(pool: Pool, device: str, threads: int) -> str:
    """The machine's full name; the worker starts here, so that a device that is missing is known before anything is timed."""
    task: Task = ("named", device, threads)
    pool.add(task, task)
    _, result = pool.next()
    if isinstance(result, Failure):
        reason = result.reason.partition(": ")[2] or result.reason  # without the exception's name
        raise NotFound("no-device", reason, "time on another device: --device cpu --threads 1")
    return str(result)


def _entry(
    claim: Claim,
    result: tuple[str, str] | Failure,
    machine: str,
    device: str,
    threads: int,
    made_with: Mapping[str, str],
) -> Timing:
    verdict, found = ("error", result.reason) if isinstance(result, Failure) else result
    where = f"--device {device}" + (f" --threads {threads}" if device == "cpu" else "")
    return {
        "timing": claim.timing,
        "verdict": verdict,
        "found": found,
        "device": machine,
        "date": datetime.date.today().isoformat(),
        "with": dict(made_with),
        "command": f"cnnclaims verify {claim.paper} --claim {claim.id} {where}",
    }
