"""Networks as the pages need them: what was built (the sheets) beside what papers state about it. Nothing is measured here."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from cnnclaims.claims.language import NETWORK
from cnnclaims.claims.records import Record
from cnnclaims.claims.units import UNITS
from cnnclaims.site.gathered import Canon, Judged, Paper
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.sheet_files import calls, key
from cnnclaims.verifiers.sheets import Sheet

# Measures and accuracies in the order in which pages list them, with the words for them.
QUANTITIES = {
    "params": "parameters",
    "weights": "weights",
    "macs": "multiply-adds",
    "operations": "operations",
    "neurons": "activations",
    "connections": "connections",
    "depth": "depth",
    "count": "layers of a kind",
    "blocks": "blocks",
    "input_size": "input size",
    "output_size": "output size",
    "channels": "channels",
    "receptive_field": "receptive field",
    "memory": "memory",
    "share": "share",
    "top-1 accuracy": "top-1 accuracy",
    "top-1 error": "top-1 error",
    "top-5 accuracy": "top-5 accuracy",
    "top-5 error": "top-5 error",
}
ACCURACIES = ("top-1 accuracy", "top-1 error", "top-5 accuracy", "top-5 error", "accuracy", "error")
RATIO = "compared with others"
OTHER = "else"


class Stated(NamedTuple):
    """A claim about a network: what it is about (a key of QUANTITIES, RATIO or OTHER), of which calls, of which part."""

    judged: Judged
    quantity: str
    calls: tuple[str, ...]
    part: str = ""


@dataclass(frozen=True)
class Known:
    """A network: its calls as built, the first one with layers; the paper it comes from; what works state about it."""

    name: str
    calls: Mapping[str, Sheet]
    source: Record | None
    stated: tuple[Stated, ...]

    @property
    def first(self) -> str:
        """The call that the page is about: the default one where there is one."""
        return next(iter(self.calls))

    @property
    def sheet(self) -> Sheet:
        """The first call's sheet."""
        return self.calls[self.first]

    @property
    def doc(self) -> str:
        """The first line of the builder's own description."""
        return signatures()[self.name].doc.partition("\n")[0] if self.name in signatures() else ""

    def of_part(self, call: str, part: str, paper: str | None = None) -> list[Stated]:
        """What is stated of one stage of a call, by one paper or by all."""
        return [
            one
            for one in self.stated
            if one.part == part and one.calls == (call,) and paper in (None, one.judged.claim.paper)
        ]


Networks = Mapping[str, Known]


def known_networks(canon: Canon, sheets: Mapping[str, Any]) -> dict[str, Known]:
    """Every network that a record introduces or speaks of and that has a sheet, by name."""
    stated: dict[str, list[Stated]] = {}
    sources: dict[str, Record] = {}
    for paper in canon.papers:
        sources |= dict.fromkeys(paper.record.networks, paper.record)
        for one in statements(paper):
            for name in dict.fromkeys(call.partition("(")[0] for call in one.calls):
                stated.setdefault(name, []).append(one)
    return {
        name: Known(name, document["calls"], sources.get(name), tuple(stated.get(name, ())))
        for name, document in sheets.items()
        if name in stated or name in sources
    }


def statements(paper: Paper) -> Iterable[Stated]:
    """The claims of a paper that are about networks: by their measure, or by the row that they stand in."""
    of = {(table.id, row.id): row.of for table in paper.record.tables for row in table.rows}
    for judged in paper.claims:
        claim = judged.claim
        row = of.get((claim.table, claim.row)) if claim.table and claim.row else None
        text = claim.measure or row or ""
        if named := _calls(text):
            if claim.measure:
                quantity, part = subject(claim.measure)
            else:
                dimension = UNITS[claim.unit].dimension
                quantity, part = (dimension if dimension in ACCURACIES else OTHER), ""
            yield Stated(judged, quantity, named, part)


@cache
def _calls(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key(*one) for one in calls(text)))


@cache
def subject(measure: str) -> tuple[str, str]:
    """What a measure is about and of which part: ("output_size", "conv1"); (RATIO, "") for what joins several."""
    call = ast.parse(measure.strip(), mode="eval").body
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return RATIO, ""
    signature = signatures().get(call.func.id)
    if signature is None or signature.returns == NETWORK:
        return OTHER, ""
    given = dict(zip((p.name for p in signature.parameters), call.args, strict=False))
    given |= {keyword.arg or "": keyword.value for keyword in call.keywords}
    part = given.get("part")
    text = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
    return call.func.id if call.func.id in QUANTITIES else OTHER, text


def words(quantity: str) -> str:
    """The words for a quantity."""
    return QUANTITIES.get(quantity, quantity)


def top1(known: Known, call: str) -> tuple[Judged, str] | None:
    """The top-1 accuracy that is printed for a call, by the paper that the network comes from if it prints one.

    With it the figure as a number out of 100: 100 less the error where the paper prints errors.
    """
    printed = [one for one in known.stated if one.calls == (call,) and one.quantity in ACCURACIES[:2]]
    source = known.source.id if known.source else None
    for one in sorted(printed, key=lambda one: one.judged.claim.paper != source):
        if figure := as_accuracy(one.judged):
            return one.judged, figure
    return None


def as_accuracy(judged: Judged) -> str:
    """A printed accuracy or error as an accuracy out of 100, with the digits as printed; empty for what is no plain number."""
    text, unit = judged.claim.printed, UNITS[judged.claim.unit]
    if not text.replace(".", "", 1).isdigit():
        return ""
    places = len(text.partition(".")[2])
    figure = float(text) * float(unit.scale)
    places -= 2 if unit.scale == 100 else 0
    return f"{100 - figure if 'error' in unit.dimension else figure:.{max(0, places)}f}"
