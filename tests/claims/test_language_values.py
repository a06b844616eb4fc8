"""The measure language: what it computes."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.language import (
    ExpressionError,
    check,
    evaluate,
)


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
def test_a_literal_that_is_no_number_is_found_by_check_and_by_evaluate(found, expression):
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
