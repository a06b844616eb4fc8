"""The command line: parse, call, print. Nothing is decided here, and torch is never imported here."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from cnnclaims.claims.library import Library
    from cnnclaims.verifiers.running import Made
    from cnnclaims.verifiers.sheet_files import Built

app = typer.Typer(
    name="cnnclaims",
    help="Every number in the CNN canon, derived again: what papers claim, built, measured and judged.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
site = typer.Typer(
    name="site", help="The verdicts as a static site.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(site)

FINE, FINDINGS, BROKEN, INTERRUPTED = 0, 1, 2, 130
JOBS = min(2, os.cpu_count() or 1)  # each worker loads torch for itself
Jobs = Annotated[int, typer.Option(min=1, max=256, help="Worker processes.")]
Timeout = Annotated[int, typer.Option(min=1, max=86_400, help="Seconds that one network or check may take.")]


class Listing(StrEnum):
    """What `list` lists."""

    papers = "papers"
    networks = "networks"
    ideas = "ideas"
    measures = "measures"


class Device(StrEnum):
    """Where something is timed."""

    cpu = "cpu"
    cuda = "cuda"


class Form(StrEnum):
    """How `lineage` is printed."""

    tree = "tree"
    mermaid = "mermaid"
    dot = "dot"
    json = "json"


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
        _fail(f"{faults}\n{len(faults.faults)} fault{'s' * (len(faults.faults) != 1)}")
    except (NotFound, VerdictFileError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'error'}: {error.strerror or error}")


def _fail(message: str, status: int = BROKEN) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(status)


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
    made: Made = {}
    finished = True
    if timing or device or threads:
        comparisons = sum(claim.timing is not None for result in results for claim in result.asked)
        with progress(comparisons, "claims of speed") as advance:
            where = device or Device.cpu
            finished = outcome.settle_timings(results, where.value, threads or 1, timeout, advance)
    if finished:
        with progress(sum(len(result.asked) for result in results), "claims") as advance:
            finished = outcome.settle(results, jobs, timeout, advance, made)
    sheets = _sheets(jobs, timeout, made) if finished and whole else None
    finished = finished and not (whole and sheets is None)
    if "-" not in (json_file, junit_file):
        report.print_results(results, tables=not quiet, updated=update)
    findings = sheets.findings() if sheets else []
    if json_file is not None:
        _write(json_file, report.verify_json(results))
    if junit_file is not None:
        _write(junit_file, report.junit(results))
    if not finished:
        _fail("interrupted: what was done until then stands above, nothing was recorded", INTERRUPTED)
    if update:
        for path in filter(None, map(outcome.update, results)):
            print(f"wrote {path}", file=sys.stderr)
        if sheets and not sheets.failed:
            print(f"wrote {len(sheet_files.write(sheets.documents))} sheets of networks", file=sys.stderr)
            findings = []
    if findings:
        print("\n".join([*findings, f"  help: {sheet_files.HELP}"]), file=sys.stderr)
    raise SystemExit(FINDINGS if outcome.fails(results, updated=update) or findings else FINE)


def _sheets(jobs: int, timeout: int, made: "Made") -> "Built | None":
    """What every network of the records is made of, from what a run has built already; None where Ctrl-C came first."""
    from cnnclaims.progress import progress
    from cnnclaims.verifiers import sheet_files

    asked = sheet_files.questions(_library())
    with (
        contextlib.suppress(KeyboardInterrupt),
        progress(sum(map(len, asked.values())), "networks") as advance,
    ):
        return sheet_files.make(asked, jobs, timeout, advance, made)
    return None


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
        _fail("\n".join(problems))
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
        _fail("interrupted", INTERRUPTED)
    raise SystemExit(BROKEN if any(isinstance(answer, Failure) for answer in found.values()) else FINE)


@app.command()
def roofline(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="resnet50, 'mobilenet_v1(width=0.5)'")],
    device: Annotated[Device, typer.Option(help="Where to time.")] = Device.cpu,
    threads: Annotated[int, typer.Option(min=1, max=1024, help="Threads of the CPU.")] = 1,
    batch: Annotated[int, typer.Option(min=1, help="Images at a time.")] = 1,
    side: Annotated[int | None, typer.Option("--input", min=1, help="Side of the input in pixels.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
    timeout: Timeout = 120,
) -> None:
    """What each layer of a network takes on this machine, against what it could reach there."""
    from cnnclaims import report, roofline_text
    from cnnclaims.claims.language import check
    from cnnclaims.verifiers import running
    from cnnclaims.verifiers.catalogue import signatures
    from cnnclaims.verifiers.failure import Failure

    call = network if "(" in network else f"{network}()"
    if problems := check(f"params({call})", signatures()):
        _fail("\n".join(problem.show(f"params({call})") for problem in problems))
    found = running.roofline(call, device.value, threads, batch, side, timeout)
    if isinstance(found, Failure):
        _fail(f"{call}: {found.reason}")
    if as_json:
        print(json.dumps(found, indent=1))
        return
    print(roofline_text.headline(found))
    for table in (roofline_text.layers_table(found), roofline_text.operations_table(found)):
        report.console().print(table)


@app.command()
def ideas(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="resnet50, 'mobilenet_v1(width=0.5)'")],
    timeout: Timeout = 120,
) -> None:
    """The ideas that a network shows in its operations: residual connections, grouped convolution, ..."""
    from cnnclaims import lookup
    from cnnclaims.claims.language import check
    from cnnclaims.verifiers.catalogue import signatures
    from cnnclaims.verifiers.failure import Failure
    from cnnclaims.verifiers.measures.ideas import DETECTORS
    from cnnclaims.verifiers.running import values

    call = network if "(" in network else f"{network}()"
    questions = {f'shows({call}, "{idea}")': idea for idea in DETECTORS}
    if problems := check(next(iter(questions)), signatures()):
        _fail("\n".join(problem.show(next(iter(questions))) for problem in problems))
    found = dict(values(questions, 1, timeout))
    failures = [answer for answer in found.values() if isinstance(answer, Failure)]
    if failures:
        _fail(f"{call}: {failures[0].reason}")
    print(lookup.shown(_library(), [idea for question, idea in questions.items() if found[question]]))


@app.command()
def layers(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="resnet50, 'mobilenet_v1(width=0.5)'")],
    stages: Annotated[bool, typer.Option("--stages", help="A row a stage, not a row a layer.")] = False,
    input: Annotated[int | None, typer.Option(min=1, help="Side of the input in pixels.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Totals, stages and layers as JSON.")] = False,
    timeout: Timeout = 120,
) -> None:
    """Every layer of a network as built: kernel, stride, output, parameters, multiply-adds."""
    from cnnclaims import sheet_text
    from cnnclaims.verifiers.failure import Failure
    from cnnclaims.verifiers.running import traces
    from cnnclaims.verifiers.sheet_files import sheet_or_failure

    call = network if "(" in network else f"{network}()"
    if problems := sheet_text.problems(call):
        _fail("\n".join(problem.show(call) for problem in problems))
    ((_, trace),) = traces([(call, input)], 1, timeout)
    found = sheet_or_failure(trace)
    if isinstance(found, Failure):
        _fail(f"{call}: {found.reason}")
    if as_json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        _print_rows(sheet_text.rows(found, stages))


# -- look-up ---------------------------------------------------------------------------------------------------------------


@app.command("list")
def list_names(what: Annotated[Listing, typer.Argument(help="papers, networks, ideas or measures")]) -> None:
    """List papers, networks, ideas or measures."""
    from cnnclaims import lookup

    if what is Listing.papers:
        _print_rows(lookup.papers(_library(), _verdicts()))
    elif what is Listing.ideas:
        _print_rows(lookup.ideas(_library()))
    else:
        _print_rows(lookup.functions(networks=what is Listing.networks))


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="PAPER | IDEA | NETWORK | PAPER/CLAIM")]) -> None:
    """Show a paper, an idea, a network, a measure, or one claim: what was printed, how it is measured, what came out."""
    from cnnclaims import lookup

    print(lookup.show(_library(), _verdicts(), name))


@app.command()
def lineage(
    paper: Annotated[str, typer.Argument(help="A paper by id or alias.")],
    ancestors: Annotated[bool, typer.Option("--ancestors", help="Only where it comes from.")] = False,
    descendants: Annotated[bool, typer.Option("--descendants", help="Only what came of it.")] = False,
    to: Annotated[str | None, typer.Option(metavar="PAPER", help="The paths between the two papers.")] = None,
    depth: Annotated[int | None, typer.Option(min=1, help="How many steps to go.")] = None,
    form: Annotated[Form, typer.Option("--format", help="How to print it.")] = Form.tree,
) -> None:
    """Where a paper comes from and what came of it, with the idea on each edge."""
    from cnnclaims.claims import graph

    library = _library()
    if to is not None:
        if ancestors or descendants:
            raise typer.BadParameter("--to takes neither --ancestors nor --descendants")
        print(graph.paths_text(library, paper, to, form.value, depth))
    elif ancestors == descendants:
        print(graph.lineage_text(library, paper, "both", depth, form.value))
    else:
        print(
            graph.lineage_text(library, paper, "ancestors" if ancestors else "descendants", depth, form.value)
        )


@app.command()
def errata(
    paper: Annotated[str | None, typer.Argument(help="One paper; all of them by default.")] = None,
) -> None:
    """Everything refuted or cut off, with the measured number and what explains it."""
    from cnnclaims import lookup
    from cnnclaims.verifiers import comparing

    print(lookup.errata(comparing.errata(_library(), _verdicts(), paper)))


@app.command()
def disagreements() -> None:
    """Quantities of one network that works state differently, and who is right."""
    from cnnclaims import lookup
    from cnnclaims.verifiers import comparing

    print(lookup.disagreements(comparing.disagreements(_library(), _verdicts())))


@app.command()
def bibtex(papers: Annotated[list[str], typer.Argument(metavar="PAPER")]) -> None:
    """The BibTeX entries of papers."""
    from cnnclaims.claims.bibtex import bibtex as entry

    library = _library()
    print("\n\n".join(entry(library.work(paper)) for paper in papers))


@app.command()
def lint(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PAPER | FILE | DIR", help="All shipped records by default."),
    ] = None,
) -> None:
    """Check records without building anything: every fault with its place and its repair."""
    from cnnclaims.claims.faults import Faults
    from cnnclaims.claims.selection import select
    from cnnclaims.verifiers.linting import lint as lint_records

    try:
        records = select(paths or [])
        faults = lint_records(records)
    except Faults as error:
        faults = error.faults
    if faults:
        print("\n".join(map(str, faults)))
        raise SystemExit(FINDINGS)
    print(f"{len(records)} record{'s' * (len(records) != 1)}, no faults")


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record, for editors."""
    from cnnclaims.claims.schema import schema as record_schema

    print(json.dumps(record_schema(), indent=2, ensure_ascii=False))


