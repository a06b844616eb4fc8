"""How a network is put together: layers, depth, neurons, connections."""

from cnnclaims.verifiers.measures.quantities import Connections, Count, Network, Values, expect_part, within
from cnnclaims.verifiers.traced import Node, Trace

POOLING = frozenset(("max_pool", "avg_pool"))


def depth(net: Network, pooling: bool = False) -> Count:
    """Layers with weights on the longest path from input to output.

    A projection beside a longer branch adds nothing, and normalisation is no layer. `pooling` counts pooling layers too.
    """
    trace = net.traced()
    weighted = set(_weighted(trace))
    layers_with_weights = {trace.nodes[index].path for index in weighted}
    longest: list[int] = []
    for index, node in enumerate(trace.nodes):
        before = max((longest[i] for i in node.inputs if i >= 0), default=0)
        pools = pooling and node.op in POOLING and node.path not in layers_with_weights
        longest.append(before + (index in weighted or pools))
    return max((longest[index] for index in trace.output), default=0)


def _weighted(trace: Trace) -> list[int]:
    """The nodes that stand for layers with weights.

    Each product with weights is one; a module with weights of its own and no such product (LeNet's trainable subsampling) is
    one too, at its last operation; a rectifier with slopes is none. A product of two tensors that both come from the image
    (attention) has no weights.
    """
    products = [index for index, node in enumerate(trace.nodes) if node.macs and len(node.inputs) < 2]
    counted = {trace.nodes[index].path for index in products}
    last = {
        node.path: index
        for index, node in enumerate(trace.nodes)
        if node.path not in counted and node.op != "prelu" and trace.layers[node.path].weights
    }
    return sorted([*products, *last.values()])


def count(net: Network, kind: str, part: str | None = None) -> Count:
    """How many operations of a kind run: conv (or pointwise, depthwise, grouped, full), linear, max_pool, add, concat, relu, ..."""
    trace = net.traced()
    expect_part(trace, part)
    found = sum(kind in node.kinds for node in trace.nodes if within(node.path, part))
    kinds = set().union(*(node.kinds for node in trace.nodes))
    if not found and kind not in kinds and kind not in KINDS:
        raise ValueError(f"{trace.network} has no {kind!r}; it has {', '.join(sorted(kinds))}")
    return found


# Kinds that a network may well have none of: zero is then an answer, not a misspelling.
KINDS = frozenset(
    "conv linear pointwise depthwise grouped full transposed max_pool avg_pool add concat relu dropout lrn batch_norm matmul".split()
)


def blocks(net: Network, part: str) -> Count:
    """How many blocks a stage is made of: its direct children."""
    trace = net.traced()
    expect_part(trace, part)
    return sum(path.startswith(part + ".") and "." not in path[len(part) + 1 :] for path in trace.layers)


def neurons(net: Network, part: str | None = None) -> Values:
    """Outputs of all layers with weights, summed."""
    trace = net.traced()
    expect_part(trace, part)
    return sum(
        trace.nodes[index].values for index in _weighted(trace) if within(trace.nodes[index].path, part)
    )


def connections(net: Network, part: str | None = None) -> Connections:
    """Input links of every unit of every layer with weights, and one more for a bias (LeNet, Section II.B)."""
    trace = net.traced()
    expect_part(trace, part)
    return sum(
        _connections(trace, trace.nodes[index])
        for index in _weighted(trace)
        if within(trace.nodes[index].path, part)
    )


def _connections(trace: Trace, node: Node) -> int:
    fan_in = node.fan_in
    if not node.macs:  # trainable subsampling: every unit sees the window that its module pools
        windows = [n.window for n in trace.nodes if n.path == node.path and n.window is not None]
        fan_in = sum(window.kernel[0] * window.kernel[1] for window in windows) or 1
    return node.values * (fan_in + (trace.layers[node.path].biases > 0))
