"""A run of `verify` as text for the terminal and as JUnit XML for a CI."""

from collections.abc import Iterable
from xml.etree import ElementTree

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from cnnclaims.claims.judging import Verdict
from cnnclaims.claims.records import Claim
from cnnclaims.verifiers.outcome import Result, totals

STYLES = {
    "reproduced": "green",
    "truncated": "cyan",
    "refuted": "bold red",
    "supported": "green",
    "not supported": "red",
    "open": "dim",
    "error": "bold magenta",
}
NARROWEST = 100  # columns, where the output is no terminal


def console() -> Console:
    """Standard output; wide enough for a table where it is a file or a pipe."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=max(out.width, 140))


def paper_table(result: Result, show_open: bool = True) -> Table:
    """A record's claims with their verdicts; what explains a refuted or truncated one stands under it."""
    title = f"{result.record.title} ({result.record.id})"
    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for heading in ("claim", "where", "printed", "measured", "verdict"):
        table.add_column(heading, overflow="fold", ratio=3 if heading == "measured" else None)
    for claim in result.asked:
        verdict = result.verdicts.get(claim.id)
        if verdict is not None and (show_open or verdict["verdict"] != "open"):
            word = verdict["verdict"]
            printed = f"{claim.printed} {claim.unit}"
            table.add_row(
                Text(claim.id),
                Text(claim.where),
                Text(printed),
                measured(claim, verdict),
                Text(word, style=STYLES.get(word, "")),
            )
    return table


def measured(claim: Claim, verdict: Verdict) -> RenderableType:
    """What was found, and for a refuted claim how far off it is and what explains it."""
    found = verdict.get("measured") or verdict.get("found") or verdict.get("error") or ""
    lines = [found]
    if distance := verdict.get("distance"):
        lines[0] += f" ({distance})"
    if explained := verdict.get("explained_by"):
        lines.append(f"explained by {explained['measure']} = {explained['measured']}")
    if "open" in verdict:
        kind, reason = next(iter(verdict["open"].items()))
        lines[0] = f"{kind}: {reason}"
    if verdict["verdict"] in ("refuted", "truncated", "not supported") and claim.note:
        lines.append(claim.note)
    return Text("\n".join(line for line in lines if line))


def summary(results: Iterable[Result]) -> str:
    """One line: how many claims of how many papers, and how many of each verdict."""
    results = list(results)
    counted = totals(results)
    papers = len(results)
    claims = sum(counted.values())
    words = ", ".join(f"{number} {verdict}" for verdict, number in counted.items())
    return (
        f"{claims} claim{'s' * (claims != 1)} of {papers} paper{'s' * (papers != 1)}: {words or 'none asked'}"
    )


def changed_lines(results: Iterable[Result]) -> list[str]:
    """Every verdict that is not as recorded."""
    return [
        f"{result.record.id}/{claim}: {what}"
        for result in results
        if result.recorded is not None
        for claim, what in result.changed.items()
    ]


def junit(results: Iterable[Result]) -> str:
    """JUnit XML: a suite a record, a case a claim.

    A changed verdict (or a refuted claim where none is recorded) is a failure, an error of ours an error, an open claim is skipped.
    """
    root = ElementTree.Element("testsuites", name="cnnclaims")
    for result in results:
        suite = ElementTree.SubElement(root, "testsuite", name=result.record.id)
        changed = result.changed if result.recorded is not None else {}
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for claim in result.asked:
            if (verdict := result.verdicts.get(claim.id)) is None:
                continue
            case = ElementTree.SubElement(suite, "testcase", classname=result.record.id, name=claim.id)
            counts["tests"] += 1
            what = f"printed {claim.printed} {claim.unit}, measured {verdict.get('measured') or verdict.get('found') or '-'}"
            if verdict["verdict"] == "error":
                counts["errors"] += 1
                ElementTree.SubElement(case, "error", message=_xml(verdict["error"]))
            elif claim.id in changed or (result.recorded is None and verdict["verdict"] == "refuted"):
                counts["failures"] += 1
                message = f"{changed.get(claim.id, 'refuted')}: {what}"
                ElementTree.SubElement(case, "failure", message=_xml(message))
            elif verdict["verdict"] == "open":
                counts["skipped"] += 1
                kind, reason = next(iter(verdict["open"].items()))
                ElementTree.SubElement(case, "skipped", message=_xml(f"{kind}: {reason}"))
            else:
                ElementTree.SubElement(case, "system-out").text = _xml(f"{verdict['verdict']}: {what}")
        suite.attrib.update({name: str(number) for name, number in counts.items()})
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(character if character >= " " or character in "\n\t" else "�" for character in text)