# -- site --------------------------------------------------------------------------------------------------------------------


@site.command("build")
def site_build(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the finished site.")] = Path(
        "build/site"
    ),
    strict: Annotated[bool, typer.Option(help="A warning is an error.")] = True,
    site_url: Annotated[
        str, typer.Option(metavar="URL", help="Where the site will stand: for its sitemap, data and badges.")
    ] = "",
    source_url: Annotated[
        str, typer.Option(metavar="URL", help="Where this repository's files stand, for links to sources.")
    ] = "",
) -> None:
    """Write the site to a folder."""
    from cnnclaims.site.build import SiteError, build
    from cnnclaims.site.expressions import Addresses

    try:
        done = build(out, strict=strict, addresses=Addresses(site_url, source_url))
    except SiteError as error:
        _fail(str(error))
    print(
        f"{done.out}: {done.pages} pages on {done.papers} papers and {done.claims:,} claims, {done.bytes / 1e6:.1f} MB, "
        f"written in {done.seconds:.1f} s"
    )


@site.command("serve")
def site_serve(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Build the site and serve it on this machine."""
    from cnnclaims.site.build import SiteError, serve

    try:
        raise SystemExit(serve(port))
    except SiteError as error:
        _fail(str(error))


# -- what the commands share ----------------------------------------------------------------------------------------------------


def _library() -> "Library":
    from cnnclaims.claims.loading import load

    return load()


def _verdicts() -> dict[str, Any]:
    from cnnclaims.claims.verdicts import load_verdicts

    return load_verdicts()


def _print_rows(rows: Sequence[tuple[str, ...]]) -> None:
    """Rows in columns; the first is the heading, the last column may be as long as it likes."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())


def _write(file: str, text: str) -> None:
    from cnnclaims.claims.verdicts import write_whole

    if file == "-":
        sys.stdout.write(text)
    else:
        write_whole(Path(file), text)
