"""The sheet of a network as text for the terminal."""

import ast
from typing import Any

from cnnclaims.claims.language import Problem, check, parse
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.sheets import Sheet


def problems(call: str) -> list[Problem]:
    """What is wrong with a network call; empty if it can be built."""
    if found := check(f"params({call})", signatures()):
        return [_of_the_call(problem) for problem in found]
    inner = [node for node in ast.walk(parse(call)) if isinstance(node, ast.Call)][1:]
    if inner:
        help = "write the number itself"
        return [Problem(inner[0].col_offset, "argument-is-measured", "an argument is measured here", help)]
    return []


def _of_the_call(problem: Problem) -> Problem:
    """A fault of `params(...)` as one of the call in it."""
    help = problem.help or "cnnclaims list networks has them all" * (problem.name == "unknown-name")
    return problem._replace(offset=max(0, problem.offset - len("params(")), help=help)


def rows(sheet: Sheet, stages: bool) -> list[tuple[str, ...]]:
    """The table with its heading, a total at the end."""
    return _stages(sheet) if stages else _layers(sheet)


def _stages(sheet: Sheet) -> list[tuple[str, ...]]:
    total = sheet["totals"]
    heading = ("stage", "output", "stride", "blocks", "params", "mult-adds", "share", "kernels")
    body = [
        (
            stage[0] or "(between stages)",
            stage[1],
            str(stage[3]),
            str(stage[4]),
            f"{stage[5]:,}",
            f"{stage[6]:,}",
            share(stage[6], total["macs"]),
            stage[2],
        )
        for stage in sheet["stages"]
    ]
    return [heading, *body, ("total", total["output"], "", "", *_sums(total), share(1, 1), "")]


def _layers(sheet: Sheet) -> list[tuple[str, ...]]:
    heading = ("layer", "operation", "kernel", "stride", "groups", "output", "params", "mult-adds", "then")
    body = [
        (
            row[0] or "(top)",
            row[1],
            row[3],
            str(row[4]),
            str(row[5]),
            row[6],
            f"{row[7]:,}",
            f"{row[8]:,}",
            row[2],
        )
        for row in sheet["layers"]
    ]
    total = sheet["totals"]
    return [heading, *body, ("total", "", "", "", "", total["output"], *_sums(total), "")]


def _sums(total: dict[str, Any]) -> tuple[str, str]:
    return f"{total['params']:,}", f"{total['macs']:,}"


def share(part: int, whole: int) -> str:
    """A share in per cent with one decimal; a dash where there is nothing to share."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
