"""Commands on one network: what it shows, what it is made of, what its layers reach on a machine."""

import json
from typing import Annotated

import typer

from cnnclaims.cli_shared import Device, Timeout, fail, library, print_rows

networks = typer.Typer(rich_markup_mode=None)


def _call(network: str) -> str:
    """The network as a call, a bare name as the one without arguments; what cannot be built ends the run."""
    from cnnclaims import sheet_text

    call = network if "(" in network else f"{network}()"
    if problems := sheet_text.problems(call):
        fail("\n".join(problem.show(network) for problem in problems))
    return call


@networks.command()
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
    from cnnclaims.verifiers import running
    from cnnclaims.verifiers.failure import Failure

    call = _call(network)
    found = running.roofline(call, device.value, threads, batch, side, timeout)
    if isinstance(found, Failure):
        fail(f"{call}: {found.reason}")
    if as_json:
        print(json.dumps(found, indent=1))
        return
    print(roofline_text.headline(found))
    for table in (roofline_text.layers_table(found), roofline_text.operations_table(found)):
        report.console().print(table)


@networks.command()
def ideas(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="resnet50, 'mobilenet_v1(width=0.5)'")],
    timeout: Timeout = 120,
) -> None:
    """The ideas that a network shows in its operations: residual connections, grouped convolution, ..."""
    from cnnclaims import lookup
    from cnnclaims.verifiers.failure import Failure
    from cnnclaims.verifiers.measures.ideas import DETECTORS
    from cnnclaims.verifiers.running import values

    call = _call(network)
    questions = {f'shows({call}, "{idea}")': idea for idea in DETECTORS}
    found = dict(values(questions, 1, timeout))
    failures = [answer for answer in found.values() if isinstance(answer, Failure)]
    if failures:
        fail(f"{call}: {failures[0].reason}")
    print(lookup.shown(library(), [idea for question, idea in questions.items() if found[question]]))


@networks.command()
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
    from cnnclaims.verifiers.running import trace
    from cnnclaims.verifiers.sheet_files import sheet_or_failure

    call = _call(network)
    found = sheet_or_failure(trace(call, input, timeout))
    if isinstance(found, Failure):
        fail(f"{call}: {found.reason}")
    if as_json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        print_rows(sheet_text.rows(found, stages))
