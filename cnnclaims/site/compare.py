"""The page that compares networks: every call as built in one table, and a script that picks from it and draws."""

import json
from typing import Any

from cnnclaims.site.blocks import times
from cnnclaims.site.charts import si
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Judged
from cnnclaims.site.known_networks import Known, Networks, top1
from cnnclaims.site.network_pages import STYLES, network_url
from cnnclaims.site.parts import Page, code, paper_url, printed, table

# What may be compared: the key in the data, the heading, and whether whole numbers are written short.
QUANTITIES = (
    ("params", "Parameters"),
    ("macs", "Multiply-adds"),
    ("neurons", "Activations"),
    ("depth", "Depth"),
    ("receptive_field", "Receptive field"),
    ("top1", "Top-1 accuracy as printed, %"),
)
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that nothing can end the element
START = ("alexnet()", "vgg16()", "googlenet()", "resnet50()", "mobilenet_v1()", "mobilenet_v2()", "shufflenet_v2()", "squeezenet1_0()", "efficientnet_b0()")  # fmt: skip


def network_data(networks: Networks) -> list[dict[str, Any]]:
    """Every call of every network as plain data: `data/networks.json`."""
    return [_entry(known, call) for known in networks.values() for call in known.calls]


def _entry(known: Known, call: str) -> dict[str, Any]:
    total = known.calls[call]["totals"]
    found = top1(known, call)
    entry: dict[str, Any] = {
        "call": call,
        "network": known.name,
        "paper": known.source.id if known.source else None,
    }
    entry |= {name: total[name] for name in ("input", "output", "params", "weights", "macs", "neurons", "depth", "receptive_field", "ideas")}  # fmt: skip
    entry["top1"] = float(found[1]) if found else None
    entry["top1_printed"] = found[0].claim.name if found else None
    return entry


def data_file(networks: Networks) -> bytes:
    """The data as a file, one call a line."""
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in network_data(networks))
    return f"[\n{lines}\n]\n".encode()


def compare_page(networks: Networks) -> Page:
    """The page; without a script it is the whole table."""
    calls = [(known, call) for known in networks.values() for call in known.calls]
    rows = [_row(known, call) for known, call in calls]
    head = ["Network", "Input", *(heading for _, heading in QUANTITIES)]
    options = "".join(f'<option value="{name}">{esc(heading)}</option>' for name, heading in QUANTITIES)
    body = (
        "# Compare networks {#_top}\n\n"
        f'<p class="lead">{len(calls)} networks and variants as built, at the input that their papers feed them. All numbers'
        " are measured but for the accuracies, which are what papers print: training, crops and data differ.</p>\n\n"
        '<div id="_compare" hidden>\n<div id="_chosen"></div>\n'
        f'<form class="tools"><label>Across <select name="x">{options}</select></label>'
        f' <label>Upwards <select name="y">{options}</select></label>'
        ' <button type="button" name="none">Choose none</button></form>\n'
        '<div id="_chart"></div>\n<p id="_said" role="status"></p>\n'
        '<form class="tools"><label>Find a network <input name="find" type="search" autocomplete="off"'
        ' placeholder="resnet, width=0.5, …"></label></form>\n</div>\n\n'
        f'<div id="_every">\n{table(head, rows, "All networks", "compared")}</div>\n\n'
        '<p>The same as <a href="data/networks.json">data</a>. One network again: <code>cnnclaims layers resnet50</code>.</p>\n\n'
        f'<script type="application/json" id="_networks">{_embedded(calls)}</script>\n'
    )
    return Page(
        "Compare networks",
        "Parameters, multiply-adds, activations, depth, receptive field and printed accuracy of any networks side by side.",
        body,
        ("navigation", "toc"),
        scripts=("assets/compare.js",),
        styles=(*STYLES, "assets/compare.css"),
    )


def _row(known: Known, call: str) -> list[str]:
    total = known.calls[call]["totals"]
    found = top1(known, call)
    return [
        f'<a href="{network_url(known.name)}">{code(call)}</a>',
        times(total["input"]),
        *(f'<span title="{total[name]:,}">{si(total[name])}</span>' for name in ("params", "macs", "neurons")),
        str(total["depth"]),
        f"{total['receptive_field']:,}" if total["receptive_field"] else "–",
        _accuracy(*found) if found else "–",
    ]  # fmt: skip


def _accuracy(judged: Judged, figure: str) -> str:
    claim = judged.claim
    text = f"{esc(figure)} <small>({esc(claim.paper)})</small>"
    return f'<a href="{paper_url(claim.paper, claim.id)}" title="{esc(claim.where)} prints {printed(judged)}">{text}</a>'


def _embedded(calls: list[tuple[Known, str]]) -> str:
    """What the script needs, in the order of the rows."""
    entries = [[call, *(_entry(known, call)[name] for name, _ in QUANTITIES)] for known, call in calls]
    data = {"quantities": [name for name, _ in QUANTITIES], "start": START, "calls": entries}
    return json.dumps(data, separators=(",", ":")).translate(ESCAPED)
