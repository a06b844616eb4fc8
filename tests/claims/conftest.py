"""A language of a few functions, so that no test has to import torch, and what is said of an expression in it."""

import pytest

from cnnclaims.claims.language import (
    ANY,
    NETWORK,
    ExpressionError,
    Parameter,
    Signature,
    check,
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


@pytest.fixture(scope="session")
def signatures():
    """The functions of the language."""
    return SIGNATURES


@pytest.fixture(scope="session")
def found():
    """Names and offsets of what `check` finds."""

    def found(expression, dimension=ANY):
        """Names and offsets of what `check` finds."""
        return [(problem.name, problem.offset) for problem in check(expression, SIGNATURES, dimension)]

    return found


@pytest.fixture(scope="session")
def refused():
    """The problems for which `parse` refuses an expression."""

    def refused(expression):
        """The problems for which `parse` refuses an expression."""
        with pytest.raises(ExpressionError) as caught:
            parse(expression)
        assert caught.value.expression == expression
        assert caught.value.problems == check(expression, SIGNATURES)
        return caught.value.problems

    return refused
