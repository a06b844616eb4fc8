"""`cnnclaims measure` as a user types it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.verifiers import running

Run = Callable[..., Any]
Write = Callable[..., Path]


def test_measure_answers_in_the_order_given_and_whole_numbers_are_whole(run: Run) -> None:
    expressions = ["params(resnet18()) / 3", "params(resnet18())", "1 - 6.67 / 15.3", "params(resnet18())"]
    done = run("measure", "--json", *expressions)
    assert done.status == 0
    found = json.loads(done.out)
    assert [row["expression"] for row in found] == expressions
    # torchvision's count
    assert found[1] == found[3] == {"expression": "params(resnet18())", "value": 11689512}
    assert found[0] == {"expression": "params(resnet18()) / 3", "value": 3896504}
    assert isinstance(found[0]["value"], int)
    assert found[2] == {"expression": expressions[2], "value": 863 / 1530, "exact": "863/1530"}


def test_measure_prints_what_can_be_measured_and_ends_with_2_for_the_rest(run: Run) -> None:
    done = run("measure", "2 ** 10", "1 / 0", "10 / 4")
    assert done.status == 2
    assert done.out == "2 ** 10 = 1,024\n10 / 4 = 2.5\n"
    assert done.err.startswith("1 / 0: ZeroDivisionError: ")
    done = run("measure", "--json", "1 / 0")
    assert done.status == 2
    [row] = json.loads(done.out)
    assert row["value"] is None
    assert row["error"].startswith("ZeroDivisionError")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("params(resnet500())", 'did you mean "resnet50"'),
        ("params(resnet50(optio='A'))", 'did you mean "option"'),
        ("resnet50()", "a network is not a number"),
        ("resnet50", "is not called"),
        ("__import__('os')", "unknown-name"),
        ("(1).real", "expression-syntax"),
        ("1 +", "expression-syntax"),
        ("", "expression-syntax"),
        ("1+" * 500 + "1", "expression-too-long"),
    ],
)
def test_measure_refuses_what_is_no_expression_with_a_caret(run: Run, expression: str, message: str) -> None:
    done = run("measure", expression, "1 + 1")
    assert done.status == 2
    assert message in done.err
    assert "^" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    "expression", ["2 ** 64 ** 2", "9**64 * 9**64 * 9**64 / 7", "1 / 9**64 / 9**64 / 9**64"]
)
def test_measure_of_numbers_beyond_a_float_leaves_no_traceback(run: Run, expression: str) -> None:
    for form in ([], ["--json"]):
        done = run("measure", *form, expression)
        assert done.status in (0, 2)
        assert "Traceback" not in done.err


def test_ctrl_c_during_measure_prints_what_is_done_and_ends_with_130(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(expressions: object, *limits: object) -> object:
        yield "1 + 1", running.Fraction(2)
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "values", interrupted)
    assert run("measure", "1 + 1", "2 + 2") == (130, "1 + 1 = 2\n", "interrupted\n")
