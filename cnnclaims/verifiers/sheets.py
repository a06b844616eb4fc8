"""The sheet of a network call: its totals, its stages and its layers, read off the trace as plain rows. No torch.

Shapes are written "channels x height x width" without spaces (64x112x112), kernels "height x width" (3x3; "3x3/2" with
dilation 2). Parameters and multiply-adds of the rows add up to the totals.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cnnclaims.verifiers.measures.cost import macs, params, weights
from cnnclaims.verifiers.measures.ideas import DETECTORS
from cnnclaims.verifiers.measures.shapes import receptive_field
from cnnclaims.verifiers.measures.structure import depth, neurons
from cnnclaims.verifiers.measures.wiring import LIGHT, Graph
from cnnclaims.verifiers.traced import Layer, Node, Trace, within

Sheet = dict[str, Any]

# What only moves numbers: no row of its own, unless it is all that one of our own modules does (a channel shuffle).
PLUMBING = frozenset(
    "view permute transpose t unsqueeze squeeze expand expand_as contiguous detach to clone __getitem__ chunk split unbind flatten "
    "movedim type_as unflatten diagonal".split()
)
SORTS = {"pointwise": "1x1 conv", "depthwise": "depthwise conv", "grouped": "grouped conv", "full": "conv"}
NUMBERED = re.compile(r"([a-z_]*)\d+$")


class Stage(NamedTuple):
    """A row of the stage table: a module at the top of the network. `repeats` are its numbered blocks."""

    name: str
    shape: str
    kernel: str
    stride: int
    repeats: int
    params: int
    macs: int


class Row(NamedTuple):
    """A row of the layer table: an operation with what directly follows it (normalisation, activation, dropout).

    `inputs` are the rows that it reads, -1 the network's input; empty where it is the row before alone.
    """

    path: str
    op: str
    then: str
    kernel: str
    stride: int
    groups: int
    shape: str
    params: int
    macs: int
    inputs: tuple[int, ...]


def totals(trace: Trace) -> Sheet:
    """What is true of the whole network; None for what a measure cannot tell, such as the field of what is no square."""
    outputs = dict.fromkeys(times(trace.nodes[index].shape) for index in trace.output if index >= 0)
    return {
        "input": times(trace.input_shape),
        "output": ", ".join(outputs),
        "params": params(trace),
        "weights": weights(trace),
        "macs": macs(trace),
        "neurons": neurons(trace),
        "depth": depth(trace),
        "receptive_field": _if_defined(receptive_field, trace),
        "ideas": shown(trace),
    }


def shown(trace: Trace) -> list[str]:
    """The ideas that the network's operations show."""
    graph = Graph(trace)
    return [idea for idea, detect in DETECTORS.items() if detect(graph)]


def _if_defined(measure: Callable[[Trace], int], trace: Trace) -> int | None:
    try:
        return measure(trace)
    except ValueError:
        return None


def times(numbers: Iterable[int]) -> str:
    """64x112x112"""
    return "x".join(map(str, numbers))


# -- stages ----------------------------------------------------------------------------------------------------------------


def stages(trace: Trace) -> list[Stage]:
    """The modules at the top, in the order in which the network was built; what no module does stands under ""."""
    names = [path for path in trace.layers if path and "." not in path]
    layers: dict[str, dict[str, Layer]] = {name: {} for name in ["", *names]}
    for path, layer in trace.layers.items():
        layers[path.partition(".")[0]][path] = layer
    nodes: dict[str, list[Node]] = {name: [] for name in layers}
    for node in trace.nodes:
        nodes[node.path.partition(".")[0]].append(node)
    rows = [_stage(name, layers[name], nodes[name]) for name in names]
    if trace.layers[""].params or any(node.macs for node in nodes[""]):
        rows.append(_stage("", layers[""], nodes[""]))
    return rows


def _stage(name: str, layers: dict[str, Layer], nodes: list[Node]) -> Stage:
    shape = layers[name].shape or (nodes[-1].shape if nodes else ())
    kernels = dict.fromkeys(_kernel(node) + POOLS.get(node.op, "") for node in nodes if node.window)
    stride = max((max(node.window.stride) for node in nodes if node.window), default=1)
    total = sum(layer.params for layer in layers.values())
    repeats = max(1, len(numbered(layers, name)))
    return Stage(
        name, times(shape), ", ".join(kernels), stride, repeats, total, sum(node.macs for node in nodes)
    )


POOLS = {"max_pool": " max pool", "avg_pool": " mean"}


def _kernel(node: Node) -> str:
    if node.window is None:
        return ""
    dilation = max(node.window.dilation)
    return times(node.window.kernel) + (f"/{dilation}" if dilation > 1 else "")


