"""A run of `verify` as text for the terminal and as JUnit XML for a CI."""

import json
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.etree import ElementTree

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from cnnclaims.claims.judging import Verdict, exact
from cnnclaims.claims.printed import decimal, with_unit
from cnnclaims.claims.records import Claim
from cnnclaims.claims.timings import sentence
from cnnclaims.verifiers.catalogue import asks
from cnnclaims.verifiers.failure import Failure
from cnnclaims.verifiers.outcome import Result, documents, totals
from cnnclaims.verifiers.timing.reading import Reading

STYLES = {
    "reproduced": "green",
    "consistent": "cyan",
    "truncated": "yellow",
    "refuted": "bold red",
    "supported": "green",
    "not supported": "red",
    "open": "dim",
    "error": "bold magenta",
}
WIDTH = 140  # columns at least, where the output is no terminal
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def console() -> Console:
    """Standard output; wide enough for a table where it is a file or a pipe."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=max(out.width, WIDTH))


def paper_table(result: Result) -> Table:
    """A record's claims with their verdicts; what explains a refuted or truncated one stands under it."""
    title = f"{result.record.title} ({result.record.id})"
    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("claim", no_wrap=True, overflow="fold")
    table.add_column("where", overflow="fold", max_width=24)
    table.add_column("printed", overflow="fold", max_width=24)
    table.add_column("measured", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    for claim in result.asked:
        verdict = result.verdicts.get(claim.id)
        if verdict is not None:
            word = verdict["verdict"]
            printed = with_unit(claim.printed, claim.unit)
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
        lines[0] = next(iter(verdict["open"]))  # `show` has the reason
    if verdict["verdict"] in ("refuted", "truncated", "not supported") and claim.note:
        lines.append(claim.note)
    return Text("\n".join(line for line in lines if line))


def print_results(results: Sequence[Result], tables: bool = True, updated: bool = False) -> None:
    """The whole of a run on standard output: a table a record, what fails the run, the totals."""
    out = console()
    for result in results:
        if tables and result.verdicts:
            out.print(paper_table(result))
        if tables and (lines := timing_lines(result)):
            print("Timed on machines at hand, which are not the paper's:")
            print("\n".join(f"  {line}" for line in lines) + "\n")
    if lines := finding_lines(results, updated):
        print("Findings:")
        print("\n".join(f"  {line}" for line in lines))
    print(summary(results))


def timing_lines(result: Result) -> list[str]:
    """What machines said of the speed of the claims that were asked, those of earlier runs among them."""
    return [
        f"{claim.id}: {asks(entry['timing'])} {sentence(entry)}"
        for claim in result.asked
        for entry in result.timings.get(claim.id, ())
    ]


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


def finding_lines(results: Iterable[Result], updated: bool = False) -> list[str]:
    """Every claim for which the run fails, with the reason; once the verdicts are recorded, errors of ours alone."""
    return [
        f"{result.record.id}/{claim}: {why}"
        for result in results
        for claim, why in result.findings.items()
        if not updated or result.verdicts.get(claim, {}).get("verdict") == "error"
    ]


def spelt(answer: Fraction) -> str:
    """A value at the prompt: a whole number with its thousands apart, others as decimals."""
    return f"{int(answer):,}" if answer.denominator == 1 else decimal(answer)


def at_the_prompt(expression: str, answer: Fraction, readings: Sequence[Reading] = ()) -> str:
    """`expression = value`; under it what was measured on this machine for it, with quartiles and the device."""
    lines = [f"{expression} = {spelt(answer)}", *map(str, readings)]
    return "\n  ".join(lines)


def as_json(
    expression: str, answer: Fraction | Failure, readings: Sequence[Reading] = ()
) -> dict[str, object]:
    """An answer at the prompt as plain data: whole numbers as such, others as the nearest float and exactly.

    What was measured on this machine stands under `readings`: median and quartiles in seconds, bytes, ..., and the device.
    """
    if isinstance(answer, Failure):
        return {"expression": expression, "value": None, "error": answer.reason}
    if readings:
        return {
            "expression": expression,
            "value": float(answer),
            "readings": [one._asdict() | {"spread": one.spread._asdict()} for one in readings],
        }
    if answer.denominator == 1:
        return {"expression": expression, "value": int(answer)}
    try:
        value: float | int = float(answer)
    except OverflowError:
        value = round(answer)
    return {"expression": expression, "value": value, "exact": exact(answer)}


def verify_json(results: Sequence[Result]) -> str:
    """A run of `verify` as JSON: totals, the claims for which it fails, and all verdicts by paper."""
    findings = {f"{r.record.id}/{claim}": why for r in results for claim, why in r.findings.items()}
    whole = {"totals": totals(results), "findings": findings, "papers": documents(results)}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def junit(results: Iterable[Result]) -> str:
    """JUnit XML: a suite a record, a case a claim.

    What fails the run is a failure, an error of ours an error, an open claim is skipped.
    """
    root = ElementTree.Element("testsuites", name="cnnclaims")
    for result in results:
        findings = result.findings
        suite = ElementTree.SubElement(root, "testsuite", name=result.record.id)
        for claim in dict.fromkeys((*result.in_order, *findings)):
            case = ElementTree.SubElement(suite, "testcase", classname=result.record.id, name=_xml(claim))
            verdict = result.verdicts.get(claim, {"verdict": "gone"})
            tag, text = _outcome(verdict, findings.get(claim))
            if tag == "system-out":
                ElementTree.SubElement(case, tag).text = _xml(text)
            else:
                ElementTree.SubElement(case, tag, message=_xml(text))
        suite.set("tests", str(len(suite)))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _outcome(verdict: Verdict, finding: str | None) -> tuple[str, str]:
    """The element of a test case, and its text."""
    what = ""
    if "printed" in verdict:
        found = verdict.get("measured") or verdict.get("found") or "-"
        what = f": printed {verdict['printed']} {verdict['unit']}, measured {found}"
    if verdict["verdict"] == "error":
        return "error", finding or verdict["error"]
    if finding is not None:
        return "failure", finding + what
    if verdict["verdict"] == "open":
        kind, reason = next(iter(verdict["open"].items()))
        return "skipped", f"{kind}: {reason}"
    return "system-out", verdict["verdict"] + what


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
