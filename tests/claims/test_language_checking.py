"""The measure language: names, arguments and dimensions are checked without running anything."""

from itertools import permutations

import pytest

from cnnclaims.claims.language import (
    ExpressionError,
    Problem,
    check,
    parse,
)

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
def test_arguments_that_fit_are_no_problem(found, expression):
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
def test_a_fault_is_found_where_it_stands(found, expression, name, offset):
    if name == "argument-value":
        offset += len(expression[offset:].partition("=")[0]) + 1
    assert found(expression) == [(name, offset)]


def test_every_fault_is_found_in_one_go(found):
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
def test_a_problem_names_the_repair(signatures, expression, help):
    (problem,) = check(expression, signatures)
    assert help in problem.help


def test_a_choice_is_told_the_choices(signatures):
    (problem,) = check("params(wide(option='C'))", signatures)
    assert "'A', 'B'" in problem.message
    assert "'C'" in problem.message


def test_the_caret_stands_under_the_fault(signatures):
    (problem,) = check("1 + parms(small())", signatures)
    lines = problem.show("1 + parms(small())").splitlines()
    assert lines[1][lines[2].index("^") :].startswith("parms")
    assert lines[0].startswith("unknown-name: ")
    assert lines[3].startswith("  help: ")
    assert len(Problem(0, "name", "message").show("1").splitlines()) == 3


def test_an_expression_error_shows_every_problem():
    with pytest.raises(ExpressionError) as caught:
        parse("x + y")
    assert str(caught.value).count("^") == 2


def test_a_signature_is_spelt_as_it_is_called(signatures):
    assert str(signatures["params"]) == "params(net, part=None)"
    assert str(signatures["small"]) == "small()"


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
def test_a_dimension_fits_its_own_units_and_no_other(found, expression, dimension):
    assert found(expression, dimension) == []
    for other in {"params", "mult-adds", "", "bytes"} - {dimension}:
        assert found(expression, other) == [("unit-does-not-fit", 0)]


@pytest.mark.parametrize("expression", [f"{P} * {M}", f"{P} / {M}", f"1 / {P}", f"{S} / {P}"])
def test_a_mixed_dimension_fits_no_unit(found, expression):
    for dimension in ("params", "mult-adds", ""):
        assert found(expression, dimension) == [("unit-does-not-fit", 0)]
    assert found(expression) == []


@pytest.mark.parametrize("expression", ["1", "1 - 6.67/15.3", "2 ** 3", "-1 * 2", N, f"2 * {N}", f"{N} ** 2"])
def test_literals_and_settings_fit_every_unit(found, expression):
    for dimension in ("params", "mult-adds", "", "top-1 error"):
        assert found(expression, dimension) == []


def test_the_order_of_factors_does_not_matter(found):
    for factors in permutations(("2", S, P)):
        assert found(" * ".join(factors), "params") == []
        assert found(" * ".join(factors), "") == [("unit-does-not-fit", 0)]


def test_a_dimension_is_told_in_words(found, signatures):
    (problem,) = check(P, signatures, "")
    assert problem.message == "expected a pure number, found a number of params"
