"""A network's stages: the table as built beside what papers print of them, and where parameters and multiply-adds sit."""

from cnnclaims.site.blocks import times
from cnnclaims.site.charts import Bar, bars
from cnnclaims.site.escape import esc
from cnnclaims.site.known_networks import Known, Stated
from cnnclaims.site.parts import badge, paper_url, printed, table
from cnnclaims.verifiers.sheets import Stage

MOST_PRINTED = 4  # statements of one stage that stand in its row


def stage_table(known: Known, paper: str | None = None, up: str = "../") -> str:
    """A row a stage of the first call; what this paper (None: any) prints of a stage stands beside it."""
    sheet = known.sheet
    printed_by_stage = {
        stage.name: known.of_part(known.first, stage.name, paper) for stage in sheet["stages"] if stage.name
    }
    beside = any(printed_by_stage.values())
    rows = [
        [
            esc(stage.name) if stage.name else "between stages",
            times(stage.shape),
            *(["".join(_printed(one, up) for one in printed_by_stage.get(stage.name, [])[:MOST_PRINTED])] if beside else []),
            esc(stage.kernel.replace("x", "×").replace("ma×", "max")),
            str(stage.stride) if stage.kernel else "",
            str(stage.repeats) if stage.repeats > 1 else "",
            f"{stage.params:,}" if stage.params else "",
            f"{stage.macs:,}" if stage.macs else "",
            share(stage.macs, sheet["totals"]["macs"]),
        ]
        for stage in sheet["stages"]
    ]  # fmt: skip
    total = sheet["totals"]
    rows.append(
        ["<strong>all</strong>", times(total["output"]), *([""] if beside else []), "", "", "", f"{total['params']:,}", f"{total['macs']:,}", ""]
    )  # fmt: skip
    head = ["Stage", "Output as built", *(["As printed"] if beside else []), "Kernels", "Stride", "Blocks", "Parameters", "Multiply-adds", "Share"]  # fmt: skip
    return table(head, rows, f"Stages of {known.first} as built", "stages")


def _printed(one: Stated, up: str) -> str:
    claim = one.judged.claim
    return f'<div><a href="{paper_url(claim.paper, claim.id, up)}">{printed(one.judged)}</a> {badge(one.judged.verdict)}</div>'


def share(part: int, whole: int) -> str:
    """A share in per cent; empty for nothing."""
    return f"{100 * part / whole:.1f} %" if part and whole else ""


def stage_bars(known: Known) -> str:
    """Where the parameters and the multiply-adds sit, by stage; empty for a network of one stage."""
    sheet = known.sheet
    total = sheet["totals"]
    kept = [stage for stage in sheet["stages"] if stage.macs or stage.params * 1000 > total["params"]]
    if len(kept) < 2 or not total["macs"] or not total["params"]:
        return ""
    rows = [_bar(stage, total["params"], total["macs"]) for stage in kept]
    return bars(rows, f"Share of each stage of {known.first} in the whole", ("parameters", "multiply-adds"))  # fmt: skip


def _bar(stage: Stage, params: int, macs: int) -> Bar:
    return Bar(stage.name or "between stages", stage.params / params, stage.macs / macs)