def numbered(paths: Iterable[str], part: str) -> list[str]:
    """The direct children of a part where all are numbered alike: 0, 1, 2 or layer1, layer2. Else none."""
    if not part:
        return []
    start = len(part) + 1
    children = [path for path in paths if path.startswith(part + ".") and "." not in path[start:]]
    found = [NUMBERED.match(child[start:]) for child in children]
    stems = {match[1] if match else child for match, child in zip(found, children, strict=True)}
    return children if len(stems) == 1 and all(found) else []


# -- layers ----------------------------------------------------------------------------------------------------------------


def layers(trace: Trace) -> list[Row]:
    """Every operation that computes something, in the order in which they run."""
    row_of, heads = _rows_of_nodes(trace)
    members: list[list[int]] = [[] for _ in heads]
    for index, row in enumerate(row_of):
        if row is not None:
            members[row].append(index)
    places = _where_parameters_stand(trace, row_of)
    sources = [_sources(trace, row_of, head) for head in heads]
    return [
        _row(trace, members[row], sources[row] if sources[row] != (row - 1,) else (), places.get(row, 0))
        for row in range(len(heads))
    ]


def _rows_of_nodes(trace: Trace) -> tuple[list[int | None], list[int]]:
    """Each node's row (None for plumbing), and each row's first node."""
    readers = [0] * len(trace.nodes)
    for node in trace.nodes:
        for source in node.inputs:
            if source >= 0:
                readers[source] += 1
    for end in trace.output:
        readers[end] += end >= 0
    moving = _moving(trace)
    row_of: list[int | None] = []
    heads: list[int] = []
    tail: dict[int, int] = {}  # a row's last node so far -> the row
    for index, node in enumerate(trace.nodes):
        before = node.inputs[0] if len(node.inputs) == 1 else -1
        if node.op in PLUMBING and index not in moving:
            row_of.append(None)
        elif node.op in LIGHT and before in tail and readers[before] == 1 and _belongs(trace, before, node):
            row = tail.pop(before)
            tail[index] = row
            row_of.append(row)
        else:
            tail[index] = len(heads)
            row_of.append(len(heads))
            heads.append(index)
    return row_of, heads


def _belongs(trace: Trace, before: int, node: Node) -> bool:
    """Whether a light operation ends what came before it, rather than begin the next block (pre-activation)."""
    own, parent = trace.nodes[before].path, node.path.rpartition(".")[0]
    return own.rpartition(".")[0] == parent or (parent != "" and within(own, parent))


def _moving(trace: Trace) -> frozenset[int]:
    """The last node of every module of our own that does nothing but move numbers."""
    of_path: dict[str, list[int]] = {}
    for index, node in enumerate(trace.nodes):
        of_path.setdefault(node.path, []).append(index)
    return frozenset(
        found[-1]
        for path, found in of_path.items()
        if all(trace.nodes[index].op in PLUMBING for index in found) and "huffle" in trace.layers[path].type
    )


def _sources(trace: Trace, row_of: list[int | None], node: int) -> tuple[int, ...]:
    """The rows that a node reads, through plumbing."""
    found: dict[int, None] = {}
    for source in trace.nodes[node].inputs:
        row = row_of[source] if source >= 0 else -1
        for one in (row,) if row is not None else _sources(trace, row_of, source):
            found[one] = None
    return tuple(found)


def _where_parameters_stand(trace: Trace, row_of: list[int | None]) -> dict[int, int]:
    """Row -> parameters: those of a module stand where it multiplies, else at its first row."""
    best: dict[str, tuple[bool, int]] = {}
    for index, node in enumerate(trace.nodes):
        row = row_of[index]
        if row is not None and (node.path not in best or (node.macs and not best[node.path][0])):
            best[node.path] = (bool(node.macs), row)
    found: dict[int, int] = {}
    for path, layer in trace.layers.items():
        if layer.params and path in best:
            row = best[path][1]
            found[row] = found.get(row, 0) + layer.params
    return found


def _row(trace: Trace, members: list[int], inputs: tuple[int, ...], total: int) -> Row:
    head, *rest = (trace.nodes[index] for index in members)
    op = next((SORTS[kind] for kind in SORTS if kind in head.kinds), head.op)
    if op in PLUMBING:
        op = "channel_shuffle"
    return Row(
        head.path,
        op,
        " ".join(node.op for node in rest),
        _kernel(head),
        max(head.window.stride) if head.window else 1,
        head.groups,
        times((rest or [head])[-1].shape),
        total,
        sum(trace.nodes[index].macs for index in members),
        inputs,
    )
