"""Broken copies of a source file, each with one change that a person might make by mistake."""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
# Keywords that change no result: a length is compared, memory is used again.
WITHOUT_EFFECT = {"strict", "inplace", "indexing"}


class Mutant(NamedTuple):
    """The changed line as it was, what was done to it, and the whole file after that."""

    line: str
    change: str
    tree: ast.Module


def mutants(source: str, skipped: set[str] = frozenset()) -> Iterator[Mutant]:
    """All mutants of the file, but for functions and classes named in `skipped`, refusals of arguments, and annotations."""
    lines, seen = source.splitlines(), Counter()
    for number, node in enumerate(_places(ast.parse(source), skipped)):
        for which, change in enumerate(change for change, _ in _changes(node)):
            tree = ast.parse(source)
            place = list(_places(tree, skipped))[number]
            _, apply = list(_changes(place))[which]
            before = ast.unparse(node)
            apply()
            line, change = lines[node.lineno - 1].strip(), f"{before}: {change}"
            seen[line, change] += 1
            if seen[line, change] > 1:
                change += f" (number {seen[line, change]})"
            yield Mutant(line, change, ast.fix_missing_locations(tree))


def _places(node: ast.AST, skipped: set[str]) -> Iterator[ast.AST]:
    """Nodes that compute something."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in skipped:
        return
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert):
        return
    if isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise):
        return  # refuses arguments: `test_arguments.py`
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not _computes(node.value):
        return
    if isinstance(node, ast.keyword) and node.arg in WITHOUT_EFFECT:
        return
    if hasattr(node, "lineno"):
        yield node
    for field, child in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_params", "decorator_list", "bases"):
            continue
        for part in child if isinstance(child, list) else [child]:
            if isinstance(part, ast.AST):
                yield from _places(part, skipped)


def _computes(call: ast.Call) -> bool:
    """Whether a call that stands alone does more than refuse arguments."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return not name.lstrip("_").startswith("require") and name != "conv"


def _changes(node: ast.AST) -> list:
    """What can go wrong at a node: a word for it, and a function that does it."""
    changes = []
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in SWAPPED:
        to = SWAPPED[type(node.op)]
        changes.append((f"{type(node.op).__name__} is {to.__name__}", lambda: setattr(node, "op", to())))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        changes.append(("without what follows the sign", lambda: _become(node, node.left)))
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        to = SWAPPED[type(node.ops[0])]
        changes.append(
            (f"{type(node.ops[0]).__name__} is {to.__name__}", lambda: node.ops.__setitem__(0, to()))
        )
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        changes.append(("1 more", lambda: setattr(node, "value", node.value + 1)))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        changes.append(("the opposite", lambda: setattr(node, "value", not node.value)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        changes.append(("without its sign", lambda: _become(node, node.operand)))
    if isinstance(node, ast.IfExp | ast.If):
        changes.append(
            ("the other way round", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test)))
        )
    if isinstance(node, ast.Slice) and node.step is not None:
        changes.append(("without its step", lambda: setattr(node, "step", None)))
    if isinstance(node, ast.Call):
        changes += _changes_of_calls(node)
    return changes


def _changes_of_calls(node: ast.Call) -> list:
    changes = []
    for i in range(len(node.args) - 1):
        first, second = node.args[i : i + 2]
        if ast.dump(first) == ast.dump(second):
            continue
        if all(isinstance(argument, ast.Name | ast.Attribute) for argument in (first, second)):
            changes.append((f"arguments {i} and {i + 1} exchanged", lambda i=i: _exchange(node.args, i)))
    for i in range(len(node.keywords) - 1):
        changes.append(
            (f"keywords {i} and {i + 1} exchanged", lambda i=i: _exchange_values(node.keywords, i))
        )
    if isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("nn", "F", "torch", "self", "math")
    ):
        changes.append(("left out", lambda: _become(node, node.func.value)))
    return changes


def _become(node: ast.AST, other: ast.AST) -> None:
    """The node is another from now on, in place."""
    node.__class__ = other.__class__
    node.__dict__ = {**other.__dict__}


def _exchange(items: list, i: int) -> None:
    items[i], items[i + 1] = items[i + 1], items[i]


def _exchange_values(keywords: list[ast.keyword], i: int) -> None:
    keywords[i].value, keywords[i + 1].value = keywords[i + 1].value, keywords[i].value
