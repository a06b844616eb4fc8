"""The page of one network, and the page that lists them all."""

import ast
from collections.abc import Mapping, Sequence

from cnnclaims.site.blocks import blocks_html, chain_svg, times, word
from cnnclaims.site.charts import curve, si
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon
from cnnclaims.site.known_networks import OTHER, QUANTITIES, RATIO, Known, Networks, Stated, words
from cnnclaims.site.parts import (
    Page,
    badge,
    bullets,
    code,
    command,
    facts,
    heading,
    link,
    measured,
    paper_url,
    printed,
    table,
    with_code,
)
from cnnclaims.site.stages import stage_bars, stage_table
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.sheets import Row, Sheet

UP = "../"
STYLES = ("assets/charts.css", "assets/networks.css")
UNSCALED = frozenset("classes dropout anchors joints".split())  # numbers that do not scale a network
Curve = list[tuple[float, str]]  # an argument's values, and the calls that have them


def network_url(name: str, up: str = "") -> str:
    """The address of a network's page from the top folder."""
    return f"{up}networks/{esc(name)}.html"


def network_pages(canon: Canon, networks: Networks) -> dict[str, Page]:
    """All pages about networks, by file."""
    return {
        "networks.md": networks_page(networks),
        **{f"networks/{known.name}.md": network_page(canon, known) for known in networks.values()},
    }


# -- the list --------------------------------------------------------------------------------------------------------------


def networks_page(networks: Networks) -> Page:
    """Every network with its totals, by the year of its paper."""
    ordered = sorted(networks.values(), key=lambda known: (known.source.year if known.source else 9999, known.source.id if known.source else "", known.name))  # fmt: skip
    rows = [
        [
            link(network_url(known.name), known.name),
            link(paper_url(known.source.id), f"{known.source.id}, {known.source.year}") if known.source else "no record",
            times(known.sheet["totals"]["input"]),
            si(known.sheet["totals"]["params"]),
            si(known.sheet["totals"]["macs"]),
            str(known.sheet["totals"]["depth"]),
            str(len(known.calls)),
            str(len(known.stated)),
        ]
        for known in ordered
    ]  # fmt: skip
    count = sum(len(known.calls) for known in ordered)
    body = (
        "# Networks {#_top}\n\n"
        f'<p class="lead">{len(ordered)} networks, built as their papers describe them; {count} with the variants that claims'
        ' speak of. <a href="compare.html">Compare any of them</a>.</p>\n'
    ) + table(
        ["Network", "Paper", "Input", "Parameters", "Multiply-adds", "Depth", "Variants", "Claims"],
        rows,
        "Networks",
        "networks",
    )
    return Page("Networks", "Every network of the canon as built: parameters, multiply-adds, depth.", body, ("navigation", "toc"), styles=STYLES)  # fmt: skip


# -- one network -----------------------------------------------------------------------------------------------------------


def network_page(canon: Canon, known: Known) -> Page:
    """Totals, stages, blocks and layers as built, and who states what."""
    body = f"# {esc(known.name)} {{#_top}}\n\n"
    body += '<nav class="crumbs" aria-label="You are here">'
    body += f'<a href="../networks.html">Networks</a> / {esc(known.name)}</nav>\n\n'
    body += f'<p class="lead">{with_code(known.doc)}</p>\n{_facts(canon, known)}'
    body += heading(2, "Stages", "_stages") + chain_svg(known.sheet, known.first)
    body += stage_table(known) + stage_bars(known)
    if blocks := blocks_html(known.sheet):
        body += heading(2, "Blocks", "_blocks") + blocks
    body += heading(2, "Layers", "_layers") + _layers(known.sheet, known.first)
    body += _variants(known) + _curves(known) + _stated(known) + _readings(known)
    total = known.sheet["totals"]
    description = f"{known.name} as built: {si(total['params'])} parameters, {si(total['macs'])} multiply-adds, depth {total['depth']}."
    return Page(f"{known.name} (network)", description, body, styles=STYLES)


def _facts(canon: Canon, known: Known) -> str:
    total, source = known.sheet["totals"], known.source
    names = {thought.idea.id: thought.idea.name for thought in canon.thoughts}
    ideas = ", ".join(link(f"{UP}ideas/{esc(idea)}.html", names[idea]) for idea in total["ideas"] if idea in names)  # fmt: skip
    field = total["receptive_field"]
    return facts(
        [
            ("Paper", f"{link(paper_url(source.id, up=UP), source.title)} ({source.year})" if source else ""),
            ("Built by", code(known.first)),
            ("Input", f"{times(total['input'])} (channels × height × width)"),
            ("Output", times(total["output"])),
            ("Parameters", f"{total['params']:,}, of them {total['weights']:,} weights"),
            ("Multiply-adds", f"{total['macs']:,}"),
            ("Activations", f"{total['neurons']:,} outputs of layers with weights"),
            ("Depth", f"{total['depth']} layers with weights on the longest path"),
            ("Receptive field", f"{field:,} pixels" if field else "– (no one number for this network)"),
            ("Ideas that its operations show", ideas),
        ]
    ) + command(again(known.first))


def again(call: str) -> str:
    """The command that prints this network's layers."""
    name, _, input = call.partition(", input=")
    if name.endswith("()"):
        name = name[:-2]
    quoted = f'"{name}"' if "'" in name else f"'{name}'" if "(" in name else name
    return f"cnnclaims layers {quoted}" + (f" --input {input}" if input else "")


