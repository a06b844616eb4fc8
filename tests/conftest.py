"""Records of the tests' own, so that no test hangs on what a shipped record says today."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

# Tests run side by side and on small tensors: a second thread of torch's would only wait for the first.
os.environ.setdefault("OMP_NUM_THREADS", "1")

HEAD = """\
id: {id}
kind: paper
title: A paper on {id}
authors: [Ada Lovelace, Charles Babbage]
year: 2001
summary: Numbers that need no network.
{more}claims:
"""


@pytest.fixture
def write_record() -> Callable[..., Path]:
    """Writes `<folder>/<id>.yaml`; claims are `id: text of the keys that follow`."""

    def write(folder: Path, id: str, claims: dict[str, str], more: str = "") -> Path:
        text = HEAD.format(id=id, more=more)
        for claim, keys in claims.items():
            lines = [
                f"id: {claim}",
                f"says: The claim {claim}.",
                *keys.strip().splitlines(),
                "where: Section 1",
            ]
            text += "  - " + "\n    ".join(lines) + "\n"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{id}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
