"""What records say beside one another: errata, and numbers that works state differently of one network. No torch."""

import ast
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from cnnclaims.claims.judging import is_current
from cnnclaims.claims.language import NETWORK
from cnnclaims.claims.library import Library
from cnnclaims.claims.printed import Printed, parse
from cnnclaims.claims.records import Claim
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.catalogue import signatures

Verdicts = Mapping[str, Mapping[str, Any]]  # paper -> its verdict document
ERRATA = ("refuted", "truncated", "not supported")


class Statement(NamedTuple):
    """A claim with its verdict."""

    claim: Claim
    verdict: Mapping[str, Any]


class Disagreement(NamedTuple):
    """One quantity of one network, and the statements about it of which at least two works exclude each other."""

    quantity: str
    network: str
    statements: tuple[Statement, ...]


def statements(library: Library, verdicts: Verdicts) -> Iterator[Statement]:
    """Every claim that has a verdict made for it as it stands."""
    for claim in library.claims():
        verdict = verdicts.get(claim.paper, {}).get("claims", {}).get(claim.id)
        if verdict is not None and is_current(claim, verdict):
            yield Statement(claim, verdict)


def errata(library: Library, verdicts: Verdicts, paper: str | None = None) -> list[Statement]:
    """Everything refuted, cut off or not supported, in the order of the records; NotFound for an unknown paper."""
    wanted = None if paper is None else library.find(paper).id
    return [
        one
        for one in statements(library, verdicts)
        if one.verdict["verdict"] in ERRATA and wanted in (None, one.claim.paper)
    ]


def disagreements(library: Library, verdicts: Verdicts) -> list[Disagreement]:
    """Quantities that two works state so differently that no value is allowed by both."""
    groups: dict[tuple[str, str], list[Statement]] = {}
    for one in statements(library, verdicts):
        if (key := subject(one.claim.measure or "")) is not None:
            groups.setdefault(key, []).append(one)
    return [Disagreement(*key, tuple(found)) for key, found in sorted(groups.items()) if _disagree(found)]


def subject(measure: str) -> tuple[str, str] | None:
    """The quantity and the network that a measure is about: ("params", "resnet50()"); None for ratios, sums and the like.

    Counting conventions (`only`, weights for params) are no part of the quantity: papers that count differently disagree.
    """
    try:
        call = ast.parse(measure, mode="eval").body
    except SyntaxError:
        return None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args):
        return None
    signature, network = signatures().get(call.func.id), call.args[0]
    if signature is None or not signature.returns or not isinstance(network, ast.Call):
        return None
    others = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    others |= {
        p.name: ast.unparse(value) for p, value in zip(signature.parameters[1:], call.args[1:], strict=False)
    }
    others.pop("only", None)
    extra = "".join(f", {name} {value}" for name, value in sorted(others.items()))
    named = signature.returns if signature.name in ("params", "weights", "macs") else signature.name
    return named + extra, without_defaults(network)


def without_defaults(call: ast.Call) -> str:
    """A network call with its arguments by name and without those that say what the default says."""
    assert isinstance(call.func, ast.Name)
    signature = signatures().get(call.func.id)
    if signature is None or signature.returns != NETWORK:
        return ast.unparse(call)
    given = dict(zip((p.name for p in signature.parameters), call.args, strict=False))
    given |= {keyword.arg or "": keyword.value for keyword in call.keywords}
    texts = {
        p.name: ast.unparse(given[p.name])
        for p in signature.parameters
        if p.name in given and ast.unparse(given[p.name]) != p.default
    }
    return f"{call.func.id}({', '.join(f'{name}={text}' for name, text in texts.items())})"


def _disagree(found: list[Statement]) -> bool:
    limits = [(one.claim.paper, _limits(one.claim)) for one in found]
    return any(
        _apart(first, second)
        for index, (paper, first) in enumerate(limits)
        for other, second in limits[:index]
        if paper != other
    )


def _limits(claim: Claim) -> tuple[Fraction | None, Fraction | None]:
    """The limits that a printed number sets, in single parameters, multiply-adds, ..."""
    printed: Printed = parse(claim.printed, claim.unit, claim.digits)
    scale = UNITS[claim.unit].scale
    low, high = (None if end is None else end * scale for end in (printed.low, printed.high))
    return low, high


def _apart(
    first: tuple[Fraction | None, Fraction | None], second: tuple[Fraction | None, Fraction | None]
) -> bool:
    """Whether no value lies within both, but for one that rounds to either."""
    for (low, _), (_, high) in ((first, second), (second, first)):
        if low is not None and high is not None and low >= high:
            return True
    return False
