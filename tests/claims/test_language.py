"""The measure language: what it lets through, what it says of the rest, and what it computes."""

import subprocess
import sys
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.language import (
    ANY,
    DEEPEST,
    LARGEST_EXPONENT,
    LONGEST,
    MOST_BITS,
    NETWORK,
    ExpressionError,
    Parameter,
    Problem,
    Signature,
    check,
    evaluate,
    parse,
)


def parameter(name, kinds, default=None, choices=()):
    return Parameter(name, frozenset(kinds.split()), choices, default)


NET = parameter("net", NETWORK)
SIGNATURES = {
    signature.name: signature
    for signature in (
        Signature("small", (), NETWORK),
        Signature(
            "wide",
            (
                parameter("depth", "int", "18"),
                parameter("width", "float", "1.0"),
                parameter("option", "str None", "None", ("A", "B")),
                parameter("image", "int", "224", (1, 224)),
                parameter("bias", "bool", "False"),
            ),
            NETWORK,
        ),
        Signature("params", (NET, parameter("part", "str None", "None")), "params"),
        Signature("macs", (NET, parameter("input", "int None", "None")), "mult-adds"),
        Signature("share", (NET,), ""),
        Signature("setting", (NET, parameter("part", "str"), parameter("name", "str")), ANY),
    )
}


def found(expression, dimension=ANY):
    """Names and offsets of what `check` finds."""
    return [(problem.name, problem.offset) for problem in check(expression, SIGNATURES, dimension)]


def refused(expression):
    """The problems for which `parse` refuses an expression."""
    with pytest.raises(ExpressionError) as caught:
        parse(expression)
    assert caught.value.expression == expression
    assert caught.value.problems == check(expression, SIGNATURES)
    return caught.value.problems


# -- the whitelist -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "1",
        "-1",
        "(1)",
        "  1 ",
        "1 + 2 - 3 * 4 / 5 ** 6",
        "params(small())",
        "params(small(), 'a')",
        'params(net=small(), part="3a.branch1")',
        "params(small(), part=None)",
        "params(wide(bias=True, depth=-(1 + 2)))",
        "1_000.5e-3",
        "0x10",
    ],
)
def test_calls_literals_and_arithmetic_are_the_language(expression):
    parse(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "small().params",
        "params.func",
        "(1).real",
        "small().__class__",
        "small()[0]",
        "params[0]",
        "'a'[0]",
        "[1]",
        "[1, 2]",
        "(1, 2)",
        "1, 2",
        "()",
        "{1}",
        "{1: 2}",
        "{}",
        "[x for x in (1, 2)]",
        "{x for x in (1, 2)}",
        "{x: x for x in (1, 2)}",
        "(x for x in (1, 2))",
        "params(x for x in (1, 2))",
        "lambda: 1",
        "(lambda: 1)()",
        "params(small())()",
        "small()()",
        "small.x()",
        "'params'()",
        "(x := 1)",
        "params(x := 1)",
        "f'{1}'",
        "f''",
        "'a' f'{1}'",
        "params(*small())",
        "params(**small())",
        "params(small(), *small())",
        "params",
        "x",
        "__import__",
        "params(x)",
        "params(net=x)",
        "1 < 2",
        "1 == 1",
        "'a' in 'ab'",
        "1 is None",
        "1 and 2",
        "1 or 2",
        "not 1",
        "+1",
        "~1",
        "1 % 2",
        "1 // 2",
        "1 @ 2",
        "1 << 2",
        "1 >> 2",
        "1 & 2",
        "1 | 2",
        "1 ^ 2",
        "1 if 1 else 2",
        "await small()",
        "(yield)",
        "(yield 1)",
        "(yield from small())",
        "b'1'",
        "1j",
        "...",
        "*small()",
        "1 +",
        "(1",
        "1)",
        "'a",
        "1 2",
        "1; 2",
        "x = 1",
        "import os",
        "del x",
        "params(part='a', small())",
        "01",
        "1__0",
        "$",
        "",
        "   ",
        "1and 2",
        "'\\d'",
        "1\\",
    ],
)
def test_nothing_else_passes(expression):
    for problem in refused(expression):
        assert problem.name in ("expression-syntax", "expression-name")
        assert 0 <= problem.offset <= len(expression)


