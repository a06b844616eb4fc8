"""Verdict files: `verdicts/<paper>.json`, one a record, written by the program only, whole or not at all."""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnclaims.claims import timings
from cnnclaims.claims.judging import VERDICTS, Verdict

FOLDER = Path(__file__).parent.parent / "verdicts"
Document = dict[str, Any]


class VerdictFileError(Exception):
    """A verdict file that cannot be read; the message names the file and the repair."""


def load_verdicts(folder: Path | None = None) -> dict[str, Document]:
    """Every verdict file of a folder (the shipped ones by default), by paper."""
    paths = sorted((folder or FOLDER).glob("*.json"))
    return {path.stem: load_verdict_file(path) for path in paths}


def load_verdict_file(path: Path) -> Document:
    """One verdict file; VerdictFileError where it is none."""
    help = f"write it anew: cnnclaims verify {path.stem} --update"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise VerdictFileError(f"{path}: no verdicts can be read here: {error}\n  help: {help}") from None
    if wrong := _wrong(document):
        raise VerdictFileError(f"{path}: {wrong}\n  help: {help}")
    found: Document = document
    return found


def _wrong(document: Any) -> str:
    """What a document lacks that readers of verdicts count on; empty if nothing."""
    if not isinstance(document, dict) or not isinstance(document.get("claims"), dict):
        return "expected a mapping with the key `claims`"
    if not isinstance(document.get("with", {}), dict):
        return "expected a mapping of versions under `with`"
    for claim, verdict in document["claims"].items():
        if not isinstance(verdict, dict) or verdict.get("verdict") not in VERDICTS:
            return f"expected a verdict under {claim!r}, one of {', '.join(VERDICTS)}"
        for key in ("open", "explained_by"):
            if not isinstance(verdict.get(key, {}), dict):
                return f"expected a mapping under `{key}` of {claim!r}"
    return timings.wrong(document.get("timings", {}))


def document(
    paper: str,
    verdicts: Mapping[str, Verdict],
    made_with: Mapping[str, str],
    timed: Mapping[str, list[timings.Timing]] | None = None,
) -> Document:
    """A paper's verdicts in the form of its file; what machines were timed with stands under `timings`, where there is any."""
    contents = {"paper": paper, "with": dict(made_with), "claims": dict(verdicts)}
    return contents | ({"timings": dict(timed)} if timed else {})


def write_verdicts(path: Path, contents: Document) -> bool:
    """Write a verdict file whole or not at all; False where it already says the same.

    Where only the versions in `with` differ, the file is left alone: it says what the verdicts were made with.
    """
    if path.exists():
        with contextlib.suppress(VerdictFileError):
            if _said(load_verdict_file(path)) == _said(contents):
                return False
    text = json.dumps(contents, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, text)
    return True


def _said(contents: Document) -> tuple[Any, Any]:
    return contents["claims"], contents.get("timings", {})


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and move it there, so that no half of it is ever seen.

    A link stays a link, and a device or a pipe is written to as it is.
    """
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def changes(recorded: Mapping[str, Verdict], found: Mapping[str, Verdict]) -> dict[str, str]:
    """How the found verdicts differ from the recorded ones: claim -> "was truncated, now refuted".

    What a check says is no verdict: its last digits (7e-15, 8e-15) are another processor's.
    """
    changed = {}
    for claim, verdict in found.items():
        before = recorded.get(claim)
        if before is None:
            changed[claim] = f"new: {verdict['verdict']}"
        elif before.get("verdict") != verdict["verdict"]:
            changed[claim] = f"was {before.get('verdict')}, now {verdict['verdict']}"
        elif keys := sorted(
            key for key in {*before, *verdict} - {"found"} if before.get(key) != verdict.get(key)
        ):
            changed[claim] = f"still {verdict['verdict']}, but {', '.join(keys)} changed"
    return changed
