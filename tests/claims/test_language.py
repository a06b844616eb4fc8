"""The measure language: what it lets through, and what it says of the rest."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.language import (
    DEEPEST,
    LARGEST_EXPONENT,
    LONGEST,
    MOST_BITS,
    ExpressionError,
    Problem,
    check,
    evaluate,
    parse,
)

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
def test_nothing_else_passes(refused, expression):
    for problem in refused(expression):
        assert problem.name in ("expression-syntax", "expression-name")
        assert 0 <= problem.offset <= len(expression)


def test_import_passes_the_parser_only_as_a_call_that_nothing_answers(found):
    expression = "__import__('os')"
    assert found(expression) == [("unknown-name", 0)]
    with pytest.raises(KeyError):
        evaluate(expression, {})
    assert found("__import__('os').system('true')") == [("expression-syntax", 0)]


@pytest.mark.parametrize("name", ["eval", "exec", "open", "getattr", "print", "abs", "max", "True()"])
def test_what_python_itself_knows_is_not_known_here(found, name):
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
def test_a_character_beyond_one_plain_line_is_refused_where_it_stands(refused, expression, offset):
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
def test_the_offset_is_where_the_fault_begins(refused, expression, offset):
    assert refused(expression)[0].offset == offset


@pytest.mark.parametrize(
    "expression", ["1 +", "1 1", "(1", "1)", "'a", "f(a='b', c)", "$", "", "[1", "1 + x", "f(1.0e99)"]
)
def test_spaces_before_an_expression_move_its_faults_and_nothing_else(refused, signatures, expression):
    alone, moved = refused(expression), check("   " + expression, signatures)
    assert [problem.offset + 3 for problem in alone] == [problem.offset for problem in moved]
    assert [problem.name for problem in alone] == [problem.name for problem in moved]


def test_every_foreign_part_is_named_at_once(refused):
    assert [(problem.name, problem.offset) for problem in refused("x + [1] * y.z")] == [
        ("expression-name", 0),
        ("expression-syntax", 4),
        ("expression-syntax", 10),
    ]


def test_a_bare_name_is_told_how_to_be_called(refused):
    (problem,) = refused("small")
    assert "'small' is not called" in problem.message
    assert "small()" in problem.help


def test_the_parser_warns_of_nothing():
    command = "from cnnclaims.claims.language import *; check('1and 2', {}), check(r\"params('\\d')\", {})"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


# -- limits ----------------------------------------------------------------------------------------------------------------


def test_the_longest_expression_is_read_and_a_longer_one_is_not(refused):
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
def test_nesting_is_bounded(refused, nested):
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
def test_depth_beyond_all_sense_is_a_problem_and_no_crash(refused, expression):
    assert refused(expression)


def test_parentheses_alone_add_no_depth():
    assert evaluate("(" * 100 + "7" + ")" * 100, {}) == 7


def test_what_the_parser_cannot_hold_is_a_problem(refused, monkeypatch):
    def fail(*args, **kwargs):
        raise MemoryError("too much")

    monkeypatch.setattr("cnnclaims.claims.language.ast.parse", fail)
    assert refused("1 + 271828") == [Problem(0, "expression-syntax", "too much")]  # read for the first time


@pytest.mark.parametrize(
    "expression", ["1e400", "1e-400", "0e999999999", "1e-999999999", "1.5E+65", "-1e-65", "1e1_00"]
)
def test_a_literal_beyond_the_largest_exponent_is_refused(refused, expression):
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


# -- any text ----------------------------------------------------------------------------------------------------------------

WORDS = "params small wide share ( ) ( ) , = + - * / ** 1 2.5 1e9 1e-99 'A' None True . [ ] x : lambda for in f'{ \\ # 'a not"
MORE = (" ", "  ", "small()", "params(small())", "depth=", "-", "é", "\n")
PIECES = st.lists(st.sampled_from([*WORDS.split(), *MORE]), max_size=40).map("".join)


@given(
    st.text(max_size=500) | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60) | PIECES
)
@settings(max_examples=500, deadline=None)
def test_any_text_is_checked_without_an_exception(signatures, text):
    problems = check(text, signatures, "params")
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
def test_what_passes_the_check_gives_a_number_or_an_arithmetic_error(signatures, text):
    functions = {name: lambda *args, **kwargs: 3 for name in signatures}
    if check(text, signatures):
        return
    try:
        value = evaluate(text, functions)
    except ArithmeticError:
        return
    assert type(value) is Fraction
    assert value.numerator.bit_length() <= MOST_BITS
