"""Sheet files: `verdicts/networks/<network>.json`, one a network, written by `cnnclaims verify --all --update` only. No torch.

A file has the network's default call and every call that claims speak of: totals and stages for each, layers for the first.
One row is one line, so that a changed layer is a changed line.
"""

import ast
import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.language import ExpressionError, parse
from cnnclaims.claims.records import Record
from cnnclaims.claims.verdicts import FOLDER, VerdictFileError, write_whole
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.failure import Failure, failure
from cnnclaims.verifiers.networks import NETWORKS
from cnnclaims.verifiers.running import Question, Take, label
from cnnclaims.verifiers.sheets import Row, Sheet, Stage, layers, stages, totals
from cnnclaims.verifiers.traced import Trace

SHEETS = FOLDER / "networks"
HELP = "write it anew: cnnclaims verify --all --update"
Sheets = dict[Question, Sheet | Failure]
Document = dict[str, Any]


def questions(records: Iterable[Record]) -> dict[str, list[Question]]:
    """Network -> its calls: the default one first (where no argument is required), then those of claims in natural order."""
    found: dict[str, set[Question]] = {name: set() for name in NETWORKS}
    for record in records:
        texts = [text for claim in record.claims_in_order() for text in (claim.measure, claim.explained_by)]
        texts += [row.of for table in record.tables for row in table.rows]
        for text in filter(None, texts):
            for call, input in calls(text):
                found[call.partition("(")[0]].add((call, input))
    for name in found:
        if all(parameter.default is not None for parameter in signatures()[name].parameters):
            found[name].add((f"{name}()", None))
    return {name: sorted(asked, key=_natural) for name, asked in found.items()}


def calls(text: str) -> Iterator[Question]:
    """The networks that an expression is about, with the side of the input at which it measures them.

    A text that is no expression, which lint would refuse, is about none.
    """
    try:
        tree = parse(text)
    except ExpressionError:  # what stands for `{of}` may be a part of a call
        return
    inputs = {
        id(call.args[0]): keyword.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args
        for keyword in call.keywords
        if keyword.arg == "input" and isinstance(keyword.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NETWORKS:
            input = inputs.get(id(node))
            # an argument that is measured on another network, or is none
            with contextlib.suppress(KeyError, TypeError, ArithmeticError, ExpressionError):
                yield label(ast.unparse(node)), input if isinstance(input, int) else None


def key(call: str, input: int | None) -> str:
    """How a file names a call at an input side."""
    return call if input is None else f"{call}, input={input}"


def _natural(question: Question) -> tuple[Any, ...]:
    call, input = question
    parts = re.split(r"(\d+)", call)
    return (
        not call.endswith("()"),
        input or 0,
        [(int(part), "") if part.isdigit() else (-1, part) for part in parts],
    )


# -- making ----------------------------------------------------------------------------------------------------------------


def sheet(trace: Trace, with_layers: bool = True) -> Sheet:
    """All that a file says of one call."""
    found: Sheet = {"totals": totals(trace), "stages": [list(stage) for stage in stages(trace)]}
    if with_layers:
        found["layers"] = [[*row[:-1], list(row.inputs)] for row in layers(trace)]
    return found


class Built(NamedTuple):
    """The documents of networks, and call -> why it has no sheet."""

    documents: dict[str, Document]
    failed: dict[str, str]

    def findings(self) -> list[str]:
        """What could not be built, and which files do not say what was."""
        return [f"{call}: {reason}" for call, reason in self.failed.items()] + [
            f"{path}: not what is built" for path in changed(self.documents)
        ]


def filling(sheets: Sheets, asked: Mapping[str, list[Question]]) -> Take:
    """What makes the sheet of each trace that it is given, with the layers of each network's first call."""
    first = {questions[0] for questions in asked.values() if questions}

    def take(question: Question, trace: Trace | Failure) -> None:
        sheets[question] = sheet_or_failure(trace, question in first)

    return take


def built(sheets: Sheets, asked: Mapping[str, list[Question]]) -> Built:
    """The sheets that were asked for as documents."""
    failed = {key(*one): found.reason for one, found in sheets.items() if isinstance(found, Failure)}
    documents = {}
    for name, every in asked.items():
        calls = {key(*one): sheets[one] for one in every if not isinstance(sheets[one], Failure)}
        if calls:
            documents[name] = {"network": name, "calls": calls}
    return Built(documents, failed)


def sheet_or_failure(trace: Trace | Failure, with_layers: bool = True) -> Sheet | Failure:
    """The sheet of a trace, or why there is none."""
    try:
        return trace if isinstance(trace, Failure) else sheet(trace, with_layers)
    except Exception as error:  # a measure that cannot answer
        return failure(error)


# -- files -----------------------------------------------------------------------------------------------------------------


def text(document: Document) -> str:
    """A document as its file has it: one line a row."""
    blocks = ",\n".join(f'  "{call}": {_block(found)}' for call, found in document["calls"].items())
    columns = json.dumps({"stages": Stage._fields, "layers": Row._fields})
    network = json.dumps(document["network"])
    return f'{{\n "network": {network},\n "columns": {columns},\n "calls": {{\n{blocks}\n }}\n}}\n'


def _block(found: Sheet) -> str:
    parts = [f'"totals": {_line(found["totals"])}']
    for name in ("stages", "layers"):
        if name in found:
            rows = ",\n".join(f"    {_line(row)}" for row in found[name])
            parts.append(f'"{name}": [\n{rows}\n   ]')
    return "{\n   " + ",\n   ".join(parts) + "\n  }"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def changed(documents: Mapping[str, Document], folder: Path | None = None) -> list[Path]:
    """The files that do not say what the documents say: to be written, or to go."""
    folder = folder or SHEETS
    expected = {folder / f"{name}.json": text(document) for name, document in documents.items()}
    wrong = [path for path, wanted in expected.items() if not path.is_file() or _read(path) != wanted]
    return sorted({*wrong, *(path for path in folder.glob("*.json") if path not in expected)})


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def write(documents: Mapping[str, Document], folder: Path | None = None) -> list[Path]:
    """Write what has changed, each file whole or not at all, and remove those of networks that are gone."""
    wrong = changed(documents, folder)
    for path in wrong:
        if path.stem in documents:
            write_whole(path, text(documents[path.stem]))
        else:
            path.unlink()
    return wrong


def load_sheets(folder: Path | None = None) -> dict[str, Document]:
    """Every sheet file, by network; VerdictFileError for one that cannot be read."""
    return {path.stem: _load(path) for path in sorted((folder or SHEETS).glob("*.json"))}


def _load(path: Path) -> Document:
    try:
        document = json.loads(_read(path))
        for found in document["calls"].values():
            found["totals"]["params"]
            found["stages"] = [Stage(*row) for row in found["stages"]]
            found["layers"] = [Row._make([*row[:-1], tuple(row[-1])]) for row in found.get("layers", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise VerdictFileError(f"{path}: no sheet can be read here: {reason}\n  help: {HELP}") from None
    known: Document = document
    return known


def networks_of(claim: Claim, of: str | None = None) -> list[Question]:
    """The calls that a claim's measure is about; for a claim without one, those that its row names."""
    texts = [claim.measure] if claim.measure else [of]
    return list(dict.fromkeys(one for found in texts if found for one in calls(found)))
