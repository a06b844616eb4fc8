"""How the models' errors become faults with a place and a repair."""

import re
from typing import Any

from pydantic import BaseModel, ValidationError

from cnnclaims.claims.faults import Fault, listed, nearest, quoted
from cnnclaims.claims.records import (
    Cell,
    Column,
    Edge,
    Idea,
    Open,
    Record,
    Row,
    Statement,
    Step,
    Stub,
    Stubs,
    Table,
    Use,
)
from cnnclaims.claims.tree import Path, Tree

MOST = 100  # faults of one file that are told

_KINDS: dict[str, str] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_FORMS: dict[str, str] = {
    "id": 'write lower-case letters, digits, dots and hyphens, such as "mobilenet-v1"',
    "checked_by": 'write `paper/claim`, such as "resnext/s3.3-equal-forms"',
    "networks": 'write a name that Python can call, such as "resnet50"',
    "check": 'write `file.function`, such as "lenet.squash_fixed_points"',
    "arxiv": 'write the number alone, in quotes, such as "1512.03385"',
    "doi": 'write the identifier alone, such as "10.1109/CVPR.2016.90"',
    "code": "write an address that begins with https://",
}
_PARTS: dict[str, tuple[str, type[BaseModel]]] = {
    "lineage": ("an edge", Edge),
    "ideas": ("an idea", Idea),
    "example": ("a line of an example", Step),
    "uses": ("a use", Use),
    "tables": ("a table", Table),
    "columns": ("a column", Column),
    "rows": ("a row", Row),
    "cells": ("a cell", Cell),
    "claims": ("a claim", Statement),
    "stubs": ("a stub", Stub),
    "open": ("`open`", Open),
}


def refusals(error: ValidationError, tree: Tree, model: type[Record] | type[Stubs]) -> list[Fault]:
    """The faults of a file whose data a model refused; at most `MOST` of them."""
    refused = {(fault.line, fault.column) for fault in tree.faults}
    faults = [_fault(dict(one), tree, model) for one in error.errors(include_url=False)[:MOST]]
    if error.error_count() > MOST:
        message = f"{error.error_count() - MOST} more faults are not shown"
        faults.append(Fault(tree.file, 1, 1, "too-many-faults", message, "mend these first"))
    return [fault for fault in faults if (fault.line, fault.column) not in refused]


def _fault(error: dict[str, Any], tree: Tree, model: type[BaseModel]) -> Fault:
    path: Path = error["loc"]
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    name, message, help = _said(error, path, tree, model)
    if name == "missing-key":
        position = tree.position(path[:-1])
    elif is_key or name == "unknown-key":
        position = tree.key_position(path)
    else:
        position = tree.position(path)
    return Fault(tree.file, *position, name, message, help)


def _said(error: dict[str, Any], path: Path, tree: Tree, model: type[BaseModel]) -> tuple[str, str, str]:
    """Name, message and help of an error."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "fault" and context["name"] == "printed-not-quoted":
        digits = tree.plain.get(path) or tree.plain.get(path[:-1], "")  # a cell may be the number alone
        return context["name"], context["message"], f'quote it: "{digits[:60]}"; {context["help"]}'
    if kind == "fault":
        return context["name"], context["message"], context["help"]
    if kind == "missing":
        part, known = _part(path[:-1], model)
        return "missing-key", f"{part} needs `{path[-1]}`, which is missing here", f"add `{path[-1]}:`"
    if kind == "extra_forbidden":
        part, known = _part(path[:-1], model)
        help = nearest(str(path[-1]), known) or f"{part} may have {listed(known)}"
        return "unknown-key", f"{part} has no key {quoted(path[-1])}", help
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", context["expected"])
        help = nearest(str(error["input"]), words) or f"write one of {listed(words)}"
        return (
            "unknown-word",
            f"{_named(path)} is {quoted(error['input'])}, which is no word of the list",
            help,
        )
    if kind == "string_pattern_mismatch":
        what = "a key of this mapping" if error["loc"][-1] == "[key]" else _named(path)
        return "wrong-form", f"{what} cannot be {quoted(error['input'])}", _form(path)
    if kind in _KINDS:
        return _wrong_type(_KINDS[kind], error["input"], path, tree)
    if kind in ("string_too_short", "too_short"):
        return "empty", f"{_named(path)} says nothing", "write it, or leave the key out if it is optional"
    return "out-of-range", f"{_named(path)}: {error['msg']}", "look at the number again"


def _form(path: Path) -> str:
    words = [step for step in path if isinstance(step, str)]
    key = words[-1] if words else "id"
    return _FORMS.get(key, _FORMS["id"])


def _wrong_type(expected: str, value: Any, path: Path, tree: Tree) -> tuple[str, str, str]:
    message = f"{_named(path)} is {_kind(value)}, expected {expected}"
    if expected == "a text" and isinstance(value, dict):
        return "wrong-type", message, 'quote a text that has braces in it, such as "{of}"'
    if value is None:
        return (
            "wrong-type",
            message,
            f"write {expected} after the colon, or leave the key out if it is optional",
        )
    if expected == "a text" and path in tree.plain:
        return "wrong-type", message, f'quote it: "{tree.plain[path][:60]}"'
    if path[-1:] == ("open",):
        return (
            "wrong-type",
            message,
            'write `open: {needs-data: "the reason"}`, or another reason of the list',
        )
    if expected == "a list":
        return "wrong-type", message, "write [one, two] or one entry a line, each with a dash before it"
    return "wrong-type", message, f"write {expected}"


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    kinds: dict[type, str] = {str: "a text", list: "a list", tuple: "a list", dict: "a mapping"}
    return kinds.get(type(value), type(value).__name__)


def _named(path: Path) -> str:
    """The value at a path in words: "`year`", "entry 2 of `authors`"."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of `{path[-2]}`" if len(path) > 1 else f"entry {path[-1] + 1}"
    return f"`{str(path[-1])[:60]}`"


def _part(path: Path, model: type[BaseModel]) -> tuple[str, list[str]]:
    """What the mapping at a path is called, and the keys it may have."""
    steps = [step for step in path if isinstance(step, str)]
    if len(path) > 1 and path[-2] == "columns" and len(steps) > 2:
        steps.pop()
    name, found = _PARTS[steps[-1]] if steps and steps[-1] in _PARTS else ("a record", model)
    return name, [field.alias or key for key, field in found.model_fields.items()]
