"""Operations beside the multiply-adds: one a value, as some papers count them in."""

import math

from cnnclaims.verifiers.measures.quantities import MultAdds, Network
from cnnclaims.verifiers.traced import Node, Trace

READING = frozenset(("mean", "sum"))  # these cost one addition for every value that goes in


def elementwise(net: Network, kind: str, input: int | None = None) -> MultAdds:
    """One operation for each value that all layers of a kind put out (add, mul, relu, ...), or read (mean, sum)."""
    trace = net.traced(input)
    found = [node for node in trace.nodes if kind in node.kinds]
    if not found and kind not in KINDS:
        kinds = sorted(set().union(*(node.kinds for node in trace.nodes)))
        raise ValueError(f"{trace.network} has no {kind!r}; it has {', '.join(kinds)}")
    if any(node.macs or node.window for node in found):
        raise ValueError(f"{kind!r} is no elementwise kind; its layers see windows or have weights")
    return sum(_values(trace, node) for node in found)


# Kinds that a network may well have none of: zero is then an answer, not a misspelling.
KINDS = frozenset(("add", "mul", "relu", "sigmoid", "batch_norm", "dropout", "concat", "mean"))


def _values(trace: Trace, node: Node) -> int:
    if node.op not in READING:
        return node.values
    shapes = [trace.nodes[index].shape if index >= 0 else trace.input_shape for index in node.inputs]
    return sum(math.prod(shape) for shape in shapes)