def _layers(sheet: Sheet, call: str) -> str:
    rows: Sequence[Row] = sheet["layers"]
    body = [
        [
            esc(row.path) or "top",
            esc(word(row.op)) + (f" <small>{esc(' '.join(map(word, row.then.split())))}</small>" if row.then else ""),
            row.kernel.replace("x", "×"),
            str(row.stride) if row.kernel else "",
            str(row.groups) if row.groups > 1 else "",
            row.shape.replace("x", " × "),
            f"{row.params:,}" if row.params else "",
            f"{row.macs:,}" if row.macs else "",
        ]
        for row in rows
    ]  # fmt: skip
    head = ["Layer", "Operation", "Kernel", "Stride", "Groups", "Output", "Parameters", "Multiply-adds"]
    return (
        f'<details class="fold">\n<summary>{len(rows)} operations, layer by layer</summary>\n'
        f"{table(head, body, f'Layers of {call}', 'layers')}</details>\n"
    )


def _variants(known: Known) -> str:
    if len(known.calls) < 2:
        return ""
    rows = [
        [
            code(call),
            f"{sheet['totals']['params']:,}",
            f"{sheet['totals']['macs']:,}",
            f"{sheet['totals']['neurons']:,}",
            str(sheet["totals"]["depth"]),
            times(sheet["totals"]["output"]),
        ]
        for call, sheet in known.calls.items()
    ]
    head = ["Call", "Parameters", "Multiply-adds", "Activations", "Depth", "Output"]
    return heading(2, "Variants that claims speak of", "_variants") + table(
        head, rows, f"Variants of {known.name}", "variants"
    )


def curves(known: Known) -> Mapping[str, Curve]:
    """Argument -> the longest run of calls that differ in it alone, where it has three values or more."""
    found: dict[str, dict[str, Curve]] = {}
    signature = signatures()[known.name]
    numeric = [p for p in signature.parameters if p.name not in UNSCALED and p.kinds & {"int", "float"}]
    for call in known.calls:
        if ", input=" in call:
            continue
        tree = ast.parse(call, mode="eval").body
        assert isinstance(tree, ast.Call)
        given = {str(keyword.arg): ast.unparse(keyword.value) for keyword in tree.keywords}
        for parameter in numeric:
            value = given.get(parameter.name, parameter.default or "None")
            others = repr({name: text for name, text in given.items() if name != parameter.name})
            if value != "None":
                found.setdefault(parameter.name, {}).setdefault(others, []).append((float(value), call))
    best = {name: max(runs.values(), key=len) for name, runs in found.items()}
    return {name: sorted(run) for name, run in best.items() if len({value for value, _ in run}) >= 3}


def _curves(known: Known) -> str:
    figures = ""
    for name, run in curves(known).items():
        for key, title in (("macs", "Multiply-adds"), ("params", "Parameters")):
            points = [(value, float(known.calls[call]["totals"][key])) for value, call in run]
            if len({y for _, y in points}) > 1:
                figures += curve(points, f"{title} against {name}", name, title.lower())
    return (
        heading(2, "How it scales", "_scaling") + f'<div class="charts">{figures}</div>\n' if figures else ""
    )


# -- who states what -------------------------------------------------------------------------------------------------------


def _stated(known: Known) -> str:
    if not known.stated:
        return ""
    order = {name: place for place, name in enumerate((*QUANTITIES, OTHER, RATIO))}
    calls = {call: place for place, call in enumerate(known.calls)}
    stated = sorted(
        known.stated,
        key=lambda one: (order.get(one.quantity, len(order) - 2), calls.get(one.calls[0], len(calls)), one.part),
    )  # fmt: skip
    rows = [_stated_row(known, one) for one in stated]
    works = len({one.judged.claim.paper for one in stated})
    head = ["Quantity", "Printed", "Measured", "Verdict", "Of", "Stated by"]
    return (
        heading(2, "Who states what about it", "_stated")
        + f"<p>{len(stated)} claim{'s' * (len(stated) != 1)} of {works} work{'s' * (works != 1)}, side by side.</p>\n"
        + table(head, rows, f"Claims about {known.name}", "stated")
    )


def _stated_row(known: Known, one: Stated) -> list[str]:
    claim = one.judged.claim
    about = code(claim.measure) if claim.measure and one.quantity in (RATIO, OTHER) else ", ".join(map(code, one.calls))  # fmt: skip
    if one.part and one.quantity not in (RATIO, OTHER):
        about += f", {esc(one.part)}"
    return [
        esc(words(one.quantity)) if one.quantity != OTHER else f"<small>{esc(claim.says)}</small>",
        printed(one.judged),
        measured(one.judged),
        badge(one.judged.verdict),
        about,
        f'<a href="{paper_url(claim.paper, claim.id, UP)}">{esc(claim.paper)}, {esc(claim.where)}</a>',
    ]


def _readings(known: Known) -> str:
    source = known.source
    if source is None or not source.readings:
        return ""
    return (
        heading(2, "What the paper leaves open, and how we read it", "_readings")
        + f"<p>Of {link(paper_url(source.id, up=UP), source.title)}:</p>\n"
        + bullets(esc(reading) for reading in source.readings)
    )
