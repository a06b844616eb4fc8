"""The measure language: one line of Python call syntax that yields one number.

    macs(vgg16()) / macs(mobilenet_v1(width=0.5))

Calls of known names, literals, `+ - * / **`, unary minus and parentheses; nothing else. The line is parsed by Python's
own `ast` and walked against that list, so no expression can do more than call the functions it is given. `check` finds
every fault without running anything; `evaluate` runs it, in exact fractions.
"""

import ast
import math
import operator
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from cnnclaims.claims.faults import nearest

LONGEST = 400  # characters
DEEPEST = 40  # calls and operators inside one another
LARGEST_EXPONENT = 64  # of a power, and of ten in a literal such as 1e-9
MOST_BITS = 4096  # of any result's numerator and denominator

NETWORK = "Network"  # what network functions return
ANY = None  # the dimension of a literal: it fits every unit


class Parameter(NamedTuple):
    """One argument of a function: `kinds` out of Network, int, float, str, bool, None; `choices` where it has a closed list."""

    name: str
    kinds: frozenset[str]
    choices: tuple[object, ...] = ()
    default: str | None = None  # as written in the source; None where the argument is required


class Signature(NamedTuple):
    """What the language knows of a function: its arguments, and the dimension of what it returns (or NETWORK)."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str | None
    doc: str = ""
    source: str = ""  # file, relative to the package
    line: int = 0

    def __str__(self) -> str:
        arguments = (p.name if p.default is None else f"{p.name}={p.default}" for p in self.parameters)
        return f"{self.name}({', '.join(arguments)})"


class Problem(NamedTuple):
    """A fault in an expression: where it begins (characters from the start), its name, what was found, how to mend it."""

    offset: int
    name: str
    message: str
    help: str = ""

    def show(self, expression: str) -> str:
        """The message with a caret under the fault."""
        lines = [f"{self.name}: {self.message}", f"  {expression}", f"  {' ' * self.offset}^"]
        return "\n".join(lines + ([f"  help: {self.help}"] if self.help else []))


class ExpressionError(Exception):
    """An expression that cannot be read or run."""

    def __init__(self, expression: str, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.show(expression) for problem in problems))
        self.expression = expression
        self.problems = problems


OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Pow: ("**", operator.pow),
}
ALLOWED = "calls of known names, numbers, quoted strings, True, False, None, + - * / ** and parentheses"


@cache
def parse(expression: str) -> ast.expr:
    """The tree of `expression`, read once and changed by nobody; ExpressionError where it is too long, too deep or uses anything
    but the language.
    """
    if len(expression) > LONGEST:
        message = f"expected at most {LONGEST} characters, found {len(expression)}"
        raise ExpressionError(expression, [Problem(0, "expression-too-long", message)])
    for offset, character in enumerate(expression):
        if not " " <= character <= "~" or character == "#":
            message = f"expected plain ASCII on one line and no comment, found {character!r}"
            raise ExpressionError(expression, [Problem(offset, "expression-character", message)])
    start = len(expression) - len(expression.lstrip(" "))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "1and 2" is a SyntaxError here, no mere warning
            tree = ast.parse(expression.strip(" "), mode="eval").body
    except SyntaxError as error:
        offset = min(start + max(0, (error.offset or 1) - 1), len(expression))
        message = f"expected {ALLOWED}; {error.msg}"
        raise ExpressionError(expression, [Problem(offset, "expression-syntax", message)]) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(expression, [Problem(0, "expression-syntax", str(error))]) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):  # offsets count from the start of `expression`
            node.col_offset += start
            node.end_col_offset = (node.end_col_offset or 0) + start
    problems = _foreign(tree, 0) or _large(tree, expression)
    if problems:
        raise ExpressionError(expression, problems)
    return tree


def _large(tree: ast.expr, expression: str) -> list[Problem]:
    """Literals such as 1e-999999999, whose exact value alone would fill the memory."""
    message = f"the exponent of a number is at most {LARGEST_EXPONENT}"
    return [
        Problem(node.col_offset, "expression-number", message)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and abs(int(_written(node, expression).lower().partition("e")[2] or 0)) > LARGEST_EXPONENT
    ]


def _written(node: ast.expr, expression: str) -> str:
    """The text of a node, letter for letter."""
    return expression[node.col_offset : node.end_col_offset]


def _foreign(node: ast.expr, depth: int) -> list[Problem]:
    """Whatever in the tree is not of the language."""
    if depth > DEEPEST:
        return [
            Problem(node.col_offset, "expression-too-deep", f"expected at most {DEEPEST} levels of nesting")
        ]
    match node:
        case ast.Call(func=ast.Name()):
            children = [*node.args, *(keyword.value for keyword in node.keywords)]
            unpacked = any(keyword.arg is None for keyword in node.keywords)
            if unpacked or any(isinstance(child, ast.Starred) for child in node.args):
                return [
                    Problem(node.col_offset, "expression-syntax", "expected plain arguments, found * or **")
                ]
        case ast.BinOp(left=left, right=right, op=op) if type(op) in OPERATORS:
            children = [left, right]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            children = [operand]
        case ast.Constant(value=bool() | None | str() | int()):
            children = []
        case ast.Constant(value=float()):
            children = []
        case _:
            found = type(node.func if isinstance(node, ast.Call) else node).__name__.lower()
            if isinstance(node, ast.Name):
                help = f"a network or a measure is called: {node.id}()"
                return [Problem(node.col_offset, "expression-name", f"{node.id!r} is not called", help)]
            return [Problem(node.col_offset, "expression-syntax", f"expected {ALLOWED}, found {found}")]
    return [problem for child in children for problem in _foreign(child, depth + 1)]


# -- checking without running -----------------------------------------------------------------------------------------


@cache
def called(expression: str) -> tuple[str, ...]:
    """The names that an expression calls, each once, in order; one that cannot be read calls none."""
    try:
        calls = [node for node in ast.walk(parse(expression)) if isinstance(node, ast.Call)]
    except ExpressionError:
        return ()
    calls.sort(key=lambda node: node.col_offset)
    return tuple(dict.fromkeys(node.func.id for node in calls if isinstance(node.func, ast.Name)))


def check(expression: str, functions: Mapping[str, Signature], dimension: str | None = ANY) -> list[Problem]:
    """Every fault that can be seen without running: names, arguments, units. `dimension` is the claim's."""
    try:
        tree = parse(expression)
    except ExpressionError as error:
        return error.problems
    problems: list[Problem] = []
    found = _dimension(tree, functions, problems)
    if not problems and found == NETWORK:
        help = "measure it: params(...), macs(...), depth(...)"
        problems.append(
            Problem(tree.col_offset, "expression-is-no-number", "a network is not a number", help)
        )
    elif not problems and dimension is not ANY and found is not ANY and found != dimension:
        message = f"expected {_spell(dimension)}, found {_spell(found)}"
        problems.append(
            Problem(tree.col_offset, "unit-does-not-fit", message, "mend the unit or the measure")
        )
    return problems