def test_import_passes_the_parser_only_as_a_call_that_nothing_answers():
    expression = "__import__('os')"
    assert found(expression) == [("unknown-name", 0)]
    with pytest.raises(KeyError):
        evaluate(expression, {})
    assert found("__import__('os').system('true')") == [("expression-syntax", 0)]


@pytest.mark.parametrize("name", ["eval", "exec", "open", "getattr", "print", "abs", "max", "True()"])
def test_what_python_itself_knows_is_not_known_here(name):
    assert found(f"{name}(1)" if "(" not in name else name)


@pytest.mark.parametrize(
    ("expression", "offset"),
    [
        ("1\n+ 2", 1),
        ("1\t+ 2", 1),
        ("params(small())\r", 15),
        ("1 × 2", 2),
        ("ﬁ()", 0),
        ("1\x00", 1),
        ("1 + \ud800", 4),
        ("1 # one", 2),
        ("\xa01", 0),
    ],
)
def test_a_character_beyond_one_plain_line_is_refused_where_it_stands(expression, offset):
    (problem,) = refused(expression)
    assert (problem.name, problem.offset) == ("expression-character", offset)


@pytest.mark.parametrize(
    ("expression", "offset"),
    [
        ("1 + x", 4),
        ("   1 + x", 7),
        ("params(small(), part=[1])", 21),
        ("  params(small(), part=[1])", 23),
        ("1 + + 2", 4),
        ("params(wide(depth=x.y))", 18),
        ("1 / (2 - (3 if 1 else 2))", 10),
    ],
)
def test_the_offset_is_where_the_fault_begins(expression, offset):
    assert refused(expression)[0].offset == offset


@pytest.mark.parametrize(
    "expression", ["1 +", "1 1", "(1", "1)", "'a", "f(a='b', c)", "$", "", "[1", "1 + x", "f(1.0e99)"]
)
def test_spaces_before_an_expression_move_its_faults_and_nothing_else(expression):
    alone, moved = refused(expression), check("   " + expression, SIGNATURES)
    assert [problem.offset + 3 for problem in alone] == [problem.offset for problem in moved]
    assert [problem.name for problem in alone] == [problem.name for problem in moved]


def test_every_foreign_part_is_named_at_once():
    assert [(problem.name, problem.offset) for problem in refused("x + [1] * y.z")] == [
        ("expression-name", 0),
        ("expression-syntax", 4),
        ("expression-syntax", 10),
    ]


def test_a_bare_name_is_told_how_to_be_called():
    (problem,) = refused("small")
    assert "'small' is not called" in problem.message
    assert "small()" in problem.help


def test_the_parser_warns_of_nothing():
    command = "from cnnclaims.claims.language import *; check('1and 2', {}), check(r\"params('\\d')\", {})"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


# -- limits ----------------------------------------------------------------------------------------------------------------


def test_the_longest_expression_is_read_and_a_longer_one_is_not():
    parse("1" * LONGEST)
    (problem,) = refused("1" * (LONGEST + 1))
    assert (problem.name, problem.offset) == ("expression-too-long", 0)
    assert str(LONGEST + 1) in problem.message


@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: "-" * depth + "1",
        lambda depth: "1" + " + 1" * depth,
        lambda depth: "f(" * depth + "1" + ")" * depth,
        lambda depth: "2 ** (" * depth + "1" + ")" * depth,
        lambda depth: "f(x=" * depth + "1" + ")" * depth,
    ],
    ids=["minus", "sum", "calls", "powers", "keywords"],
)
def test_nesting_is_bounded(nested):
    parse(nested(DEEPEST))
    assert {problem.name for problem in refused(nested(DEEPEST + 1))} == {"expression-too-deep"}


