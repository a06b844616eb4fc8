"""What a paper's page shows of its networks: stages as built beside what it prints, blocks, and accuracy against cost."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cnnclaims.claims.records import Table
from cnnclaims.claims.units import UNITS
from cnnclaims.site.blocks import blocks_html, chain_svg, times
from cnnclaims.site.charts import Point, scatter, si
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Judged, Paper
from cnnclaims.site.known_networks import Known, Networks, subject
from cnnclaims.site.network_pages import again, network_url
from cnnclaims.site.parts import badge, command, heading, link, paper_url, table, with_unit
from cnnclaims.site.stages import stage_bars, stage_table
from cnnclaims.verifiers.sheet_files import calls, key

UP = "../"
LONGEST_LABEL = 24
LEAST_POINTS = 3
MOST_CHARTS = 2
DIMENSIONS = ("top-1 accuracy", "top-1 error", "top-5 accuracy", "top-5 error", "accuracy", "error")


def architecture(paper: Paper, networks: Networks) -> str:
    """The section on the networks that the paper introduces; empty if it introduces none that was built."""
    own = [networks[name] for name in paper.record.networks if name in networks]
    if not own:
        return ""
    main = max(own, key=lambda known: _spoken_of(known, paper.record.id))
    html = heading(2, "Architecture as built", "_architecture")
    html += (
        f"<p>{link(network_url(main.name, UP), main.name)}: {_in_short(main)}. Every layer, and who states what about it,"
        f" stands on {link(network_url(main.name, UP), 'its own page')}.</p>\n"
    )
    html += chain_svg(main.sheet, main.first) + stage_table(main, paper.record.id, UP) + stage_bars(main)
    html += blocks_html(main.sheet) + command(again(main.first))
    return html + _others([known for known in own if known is not main])


def _spoken_of(known: Known, paper: str) -> tuple[int, int]:
    """How many claims of the paper are about a stage of a network's first call, and about the network at all."""
    mine = [one for one in known.stated if one.judged.claim.paper == paper]
    return sum(bool(one.part) and one.calls == (known.first,) for one in mine), len(mine)


def _in_short(known: Known) -> str:
    total = known.sheet["totals"]
    return f"input {times(total['input'])}, {si(total['params'])} parameters, {si(total['macs'])} multiply-adds, depth {total['depth']}"


def _others(others: Sequence[Known]) -> str:
    if not others:
        return ""
    rows = [
        [
            link(network_url(known.name, UP), known.name),
            times(known.sheet["totals"]["input"]),
            si(known.sheet["totals"]["params"]),
            si(known.sheet["totals"]["macs"]),
            str(known.sheet["totals"]["depth"]),
        ]
        for known in others
    ]
    head = ["Its other networks", "Input", "Parameters", "Multiply-adds", "Depth"]
    return table(head, rows, "Other networks of this paper", "networks")


# -- accuracy against cost -------------------------------------------------------------------------------------------------


class Trained(NamedTuple):
    """A row of a paper's table: a network that was built, the accuracy printed for it, and the costs printed beside it."""

    label: str
    call: str
    accuracy: Judged
    costs: Mapping[str, Judged]  # "macs", "params"


def accuracy_charts(paper: Paper, networks: Networks) -> str:
    """Printed accuracy against measured cost, a pair of charts for each kind of accuracy with enough rows."""
    groups: dict[tuple[str, str], list[Trained]] = {}
    for given in paper.record.tables:
        for group, row in _rows(paper, given, networks):
            found = groups.setdefault(group, [])
            if row.call not in [other.call for other in found]:
                found.append(row)
    kept = [(group, rows) for group, rows in groups.items() if len(rows) >= LEAST_POINTS]
    kept.sort(key=lambda one: (DIMENSIONS.index(UNITS[one[0][0]].dimension), -len(one[1])))
    html = "".join(_charts(unit, title, rows, networks) for (unit, title), rows in kept[:MOST_CHARTS])
    return heading(2, "Accuracy against cost", "_accuracy") + html if html else ""


