"""Runs command lines in the process of the test, on two papers in the place of the shipped ones."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cnnclaims import cli
from cnnclaims.claims import loading, verdicts
from cnnclaims.verifiers import outcome, sheet_files

Write = Callable[..., Path]
TRUE = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'
FALSE = 'printed: "2"\nunit: layers\nmeasure: 1 + 2\nnote: One too many.'
OPEN = 'printed: "2"\nunit: "% error"\nopen: {needs-data: The pictures are lost.}'


class Done(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command line in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0 if code is None else 1, *capsys.readouterr())

    return run


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write_record: Write) -> Path:
    """Two papers in the place of the shipped ones: `old`, and `new`, which builds on it."""
    folder = tmp_path / "shipped"
    write_record(folder, "old", {"yes": TRUE, "open": OPEN}, "aliases: [ancient]\nnetworks: [lenet5]\n")
    more = "lineage:\n  - {to: old, relation: builds-on, idea: an-idea, note: all of it}\nideas:\n"
    more += '  - {id: an-idea, name: An idea, says: "It is one."}\n'
    write_record(folder, "new", {"yes": TRUE, "no": FALSE}, more)
    monkeypatch.setattr(loading, "PAPERS", folder)
    monkeypatch.setattr(outcome, "PAPERS", folder)
    monkeypatch.setattr(outcome, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(verdicts, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(sheet_files, "SHEETS", tmp_path / "kept" / "networks")
    monkeypatch.setattr(sheet_files, "questions", lambda _: {})  # no network is built for its sheet alone
    return folder