@pytest.mark.parametrize(
    "expression",
    [
        "(" * LONGEST,
        ")" * LONGEST,
        "-" * (LONGEST - 1) + "1",
        "-(" * 130 + "1" + ")" * 130,
        "f(" * 130 + ")" * 130,
        "[" * 200 + "]" * 200,
        "not " * 99 + "1",
        "1" + "+1" * 199,
        "2" + "**2" * 130,
        "lambda: " * 49 + "1",
    ],
)
def test_depth_beyond_all_sense_is_a_problem_and_no_crash(expression):
    assert refused(expression)


def test_parentheses_alone_add_no_depth():
    assert evaluate("(" * 100 + "7" + ")" * 100, {}) == 7


def test_what_the_parser_cannot_hold_is_a_problem(monkeypatch):
    def fail(*args, **kwargs):
        raise MemoryError("too much")

    monkeypatch.setattr("cnnclaims.claims.language.ast.parse", fail)
    assert refused("1") == [Problem(0, "expression-syntax", "too much")]


@pytest.mark.parametrize(
    "expression", ["1e400", "1e-400", "0e999999999", "1e-999999999", "1.5E+65", "-1e-65", "1e1_00"]
)
def test_a_literal_beyond_the_largest_exponent_is_refused(expression):
    (problem,) = refused(expression)
    assert problem.name == "expression-number"
    assert problem.offset == (1 if expression.startswith("-") else 0)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1e64", Fraction(10**64)),
        ("1e-60", Fraction(1, 10**60)),
        ("10**-60", Fraction(1, 10**60)),
        ("0e64", Fraction(0)),
        ("0." + "0" * 390 + "1", Fraction(1, 10**391)),
        ("9" * 390 + ".5", Fraction(10**390 - 1) + Fraction(1, 2)),
        ("2**64", Fraction(2**64)),
        ("(2**63)**64", Fraction(2 ** (63 * 64))),
        ("1**64", Fraction(1)),
        ("0**0", Fraction(1)),
        ("(-2)**3", Fraction(-8)),
        ("(2/3)**-2", Fraction(9, 4)),
        ("-2**2", Fraction(-4)),
        ("2**-1", Fraction(1, 2)),
    ],
)
def test_powers_are_exact(expression, value):
    assert evaluate(expression, {}) == value


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("9**9**9", "at most 64, found 387420489"),
        ("9**9**9**9", "at most 64"),
        (f"2**{LARGEST_EXPONENT + 1}", "at most 64, found 65"),
        (f"2**-{LARGEST_EXPONENT + 1}", "at most 64"),
        ("2**0.5", "whole number"),
        ("2**(1/3)", "whole number"),
        ("(2**64)**64", "more than 4096 bits"),
        ("((2**64)**60)**60", "more than 4096 bits"),
        ("(2**-64)**64", "more than 4096 bits"),
        ("(2**63)**64 * (2**63)**64", "more than 4096 bits"),
        ("(2**63)**64 / (2**-63)**64", "more than 4096 bits"),
        ("1e64**20", "more than 4096 bits"),
        ("0**-1", "Fraction"),
        ("1 / 0", "division by zero"),
        ("1 / (1 - 1.0)", "division by zero"),
    ],
)
def test_what_no_one_could_print_is_an_arithmetic_error(expression, said):
    with pytest.raises(ArithmeticError, match=said):
        evaluate(expression, {})


# -- what it computes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 / 3", Fraction(1, 3)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1 - 6.67/15.3", 1 - Fraction("6.67") / Fraction("15.3")),
        ("1_000.2_5", Fraction("1000.25")),
        ("1.", Fraction(1)),
        (".5", Fraction(1, 2)),
        ("  2 * .5", Fraction(1)),
        ("2 - 3 - 4", Fraction(-5)),
        ("--1", Fraction(1)),
        ("1.1E1", Fraction(11)),
        ("0x10", Fraction(16)),
    ],
)
def test_pure_numbers_are_exact(expression, value):
    assert evaluate(expression, {}) == value


LITERALS = st.integers(0, 99).map(str) | st.decimals(0, 99, places=2).map(str)


