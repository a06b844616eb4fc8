"""Every name of the measure language with its arguments, read from the sources without importing torch.

A function's own signature and docstring say all that the language needs: the annotations give the kinds of the arguments,
`-> Network` marks what can be measured, `-> Params` and the like give the dimension of a measure.
"""

import ast
import functools
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnclaims.claims.language import ANY, NETWORK, Parameter, Signature
from cnnclaims.verifiers.checks import CHECKS, TIMINGS
from cnnclaims.verifiers.kernels import KERNELS
from cnnclaims.verifiers.measures import MEASURES
from cnnclaims.verifiers.networks import NETWORKS

PACKAGE = Path(__file__).parent
# What a function returns -> its dimension, as in `claims/units.py`.
RETURNS: dict[str, str | None] = {
    "Network": NETWORK,
    "Params": "params",
    "MultAdds": "mult-adds",
    "Connections": "connections",
    "Values": "values",
    "Channels": "channels",
    "Pixels": "pixels",
    "Count": "count",
    "Bytes": "bytes",
    "Seconds": "seconds",
    "Rate": "images/s",
    "JoulesPerImage": "joules per image",
    "Ratio": "",
    "Number": ANY,
}


def module_of(name: str) -> str:
    """The module that defines a network, kernel or measure: `networks.resnet`."""
    for folder, names in (("networks", NETWORKS), ("kernels", KERNELS), ("measures", MEASURES)):
        if name in names:
            return f"{folder}.{names[name]}"
    raise KeyError(name)


def function(name: str) -> Callable[..., Any]:
    """The function behind a name; imports its module (and torch, for networks and kernels)."""
    module = importlib.import_module(f"cnnclaims.verifiers.{module_of(name)}")
    found: Callable[..., Any] = getattr(module, name)
    return found


def check_function(name: str) -> Callable[[], Any]:
    """The check behind a record's `check:`."""
    if name not in CHECKS:
        raise KeyError(name)
    return _of_a_check(name)


def timing_function(name: str) -> Callable[..., Any]:
    """The comparison behind a record's `timing:`; it takes the machine to time on."""
    if name not in TIMINGS:
        raise KeyError(name)
    return _of_a_check(name)


def _of_a_check(name: str) -> Callable[..., Any]:
    stem, _, function_name = name.partition(".")
    module = importlib.import_module(f"cnnclaims.verifiers.checks.{stem}")
    found: Callable[..., Any] = getattr(module, function_name)
    return found


@functools.cache
def signatures() -> dict[str, Signature]:
    """All names of the language, alphabetical."""
    names = sorted({*NETWORKS, *KERNELS, *MEASURES})
    return {name: _signature(name) for name in names}


@functools.cache
def _tree(module: str) -> ast.Module:
    path = PACKAGE / (module.replace(".", "/") + ".py")
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _definitions(module: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in _tree(module).body if isinstance(node, ast.FunctionDef)}


def check_doc(name: str) -> tuple[str, str, int]:
    """A check's or timing's docstring, file and line."""
    stem, _, function_name = name.partition(".")
    node = _definitions(f"checks.{stem}")[function_name]
    return ast.get_docstring(node) or "", f"verifiers/checks/{stem}.py", node.lineno


def asks(timing: str) -> str:
    """The question of a comparison, which is narrower than the claim that names it: which of two takes more, and not how much."""
    return check_doc(timing)[0].partition("\n")[0]


def _signature(name: str) -> Signature:
    module = module_of(name)
    node = _definitions(module)[name]
    arguments = node.args.args
    if node.args.posonlyargs or node.args.kwonlyargs or node.args.vararg or node.args.kwarg:
        raise TypeError(f"{module}.{name} takes more than plain arguments; expected no *, / or **")
    defaults = [*[None] * (len(arguments) - len(node.args.defaults)), *node.args.defaults]
    parameters = tuple(
        _parameter(argument, default, module) for argument, default in zip(arguments, defaults, strict=True)
    )
    returns = ast.unparse(node.returns) if node.returns else ""
    if returns not in RETURNS:
        raise TypeError(
            f"{module}.{name} returns {returns or 'nothing'}; expected one of {', '.join(RETURNS)}"
        )
    source = f"verifiers/{module.replace('.', '/')}.py"
    return Signature(name, parameters, RETURNS[returns], ast.get_docstring(node) or "", source, node.lineno)


def _parameter(argument: ast.arg, default: ast.expr | None, module: str) -> Parameter:
    kinds: set[str] = set()
    choices: list[object] = []
    annotation = argument.annotation
    for part in _alternatives(annotation, module):
        if isinstance(part, ast.Subscript) and ast.unparse(part.value) == "Literal":
            values = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
            choices += [ast.literal_eval(value) for value in values]
            kinds |= {type(choice).__name__ for choice in choices}
        else:
            kinds.add(ast.unparse(part))
    allowed = {NETWORK, "int", "float", "str", "bool", "None"}
    if not kinds or not kinds <= allowed:
        raise TypeError(
            f"{module}: {argument.arg} needs an annotation out of {', '.join(sorted(allowed))} and Literal"
        )
    written = None if default is None else _written(default, argument.arg, module)
    return Parameter(argument.arg, frozenset(kinds), tuple(choices), written)


def _written(default: ast.expr, argument: str, module: str) -> str:
    """A default as an expression could give it; a module's own constant such as `WIDTH = 64` spelt out."""
    if isinstance(default, ast.Name):
        default = _assigned(module).get(default.id, default)
    try:
        return repr(ast.literal_eval(default))
    except ValueError:
        raise TypeError(
            f"{module}: {argument} needs a default that is a literal or a constant of the module"
        ) from None


def _alternatives(annotation: ast.expr | None, module: str) -> list[ast.expr]:
    """The parts of `A | B`, a module's own alias such as `Option = Literal["A", "B"]` spelt out."""
    if annotation is None:
        return []
    if isinstance(annotation, ast.BinOp):
        return _alternatives(annotation.left, module) + _alternatives(annotation.right, module)
    if isinstance(annotation, ast.Name) and isinstance(
        alias := _assigned(module).get(annotation.id), ast.Subscript
    ):
        return _alternatives(alias, module)
    return [annotation]


@functools.cache
def _assigned(module: str) -> dict[str, ast.expr]:
    """`Option = Literal["A", "B"]`, `WIDTH = 64` and the like, of the module itself and of what all measures share."""
    found: dict[str, ast.expr] = {}
    for name in ("measures.quantities", module):
        for node in _tree(name).body:
            target = (
                node.target
                if isinstance(node, ast.AnnAssign)
                else node.targets[0]
                if isinstance(node, ast.Assign)
                else None
            )
            value = node.value if isinstance(node, ast.AnnAssign | ast.Assign) else None
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = value
    return found
