"""What machines said of the claims that name a comparison under `timing`: evidence beside the verdicts, and no part of them.

An entry is plain data under `timings` of a paper's verdict file: the comparison (`timing`), what it found (`verdict`, `found`) and
where that was (`device`, `date`, `with`, `command`). It is made only where somebody asks for it, since a time differs from machine to
machine and from run to run; so nothing here is ever held against a new run. A claim has one entry a device. It tells of the latest
run and counts what all recorded runs said (`runs`); its verdict is what most of them said, and `undecided` where two contradict.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cnnclaims.claims.claim import Claim

# What a comparison says, of the machine that made it and never of the paper's own device. What could not be made is `open` or an
# `error`, and no evidence.
DECIDED = ("supported", "not supported")
EVIDENCE = (*DECIDED, "undecided")
KEYS = ("timing", "verdict", "found", "device", "date", "command")
Timing = dict[str, Any]
Timings = dict[str, list[Timing]]  # a claim's id -> its entries


def current(claim: Claim, timings: Mapping[str, Sequence[Timing]]) -> list[Timing]:
    """The entries that were made by the comparison that the claim names now."""
    found = timings.get(claim.id, ())
    return [entry for entry in found if claim.timing is not None and entry["timing"] == claim.timing]


def merged(before: Sequence[Timing], new: Timing) -> list[Timing]:
    """The entries with a new run's, by device. A run that could not be made stands beside what earlier ones said."""
    if new["verdict"] not in EVIDENCE:
        return [*before, new]
    runs = Counter({new["verdict"]: 1})
    others = []
    for entry in before:
        if entry["device"] == new["device"]:
            runs.update(entry["runs"])
        else:
            others.append(entry)
    whole = new | {"verdict": _of_all(runs), "runs": {word: runs[word] for word in EVIDENCE if runs[word]}}
    return sorted((*others, whole), key=lambda entry: str(entry["device"]))


def _of_all(runs: Counter[str]) -> str:
    """What more than half of the runs said, where no two contradict each other."""
    word, number = runs.most_common(1)[0]
    agree = not all(runs[one] for one in DECIDED)
    return word if agree and 2 * number > runs.total() else "undecided"


def sentence(entry: Mapping[str, Any]) -> str:
    """`On AMD EPYC (2026-11-25): supported, as in 2 of 3 runs. a takes 1.2 ms ...`."""
    runs = entry.get("runs", {})
    total, agreeing = sum(runs.values()), runs.get(entry["verdict"], 0)
    how = f", as in {agreeing} of {total} runs" if total > 1 else ""
    return f"On {entry['device']} ({entry['date']}): {entry['verdict']}{how}. {entry['found']}"


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
            runs = entry.get("runs")
            if not isinstance(runs, dict) or not all(
                word in EVIDENCE and type(n) is int for word, n in runs.items()
            ):
                return f"expected the number of runs for {', '.join(EVIDENCE)} under `runs` of {claim!r}"
            if entry["verdict"] not in EVIDENCE:
                return f"expected one of {', '.join(EVIDENCE)} under `timings` of {claim!r}, found {entry['verdict']!r}"
    return ""
