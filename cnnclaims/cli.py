"""The command line: parse, call, print. Nothing is decided here, and torch is never imported here."""

import contextlib
import io
import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cnnclaims.cli_networks import networks
from cnnclaims.cli_records import records
from cnnclaims.cli_shared import (
    BROKEN,
    FINDINGS,
    FINE,
    INTERRUPTED,
    JOBS,
    Device,
    Jobs,
    Timeout,
    fail,
    write,
)
from cnnclaims.cli_site import site

app = typer.Typer(
    name="cnnclaims",
    help="Every number in the CNN canon, derived again: what papers claim, built, measured and judged.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(networks)
app.add_typer(records)
app.add_typer(site)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; broken input is a message and status 2, never a traceback."""
    from cnnclaims.claims.faults import Faults, NotFound
    from cnnclaims.claims.verdicts import VerdictFileError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal's encoding lacks
    try:
        app(args=arguments)
    except Faults as faults:
        fail(f"{faults}\n{len(faults.faults)} fault{'s' * (len(faults.faults) != 1)}")
    except (NotFound, VerdictFileError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'error'}: {error.strerror or error}")


# -- verify and measure --------------------------------------------------------------------------------------------------


@app.command()
def verify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAPER | FILE | DIR", help="Papers by name, or record files and folders of your own."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every shipped record (also where nothing is named).")
    ] = False,
    claim: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this claim; may be repeated.")
    ] = None,
    only: Annotated[
        str, typer.Option(metavar="MEASURES", help="Only claims measured by these: params,macs,...")
    ] = "",
    json_file: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write the results as JSON (- for stdout)."),
    ] = None,
    junit_file: Annotated[
        str | None,
        typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML (- for stdout)."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Record the verdicts.")] = False,
    jobs: Jobs = JOBS,
    timeout: Timeout = 120,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Totals and findings only, no tables.")
    ] = False,
    timing: Annotated[
        bool,
        typer.Option(
            "--timing", help="Also time what claims of speed name; --device and --threads imply it."
        ),
    ] = False,
    device: Annotated[Device | None, typer.Option(help="Where to time.  [default: cpu]")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Threads of the CPU to time with.  [default: 1]")
    ] = None,
) -> None:
    """Build it, measure it, a verdict for every claim."""
    from cnnclaims import report
    from cnnclaims.claims.selection import select
    from cnnclaims.progress import progress
    from cnnclaims.verifiers import outcome, sheet_files

    if json_file == junit_file == "-":
        raise typer.BadParameter("--json and --junit cannot both go to standard output")
    measures = [name.strip() for name in only.split(",") if name.strip()]
    results = outcome.prepare(select(targets or [], every), claim or [], measures, anew=update)
    whole = not (
        targets or claim or measures
    )  # then the sheets of networks, which many records share, are held too
    asked = sheet_files.questions(result.record for result in results) if whole else {}
    sheets: sheet_files.Sheets = {}
    finished = True
    if timing or device or threads:
        comparisons = sum(claim.timing is not None for result in results for claim in result.asked)
        with progress(comparisons, "claims of speed") as advance:
            where = device or Device.cpu
            finished = outcome.settle_timings(results, where.value, threads or 1, timeout, advance)
    if finished:
        with progress(sum(len(result.asked) for result in results), "claims") as advance:
            calls = [call for network in asked.values() for call in network]
            take = sheet_files.filling(sheets, asked)
            finished = outcome.settle(results, jobs, timeout, advance, calls, take)
    if "-" not in (json_file, junit_file):
        report.print_results(results, tables=not quiet, updated=update)
    built = sheet_files.built(sheets, asked) if finished and whole else None
    findings = built.findings() if built else []
    if json_file is not None:
        write(json_file, report.verify_json(results))
    if junit_file is not None:
        write(junit_file, report.junit(results))
    if not finished:
        fail("interrupted: what was done until then stands above, nothing was recorded", INTERRUPTED)
    if update:
        for path in filter(None, map(outcome.update, results)):
            print(f"wrote {path}", file=sys.stderr)
        if built and not built.failed:
            print(f"wrote {len(sheet_files.write(built.documents))} sheets of networks", file=sys.stderr)
            findings = []
    if findings:
        print("\n".join([*findings, f"  help: {sheet_files.HELP}"]), file=sys.stderr)
    raise SystemExit(FINDINGS if outcome.fails(results, updated=update) or findings else FINE)


@app.command()
def measure(
    expressions: Annotated[
        list[str],
        typer.Argument(metavar="EXPR", help="'params(resnet50())', 'macs(vgg16()) / macs(mobilenet_v1())'"),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects, in the order given.")] = False,
    jobs: Jobs = 1,
    timeout: Timeout = 120,
) -> None:
    """Evaluate expressions: a pocket calculator of the canon."""
    from cnnclaims import report
    from cnnclaims.claims.language import check
    from cnnclaims.progress import progress
    from cnnclaims.verifiers.catalogue import signatures
    from cnnclaims.verifiers.failure import Failure
    from cnnclaims.verifiers.running import Readings, values

    problems = [
        problem.show(expression) for expression in expressions for problem in check(expression, signatures())
    ]
    if problems:
        fail("\n".join(problems))
    found = {}
    readings: Readings = {}
    with contextlib.suppress(KeyboardInterrupt), progress(len(set(expressions)), "expressions") as advance:
        for expression, answer in values(expressions, jobs, timeout, readings):
            found[expression] = answer
            advance()
    settled = [(expression, found[expression]) for expression in expressions if expression in found]
    if as_json:
        print(json.dumps([report.as_json(*one, readings.get(one[0], ())) for one in settled], indent=1))
    for expression, answer in settled:
        if isinstance(answer, Failure):
            print(f"{expression}: {answer.reason}", file=sys.stderr)
        elif not as_json:
            print(report.at_the_prompt(expression, answer, readings.get(expression, ())))
    if len(settled) < len(expressions):
        fail("interrupted", INTERRUPTED)
    raise SystemExit(BROKEN if any(isinstance(answer, Failure) for answer in found.values()) else FINE)
