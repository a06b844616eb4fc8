"""The command line: parse, call, print. Nothing is decided here, and torch is never imported here."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from cnnclaims.claims.library import Library

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


class Listing(StrEnum):
    """What `list` lists."""

    papers = "papers"
    networks = "networks"
    ideas = "ideas"
    measures = "measures"


class Form(StrEnum):
    """How `lineage` is printed."""

    tree = "tree"
    mermaid = "mermaid"
    dot = "dot"
    json = "json"


def main() -> None:
    """Run the command line; broken input is a message and status 2, never a traceback."""
    from cnnclaims.claims.faults import Faults, NotFound
    from cnnclaims.claims.verdicts import VerdictFileError

    try:
        app()
    except Faults as faults:
        _fail(f"{faults}\n{len(faults.faults)} fault{'s' * (len(faults.faults) != 1)}")
    except (NotFound, VerdictFileError) as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FINDINGS) from None


def _fail(message: str, status: int = BROKEN) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(status)


# -- verify and measure --------------------------------------------------------------------------------------------------


@app.command()
def verify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PAPER | FILE | DIR]...", help="Papers by name, or record files and folders of your own."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every shipped record (also where nothing is named).")
    ] = False,
    claim: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this claim; may be repeated.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="MEASURES", help="Only claims measured by these: params,macs,...")
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write the results as JSON (- for stdout)."),
    ] = None,
    junit_file: Annotated[
        str | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML.")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Record the verdicts.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = min(2, os.cpu_count() or 1),
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds that one network or check may take.")
    ] = 120.0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Totals and changes only, no tables.")] = False,
) -> None:
    """Build it, measure it, a verdict for every claim."""
    from cnnclaims.verifiers import outcome
    from cnnclaims.verifiers.linting import lint

    _, records = _records([] if every else targets or [])
    _refuse(lint(records))
    results = outcome.prepare(records, _known_claims(claim or [], records), _known_measures(only))
    total = sum(len(result.asked) for result in results)
    with _progress(total) as advance:
        finished = outcome.settle(results, jobs, timeout, advance)
    if json_file != "-":
        _print_results(results, quiet)
    if json_file is not None:
        papers = outcome.documents(results)
        _write(
            json_file,
            json.dumps({"totals": outcome.totals(results), "papers": papers}, indent=1, ensure_ascii=False)
            + "\n",
        )
    if junit_file is not None:
        from cnnclaims.report import junit

        _write(junit_file, junit(results))
    if not finished:
        _fail("interrupted: what was done until then stands above, nothing was recorded", INTERRUPTED)
    if update:
        for result in results:
            if outcome.update(result):
                print(f"wrote {_relative(outcome.verdict_path(result.record))}", file=sys.stderr)
        raise SystemExit(FINDINGS if "error" in outcome.totals(results) else FINE)
    raise SystemExit(FINE if all(result.is_fine for result in results) else FINDINGS)


def _print_results(results: Sequence[Any], quiet: bool) -> None:
    from cnnclaims.report import changed_lines, console, paper_table, summary

    out = console()
    if not quiet:
        for result in results:
            if result.verdicts:
                out.print(paper_table(result))
    changed = changed_lines(results)
    if changed:
        print("Not as recorded:")
        print("\n".join(f"  {line}" for line in changed))
    print(summary(results))


@app.command()
def measure(
    expressions: Annotated[
        list[str],
        typer.Argument(
            metavar="EXPR...", help="'params(resnet50())', 'macs(vgg16()) / macs(mobilenet_v1())'"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects, in the order given.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that one network may take.")] = 120.0,
) -> None:
    """Evaluate expressions: a pocket calculator of the canon."""
    from cnnclaims.claims.language import check
    from cnnclaims.verifiers.catalogue import signatures
    from cnnclaims.verifiers.running import Failure, answers

    problems = [
        problem.show(expression) for expression in expressions for problem in check(expression, signatures())
    ]
    if problems:
        _fail("\n".join(problems))
    found = dict(answers(expressions, jobs=jobs, time_limit=timeout))
    if as_json:
        print(json.dumps([_as_json(expression, found[expression]) for expression in expressions], indent=1))
    for expression in expressions:
        answer = found[expression]
        if isinstance(answer, Failure):
            print(f"{expression}: {answer.reason}", file=sys.stderr)
        elif not as_json:
            print(f"{expression} = {_spelt(answer)}")
    raise SystemExit(FINDINGS if any(isinstance(answer, Failure) for answer in found.values()) else FINE)


def _as_json(expression: str, answer: Any) -> dict[str, Any]:
    from cnnclaims.claims.judging import exact
    from cnnclaims.verifiers.running import Failure

    if isinstance(answer, Failure):
        return {"expression": expression, "value": None, "error": answer.reason}
    if answer.denominator == 1:
        return {"expression": expression, "value": int(answer)}
    return {"expression": expression, "value": float(answer), "exact": exact(answer)}


def _spelt(answer: Any) -> str:
    from cnnclaims.claims.printed import decimal

    return f"{int(answer):,}" if answer.denominator == 1 else decimal(answer)


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
        print(graph.paths_text(library, paper, to, form.value, depth))
        return
    direction = "both" if ancestors == descendants else "ancestors" if ancestors else "descendants"
    print(graph.lineage_text(library, paper, direction, depth, form.value))


@app.command()
def bibtex(papers: Annotated[list[str], typer.Argument(metavar="PAPER...")]) -> None:
    """The BibTeX entries of papers."""
    from cnnclaims.claims.bibtex import bibtex as entry

    library = _library()
    print("\n\n".join(entry(library.find(paper)) for paper in papers))


@app.command()
def lint(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PAPER | FILE | DIR]...", help="All shipped records by default."),
    ] = None,
) -> None:
    """Check records without building anything: every fault with its place and its repair."""
    from cnnclaims.verifiers.linting import lint as lint_records

    _, records = _records(paths or [])
    faults = lint_records(records)
    print(
        "\n".join(map(str, faults))
        if faults
        else f"{len(records)} record{'s' * (len(records) != 1)}, no faults"
    )
    raise SystemExit(BROKEN if faults else FINE)


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
) -> None:
    """Write the site to a folder."""
    from cnnclaims.site.build import SiteError, build

    try:
        summary = build(out, strict=strict)
    except SiteError as error:
        _fail(str(error))
    print(summary)


@site.command("serve")
def site_serve(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Build the site and serve it on this machine."""
    from cnnclaims.site.build import SiteError, serve

    try:
        serve(port)
    except SiteError as error:
        _fail(str(error))


