"""Commands that look up records, verdicts and the graph, and check records; nothing is built."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from cnnclaims.cli_shared import FINDINGS, library, print_rows, verdicts

records = typer.Typer(rich_markup_mode=None)


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


@records.command("list")
def list_names(what: Annotated[Listing, typer.Argument(help="papers, networks, ideas or measures")]) -> None:
    """List papers, networks, ideas or measures."""
    from cnnclaims import lookup

    if what is Listing.papers:
        print_rows(lookup.papers(library(), verdicts()))
    elif what is Listing.ideas:
        print_rows(lookup.ideas(library()))
    else:
        print_rows(lookup.functions(networks=what is Listing.networks))


@records.command()
def show(name: Annotated[str, typer.Argument(metavar="PAPER | IDEA | NETWORK | PAPER/CLAIM")]) -> None:
    """Show a paper, an idea, a network, a measure, or one claim: what was printed, how it is measured, what came out."""
    from cnnclaims import lookup

    print(lookup.show(library(), verdicts(), name))


@records.command()
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

    shipped = library()
    if to is not None:
        if ancestors or descendants:
            raise typer.BadParameter("--to takes neither --ancestors nor --descendants")
        print(graph.paths_text(shipped, paper, to, form.value, depth))
    elif ancestors == descendants:
        print(graph.lineage_text(shipped, paper, "both", depth, form.value))
    else:
        print(
            graph.lineage_text(shipped, paper, "ancestors" if ancestors else "descendants", depth, form.value)
        )


@records.command()
def errata(
    paper: Annotated[str | None, typer.Argument(help="One paper; all of them by default.")] = None,
) -> None:
    """Everything refuted or cut off, with the measured number and what explains it."""
    from cnnclaims import lookup
    from cnnclaims.verifiers import comparing

    print(lookup.errata(comparing.errata(library(), verdicts(), paper)))


@records.command()
def disagreements() -> None:
    """Quantities of one network that works state differently, and who is right."""
    from cnnclaims import lookup
    from cnnclaims.verifiers import comparing

    print(lookup.disagreements(comparing.disagreements(library(), verdicts())))


@records.command()
def bibtex(papers: Annotated[list[str], typer.Argument(metavar="PAPER")]) -> None:
    """The BibTeX entries of papers."""
    from cnnclaims.claims.bibtex import bibtex as entry

    shipped = library()
    print("\n\n".join(entry(shipped.work(paper)) for paper in papers))


@records.command()
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
        checked = select(paths or [])
        faults = lint_records(checked)
    except Faults as error:
        faults = error.faults
    if faults:
        print("\n".join(map(str, faults)))
        raise SystemExit(FINDINGS)
    print(f"{len(checked)} record{'s' * (len(checked) != 1)}, no faults")


@records.command()
def schema() -> None:
    """Print the JSON Schema of a record, for editors."""
    from cnnclaims.claims.schema import schema as record_schema

    print(json.dumps(record_schema(), indent=2, ensure_ascii=False))