@st.composite
def sums(draw, depth=3):
    """An expression of literals, and its value (None where it divides by zero)."""
    if depth == 0 or draw(st.booleans()):
        text = draw(LITERALS)
        return text, Fraction(text)
    left, a = draw(sums(depth - 1))
    operator = draw(st.sampled_from("+ - * / minus".split()))
    if operator == "minus":
        return f"-({left})", None if a is None else -a
    right, b = draw(sums(depth - 1))
    text = f"({left}) {operator} ({right})"
    if a is None or b is None or (operator == "/" and b == 0):
        return text, None
    return text, {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else None}[operator]


@given(sums())
@settings(max_examples=200, deadline=None)
def test_literal_arithmetic_agrees_with_fractions(sum):
    expression, value = sum
    assert check(expression, {}) == []
    if value is None:
        with pytest.raises(ZeroDivisionError):
            evaluate(expression, {})
    else:
        assert evaluate(expression, {}) == value


def test_functions_are_called_with_what_python_would_pass():
    calls = []

    def take(*args, **kwargs):
        calls.append((args, kwargs))
        return 1

    evaluate("f('a', 3, x=0.75, y=True, z=None, w=6/4, v=6/3, u=-1, t=1.0)", {"f": take})
    ((args, kwargs),) = calls
    assert args == ("a", 3)
    assert kwargs == {"x": 0.75, "y": True, "z": None, "w": 1.5, "v": 2, "u": -1, "t": 1.0}
    kinds = {name: type(value) for name, value in kwargs.items()}
    assert (kinds["x"], kinds["y"], kinds["w"], kinds["v"], kinds["u"], kinds["t"]) == (
        float,
        bool,
        float,
        int,
        int,
        float,
    )


def test_what_a_function_returns_is_passed_on():
    functions = {"net": lambda: "a network", "length": len}
    assert evaluate("length(net()) / 2", functions) == Fraction(9, 2)


def test_a_functions_float_is_the_decimal_that_it_shows():
    assert evaluate("f()", {"f": lambda: 0.1}) == Fraction(1, 10)
    assert evaluate("3 * f()", {"f": lambda: 1e-7}) == Fraction(3, 10**7)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_not_finite_is_an_arithmetic_error(value):
    for expression in ("f()", "1 + f()", "-f()"):
        with pytest.raises(ArithmeticError, match=r"inf|nan"):
            evaluate(expression, {"f": lambda: value})


@pytest.mark.parametrize("value", [True, None, "1", [1], 1j])
def test_what_is_no_number_is_a_type_error(value):
    for expression in ("f()", "f() + 1", "-f()"):
        with pytest.raises(TypeError, match="expected a number"):
            evaluate(expression, {"f": lambda: value})


@pytest.mark.parametrize("expression", ["'1'", "True", "None", "-True", "1 + 'a'", "'a' * 2"])
def test_a_literal_that_is_no_number_is_found_by_check_and_by_evaluate(expression):
    assert [name for name, _ in found(expression)] == ["expression-is-no-number"]
    with pytest.raises(TypeError):
        evaluate(expression, {})


def test_what_a_function_raises_passes_through():
    def fail():
        raise LookupError("no such part")

    with pytest.raises(LookupError, match="no such part"):
        evaluate("1 + f()", {"f": fail})


def test_evaluate_refuses_what_parse_refuses():
    with pytest.raises(ExpressionError):
        evaluate("[1]", {})


# -- checking without running --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "params(small())",
        "params(net=small())",
        "params(small(), None)",
        "params(wide(50, 0.5, 'A', 224, True))",
        "params(wide(width=1))",
        "params(wide(width=-0.5))",
        "params(wide(depth=6*3+2))",
        "params(wide(option=None))",
        "setting(small(), 'conv1', name='stride')",
    ],
)
def test_arguments_that_fit_are_no_problem(expression):
    assert found(expression) == []