# -- what the commands share ----------------------------------------------------------------------------------------------------


def _library() -> "Library":
    from cnnclaims.claims.loading import load

    return load()


def _verdicts() -> dict[str, Any]:
    from cnnclaims.claims.verdicts import load_verdicts

    return load_verdicts()


def _records(targets: Sequence[str]) -> tuple["Library", list[Any]]:
    """The library and the records that targets name: ids and aliases, files, folders; all of them where nothing is named."""
    from cnnclaims.claims.loading import load_with

    library = _library()
    if not targets:
        return library, list(library.records.values())
    known = {*library.records, *library.aliases}
    files = [target for target in targets if target.casefold() not in known and _is_path(target)]
    if files:
        library = load_with(files)
    own = {Path(record.file).resolve(): record for record in library.records.values()}
    chosen: dict[str, Any] = {}
    for target in targets:
        if target not in files:
            found = [library.find(target)]
        else:
            place = Path(target).resolve()
            found = [record for path, record in own.items() if place in (path, path.parent)]
            if not found:
                _fail(
                    f"{target}: there is no record in this folder\n  help: a record is a .yaml file, see `cnnclaims schema`"
                )
        chosen |= {record.id: record for record in found}
    return library, list(chosen.values())


def _is_path(target: str) -> bool:
    return Path(target).exists() or target.endswith((".yaml", ".yml")) or os.sep in target


def _refuse(faults: Iterable[Any]) -> None:
    from cnnclaims.claims.faults import Faults

    if found := list(faults):
        raise Faults(found)


def _known_claims(names: Iterable[str], records: Iterable[Any]) -> list[str]:
    from cnnclaims.claims.faults import NotFound, nearest

    known = {
        name for record in records for claim in record.claims_in_order() for name in (claim.id, claim.name)
    }
    names = list(names)
    for name in names:
        if name not in known:
            help = nearest(name, known) or "`cnnclaims show PAPER` lists a paper's claims"
            raise NotFound("unknown-claim", f"none of these records has a claim {name!r}", help)
    return names


def _known_measures(only: str | None) -> list[str]:
    from cnnclaims.claims.faults import NotFound, nearest
    from cnnclaims.verifiers.measures import MEASURES

    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    for name in names:
        if name not in MEASURES:
            help = nearest(name, MEASURES) or "`cnnclaims list measures` has them all"
            raise NotFound("unknown-measure", f"there is no measure {name!r}", help)
    return names


class _progress:
    """A progress bar on stderr where that is a terminal; elsewhere nothing."""

    def __init__(self, total: int) -> None:
        self.total = total

    def __enter__(self) -> Callable[[], None]:
        if not sys.stderr.isatty():
            return lambda: None
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task("claims", total=self.total)
        return lambda: self.bar.advance(task)

    def __exit__(self, *exc: object) -> None:
        if hasattr(self, "bar"):
            self.bar.stop()


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
        return
    try:
        write_whole(Path(file), text)
    except OSError as error:
        _fail(f"{file}: cannot be written: {error.strerror}")


def _relative(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