def _rows(paper: Paper, given: Table, networks: Networks) -> list[tuple[tuple[str, str], Trained]]:
    judged = {(one.claim.row, one.claim.column): one for one in paper.claims if one.claim.table == given.id}
    found = []
    for row in given.rows:
        named = [key(*one) for one in calls(row.of or "")]
        if len(named) != 1 or _sheet(named[0], networks) is None:
            continue
        cells = [(column, judged[row.id, column]) for column in given.columns if (row.id, column) in judged]
        costs = {subject(one.claim.measure)[0]: one for _, one in cells if one.claim.measure}
        for column, one in cells:
            if UNITS[one.claim.unit].dimension in DIMENSIONS and _number(one.claim.printed) is not None:
                label = row.label or row.id
                trained = Trained(label, named[0], one, {k: v for k, v in costs.items() if k in ("macs", "params")})  # fmt: skip
                found.append(((one.claim.unit, given.columns[column].heading), trained))
    return found


def _sheet(call: str, networks: Networks) -> Mapping[str, object] | None:
    known = networks.get(call.partition("(")[0])
    return known.calls.get(call) if known else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _charts(unit: str, title: str, rows: Sequence[Trained], networks: Networks) -> str:
    names = {"macs": "multiply-adds", "params": "parameters"}
    where = ", ".join(dict.fromkeys(row.accuracy.claim.where for row in rows))
    figures = "".join(
        scatter(_points(rows, cost, networks), f"{title} as printed against {name}", f"{name}, measured", unit)
        for cost, name in names.items()
        if len({_total(row.call, cost, networks) for row in rows}) > 1
    )  # fmt: skip
    body = [
        [
            esc(row.label),
            _cell(row.accuracy),
            *(
                cell
                for cost in names
                for cell in (
                    _cell(row.costs[cost]) if cost in row.costs else "",
                    f"{_total(row.call, cost, networks):,}",
                )
            ),
        ]
        for row in rows
    ]
    head = [
        "Network",
        esc(title),
        "Multiply-adds printed",
        "Multiply-adds measured",
        "Parameters printed",
        "Parameters measured",
    ]
    for place in (4, 2):  # a column in which nothing is printed
        if not any(row[place] for row in body):
            head.pop(place)
            for row in body:
                row.pop(place)
    key = (
        '<p class="key"><span class="swatch point"></span> at the measured cost <span class="swatch ghost"></span> at the cost'
        " that the paper prints. Accuracies are the paper's own; nothing was trained here.</p>\n"
    )
    return f'<p>{esc(title)} in {esc(where)}:</p>\n<div class="charts">{figures}</div>\n{key}{table(head, body, f"{title} against cost", "against")}' if figures else ""  # fmt: skip


def _points(rows: Sequence[Trained], cost: str, networks: Networks) -> list[Point]:
    found = []
    for row in rows:
        judged = row.costs.get(cost)
        stated = _number(judged.claim.printed) if judged else None
        ghost = stated * float(UNITS[judged.claim.unit].scale) if judged and stated else None
        label = row.label
        label = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
        found.append(Point(_total(row.call, cost, networks), float(row.accuracy.claim.printed), label, ghost))
    return found


def _total(call: str, cost: str, networks: Networks) -> int:
    total: int = networks[call.partition("(")[0]].calls[call]["totals"][cost]
    return total


def _cell(judged: Judged) -> str:
    claim = judged.claim
    scale = re.sub(
        r"(?<!^) ?(mult-adds|params|top-. (accuracy|error)|accuracy|error)$", "", claim.unit
    )  # the head of the column says it
    mark = f" {badge(judged.verdict)}" if judged.verdict != "open" else ""
    return f'<a href="{paper_url(claim.paper, claim.id, UP)}">{with_unit(claim.printed, scale).strip()}</a>{mark}'