@pytest.mark.parametrize(
    ("expression", "name", "offset"),
    [
        ("parms(small())", "unknown-name", 0),
        ("1 + params(smal())", "unknown-name", 11),
        ("params(small(), 'a', 'b')", "too-many-arguments", 21),
        ("params(small(), prt='a')", "unknown-argument", 16),
        ("params(small(), net=small())", "argument-twice", 16),
        ("params(net=small(), net=small())", "argument-twice", 20),
        ("params()", "missing-argument", 0),
        ("2 * setting(small(), 'a')", "missing-argument", 4),
        ("params(wide(option='C'))", "argument-value", 12),
        ("params(wide(image=225))", "argument-value", 12),
        ("params(wide(image=True))", "argument-value", 12),
        ("params(wide(image=1.0))", "argument-value", 12),
        ("params(wide(image=None))", "argument-value", 12),
        ("params(wide(depth='a'))", "argument-kind", 18),
        ("params(wide(depth=True))", "argument-kind", 18),
        ("params(wide(depth=18.0))", "argument-kind", 18),
        ("params(wide(depth=small()))", "argument-kind", 18),
        ("params(wide(depth=None))", "argument-kind", 18),
        ("params(wide(bias=1))", "argument-kind", 17),
        ("params(wide(option=1 + 1))", "argument-kind", 19),
        ("params(5)", "argument-kind", 7),
        ("params('small')", "argument-kind", 7),
        ("params(params(small()))", "argument-kind", 7),
        ("params(small(), 5)", "argument-kind", 16),
        ("params(small(), part=small())", "argument-kind", 21),
        ("small()", "expression-is-no-number", 0),
        ("-small()", "expression-is-no-number", 0),
        ("params(-small())", "expression-is-no-number", 7),
        ("small() + 1", "expression-is-no-number", 0),
        ("params(small() * 2)", "expression-is-no-number", 7),
        ("params(wide(depth=-'a'))", "expression-is-no-number", 19),
        ("params(small()) + macs(small())", "unit-does-not-fit", 0),
        ("1 / (params(small()) - share(small()))", "unit-does-not-fit", 5),
        ("  parms(small())", "unknown-name", 2),
    ],
)
def test_a_fault_is_found_where_it_stands(expression, name, offset):
    if name == "argument-value":
        offset += len(expression[offset:].partition("=")[0]) + 1
    assert found(expression) == [(name, offset)]


def test_every_fault_is_found_in_one_go():
    assert found("parms(small()) / macs(wide(dpth=1, bias=2), 'a')") == [
        ("unknown-name", 0),
        ("unknown-argument", 27),
        ("argument-kind", 40),
        ("argument-kind", 44),
    ]


@pytest.mark.parametrize(
    ("expression", "help"),
    [
        ("parms(small())", "params"),
        ("params(small(), prt='a')", "part"),
        ("params(small(), x='a')", "params(net, part=None)"),
        ("params()", "params(net, part=None)"),
        ("params(small(), 'a', 'b')", "params(net, part=None)"),
        ("small()", "params(...)"),
    ],
)
def test_a_problem_names_the_repair(expression, help):
    (problem,) = check(expression, SIGNATURES)
    assert help in problem.help


def test_a_choice_is_told_the_choices():
    (problem,) = check("params(wide(option='C'))", SIGNATURES)
    assert "'A', 'B'" in problem.message
    assert "'C'" in problem.message


def test_the_caret_stands_under_the_fault():
    (problem,) = check("1 + parms(small())", SIGNATURES)
    lines = problem.show("1 + parms(small())").splitlines()
    assert lines[1][lines[2].index("^") :].startswith("parms")
    assert lines[0].startswith("unknown-name: ")
    assert lines[3].startswith("  help: ")
    assert len(Problem(0, "name", "message").show("1").splitlines()) == 3


def test_an_expression_error_shows_every_problem():
    with pytest.raises(ExpressionError) as caught:
        parse("x + y")
    assert str(caught.value).count("^") == 2


def test_a_signature_is_spelt_as_it_is_called():
    assert str(SIGNATURES["params"]) == "params(net, part=None)"
    assert str(SIGNATURES["small"]) == "small()"