def _spell(dimension: str | None) -> str:
    return "a pure number" if dimension in ("", ANY) else f"a number of {dimension}"


def _dimension(node: ast.expr, functions: Mapping[str, Signature], problems: list[Problem]) -> str | None:
    """The dimension of a tree; faults are added to `problems`."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return _check_call(node, name, functions, problems)
        case ast.UnaryOp(operand=operand):
            sides = [_dimension(operand, functions, problems)]
        case ast.BinOp(left=left, right=right):
            sides = [_dimension(side, functions, problems) for side in (left, right)]
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return ANY
        case _:
            problems.append(Problem(node.col_offset, "expression-is-no-number", "expected a number here"))
            return ANY
    if NETWORK in sides:
        problems.append(Problem(node.col_offset, "expression-is-no-number", "a network is not a number"))
        return ANY
    return _combine(node, node.op, sides, problems) if isinstance(node, ast.BinOp) else sides[0]


def _combine(
    node: ast.BinOp, op: ast.operator, sides: list[str | None], problems: list[Problem]
) -> str | None:
    left, right = sides
    if isinstance(op, ast.Add | ast.Sub):
        if left is not ANY and right is not ANY and left != right:
            message = f"{_spell(left)} and {_spell(right)} cannot be added or subtracted"
            problems.append(Problem(node.col_offset, "unit-does-not-fit", message))
        return right if left is ANY else left
    if isinstance(op, ast.Pow):
        exponent = node.right.value if isinstance(node.right, ast.Constant) else None
        if not left or not isinstance(exponent, int) or exponent > LARGEST_EXPONENT:
            return left
        return _named(_powers(left) * exponent)
    if left is right is ANY:
        return ANY
    powers = _powers(left or "")
    (powers.update if isinstance(op, ast.Mult) else powers.subtract)(_powers(right or ""))
    return _named(powers)


class _Powers(Counter[str]):
    """How often each dimension is a factor, below zero where it divides."""

    def __mul__(self, exponent: int) -> "_Powers":
        return _Powers({name: power * exponent for name, power in self.items()})


def _powers(dimension: str) -> _Powers:
    """The factors of a dimension such as "mult-adds x params per bytes"."""
    above, _, below = dimension.partition(" per ")
    powers = _Powers(name for name in above.split(" x ") if name not in ("", "1"))
    powers.subtract(name for name in below.split(" x ") if name)
    return powers


def _named(powers: _Powers) -> str:
    """The dimension with these factors, each name as often as its power; "" where all cancel."""
    above = " x ".join(name for name in sorted(powers) for _ in range(powers[name]))
    below = " x ".join(name for name in sorted(powers) for _ in range(-powers[name]))
    return f"{above or '1'} per {below}" if below else above


def _check_call(
    node: ast.Call, name: str, functions: Mapping[str, Signature], problems: list[Problem]
) -> str | None:
    if name not in functions:
        message = f"there is no network, kernel or measure {name!r}"
        problems.append(Problem(node.col_offset, "unknown-name", message, nearest(name, functions)))
        return ANY
    signature = functions[name]
    for argument, parameter in _bind(node, signature, problems):
        _check_argument(argument, parameter, functions, problems)
    return signature.returns


def _bind(node: ast.Call, signature: Signature, problems: list[Problem]) -> list[tuple[ast.expr, Parameter]]:
    """Arguments beside the parameters that they fill."""
    known = {parameter.name: parameter for parameter in signature.parameters}
    help = str(signature)
    if len(node.args) > len(known):
        message = f"{signature.name} takes at most {len(known)} arguments, found {len(node.args)}"
        problems.append(Problem(node.args[len(known)].col_offset, "too-many-arguments", message, help))
    bound = list(zip(node.args, signature.parameters, strict=False))
    filled = {parameter.name for _, parameter in bound}
    for keyword in node.keywords:
        if keyword.arg not in known:
            message = f"{signature.name} has no argument {keyword.arg!r}"
            hint = nearest(keyword.arg or "", known) or help
            problems.append(Problem(keyword.col_offset, "unknown-argument", message, hint))
        elif keyword.arg in filled:
            message = f"{keyword.arg} is given twice"
            problems.append(Problem(keyword.col_offset, "argument-twice", message, help))
        else:
            filled.add(keyword.arg)
            bound.append((keyword.value, known[keyword.arg]))
    missing = [p.name for p in signature.parameters if p.default is None and p.name not in filled]
    if missing:
        message = f"{signature.name} needs {', '.join(missing)}"
        problems.append(Problem(node.col_offset, "missing-argument", message, help))
    return bound


def _check_argument(
    node: ast.expr, parameter: Parameter, functions: Mapping[str, Signature], problems: list[Problem]
) -> None:
    expected = " or ".join(sorted(parameter.kinds))
    if isinstance(node, ast.Constant) and parameter.choices:
        known = any(type(node.value) is type(one) and node.value == one for one in parameter.choices)
        if not known and not (node.value is None and "None" in parameter.kinds):
            message = (
                f"{parameter.name} is one of {', '.join(map(repr, parameter.choices))}, found {node.value!r}"
            )
            hint = nearest(str(node.value), map(str, parameter.choices))
            problems.append(Problem(node.col_offset, "argument-value", message, hint))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | None | str):
        kind = "None" if node.value is None else type(node.value).__name__
    else:
        before = len(problems)
        dimension = _dimension(node, functions, problems)
        if len(problems) > before:
            return
        whole = isinstance(node, ast.Constant) and isinstance(node.value, int)
        kind = NETWORK if dimension == NETWORK else "int" if whole or "int" in parameter.kinds else "float"
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            kind = "float"
    if kind not in parameter.kinds and not (kind == "int" and "float" in parameter.kinds):
        message = f"{parameter.name} is {expected}, found {kind}"
        problems.append(Problem(node.col_offset, "argument-kind", message))


# -- running -----------------------------------------------------------------------------------------------------------


def evaluate(expression: str, functions: Mapping[str, Callable[..., object]]) -> Fraction:
    """The value of a checked expression. What a function raises passes through."""
    value = _value(parse(expression), expression, functions)
    return _number(value, expression)


def _number(value: object, expression: str) -> Fraction:
    if isinstance(value, float) and not math.isfinite(value):
        raise ArithmeticError(f"{expression} is {value}")
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise TypeError(f"expected a number, found {type(value).__name__}")
    return Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)  # 0.1 is 1/10


def _value(node: ast.expr, text: str, functions: Mapping[str, Callable[..., object]]) -> object:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            arguments = [_argument(argument, text, functions) for argument in node.args]
            named = {str(k.arg): _argument(k.value, text, functions) for k in node.keywords}
            return functions[name](*arguments, **named)
        case ast.UnaryOp(operand=operand):
            return -_number(_value(operand, text, functions), text)
        case ast.BinOp(left=left, right=right, op=op):
            sides = [_number(_value(side, text, functions), text) for side in (left, right)]
            if isinstance(op, ast.Pow):
                return _power(*sides)
            if isinstance(op, ast.Div) and sides[1] == 0:
                raise ZeroDivisionError(f"division by zero in {text}")
            result = OPERATORS[type(op)][1](*sides)
            if max(result.numerator.bit_length(), result.denominator.bit_length()) > MOST_BITS:
                raise ArithmeticError(f"a result of {text} has more than {MOST_BITS} bits")
            return result
        case ast.Constant(value=float()):
            return Fraction(_written(node, text).replace("_", ""))  # the digits as written
        case ast.Constant(value=value):
            return value
    raise AssertionError(f"{ast.dump(node)} passed the parser")


def _argument(node: ast.expr, text: str, functions: Mapping[str, Callable[..., object]]) -> object:
    """An argument as Python code would pass it: whole numbers as int, others as float."""
    value = _value(node, text, functions)
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 and not _is_decimal(node) else float(value)
    return value


def _is_decimal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > LARGEST_EXPONENT:
        raise ArithmeticError(
            f"an exponent is a whole number of at most {LARGEST_EXPONENT}, found {exponent}"
        )
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > MOST_BITS:
        raise ArithmeticError(f"a power has more than {MOST_BITS} bits")
    return Fraction(base ** int(exponent))
