"""What machines said of the claims that name a comparison under `timing`: evidence beside the verdicts, and no part of them.

An entry is plain data under `timings` of a paper's verdict file: the comparison (`timing`), what it found (`verdict`, `found`) and
where that was (`device`, `date`, `with`, `command`). A claim has one entry a device. An entry is made only where somebody asks for
it, since a time differs from machine to machine and from run to run; so nothing here is ever held against a new run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnclaims.claims.claim import Claim

# The words of a comparison. None says anything of the paper's own device.
WORDS = ("supported", "not supported", "undecided", "open", "error")
KEYS = ("timing", "verdict", "found", "device", "date", "command")
Timing = dict[str, Any]
Timings = dict[str, list[Timing]]  # a claim's id -> its entries


def current(claim: Claim, timings: Mapping[str, Sequence[Timing]]) -> list[Timing]:
    """The entries that were made by the comparison that the claim names now."""
    found = timings.get(claim.id, ())
    return [entry for entry in found if claim.timing is not None and entry["timing"] == claim.timing]


def merged(before: Sequence[Timing], new: Timing) -> list[Timing]:
    """The entries with a new one in the place of the same device's, by device."""
    others = [entry for entry in before if entry["device"] != new["device"]]
    return sorted((*others, new), key=lambda entry: str(entry["device"]))


def sentence(entry: Timing) -> str:
    """`On AMD EPYC, 1 thread (2026-11-25): supported. a takes 1.2 ms ...`."""
    return f"On {entry['device']} ({entry['date']}): {entry['verdict']}. {entry['found']}"


def wrong(timings: object) -> str:
    """What readers of `timings` would stumble over; empty if nothing."""
    if not isinstance(timings, dict):
        return "expected a mapping under `timings`"
    for claim, entries in timings.items():
        if not isinstance(entries, list):
            return f"expected a list under `timings` of {claim!r}"
        for entry in entries:
            if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in KEYS):
                return f"expected {', '.join(KEYS)} in each entry of `timings` of {claim!r}"
            if entry["verdict"] not in WORDS:
                return f"expected one of {', '.join(WORDS)} under `timings` of {claim!r}, found {entry['verdict']!r}"
    return ""