# -- dimensions ------------------------------------------------------------------------------------------------------------


P, M, S, N = "params(small())", "macs(small())", "share(small())", "setting(small(), 'a', 'p')"


@pytest.mark.parametrize(
    ("expression", "dimension"),
    [
        (P, "params"),
        (f"-{P}", "params"),
        (f"2 * {P}", "params"),
        (f"{P} * 2", "params"),
        (f"{P} / 2", "params"),
        (f"{P} + 2", "params"),
        (f"2 - {P}", "params"),
        (f"{P} + {P}", "params"),
        (f"{S} * {P}", "params"),
        (f"{P} * {S}", "params"),
        (f"{P} / {S}", "params"),
        (f"{P} * {N}", "params"),
        (f"{P} / {P}", ""),
        (f"1 - {P} / {P}", ""),
        (S, ""),
        (f"100 * {S}", ""),
        (f"{S} * 100", ""),
        (f"{S} / 2", ""),
        (f"1 / {S}", ""),
        (f"{S} / {S}", ""),
        (f"{S} * {S}", ""),
        (f"{S} ** 2", ""),
        (f"1 - {S}", ""),
        (f"{S} + 1", ""),
        (f"-{S}", ""),
    ],
)
def test_a_dimension_fits_its_own_units_and_no_other(expression, dimension):
    assert found(expression, dimension) == []
    for other in {"params", "mult-adds", "", "bytes"} - {dimension}:
        assert found(expression, other) == [("unit-does-not-fit", 0)]


@pytest.mark.parametrize("expression", [f"{P} * {M}", f"{P} / {M}", f"1 / {P}", f"{S} / {P}"])
def test_a_mixed_dimension_fits_no_unit(expression):
    for dimension in ("params", "mult-adds", ""):
        assert found(expression, dimension) == [("unit-does-not-fit", 0)]
    assert found(expression) == []


@pytest.mark.parametrize("expression", ["1", "1 - 6.67/15.3", "2 ** 3", "-1 * 2", N, f"2 * {N}", f"{N} ** 2"])
def test_literals_and_settings_fit_every_unit(expression):
    for dimension in ("params", "mult-adds", "", "top-1 error"):
        assert found(expression, dimension) == []


def test_the_order_of_factors_does_not_matter():
    for factors in permutations(("2", S, P)):
        assert found(" * ".join(factors), "params") == []
        assert found(" * ".join(factors), "") == [("unit-does-not-fit", 0)]


def test_a_dimension_is_told_in_words():
    (problem,) = check(P, SIGNATURES, "")
    assert problem.message == "expected a pure number, found a number of params"


# -- any text ----------------------------------------------------------------------------------------------------------------

WORDS = "params small wide share ( ) ( ) , = + - * / ** 1 2.5 1e9 1e-99 'A' None True . [ ] x : lambda for in f'{ \\ # 'a not"
MORE = (" ", "  ", "small()", "params(small())", "depth=", "-", "é", "\n")
PIECES = st.lists(st.sampled_from([*WORDS.split(), *MORE]), max_size=40).map("".join)


@given(
    st.text(max_size=500) | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60) | PIECES
)
@settings(max_examples=500, deadline=None)
def test_any_text_is_checked_without_an_exception(text):
    problems = check(text, SIGNATURES, "params")
    assert all(isinstance(problem, Problem) and problem.message for problem in problems)
    assert all(0 <= problem.offset <= len(text) for problem in problems)
    try:
        parse(text)
    except ExpressionError as error:
        refusal = error
    else:
        return
    assert refusal.problems == problems


@given(PIECES)
@settings(max_examples=300, deadline=None)
def test_what_passes_the_check_gives_a_number_or_an_arithmetic_error(text):
    functions = {name: lambda *args, **kwargs: 3 for name in SIGNATURES}
    if check(text, SIGNATURES):
        return
    try:
        value = evaluate(text, functions)
    except ArithmeticError:
        return
    assert type(value) is Fraction
    assert value.numerator.bit_length() <= MOST_BITS
