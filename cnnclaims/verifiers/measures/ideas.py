"""Which ideas a network shows: looked up in the operations of its forward pass and how they are joined, never in names."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from cnnclaims.verifiers.measures.quantities import Count, Network
from cnnclaims.verifiers.measures.wiring import LIGHT, Graph
from cnnclaims.verifiers.traced import Node

ACTIVATIONS = frozenset("relu relu6 hardtanh silu hardswish tanh prelu sigmoid gelu elu leaky_relu".split())


def _has(*ops: str) -> Callable[[Graph], bool]:
    return lambda graph: any(graph.of(*ops))


def _kind(kind: str) -> Callable[[Graph], bool]:
    return lambda graph: any(kind in node.kinds for node in graph.nodes)


def _residual(graph: Graph) -> bool:
    return any(graph.shortcuts())


def _identity(graph: Graph) -> bool:
    return any(passed == 0 and _same_map(graph, start, long) for _, long, start, passed in graph.shortcuts())


def _same_map(graph: Graph, start: int, end: int) -> bool:
    shape = graph.nodes[start].shape if start >= 0 else graph.trace.input_shape
    return shape == graph.nodes[end].shape


def _projection(graph: Graph) -> bool:
    return any(passed == 1 for *_, passed in graph.shortcuts())


def _bottleneck(graph: Graph) -> bool:
    """A residual branch of three convolutions, 1x1, wider, 1x1, that is narrowest inside."""
    for _, long, start, _ in graph.shortcuts():
        branch = graph.branch(start, long)
        convolutions = [node for node in branch if node.op == "conv"]
        if len(convolutions) == 3 and _squeezes(convolutions):
            return True
    return False


def _squeezes(convolutions: list[Node]) -> bool:
    first, middle, last = convolutions
    ends_pointwise = all("pointwise" in node.kinds or _is_1x1(node) for node in (first, last))
    return ends_pointwise and not _is_1x1(middle) and middle.shape[0] < last.shape[0]


def _is_1x1(node: Node) -> bool:
    return node.window is not None and node.window.kernel == (1, 1)


def _separable(graph: Graph) -> bool:
    return any(
        "pointwise" in graph.nodes[after].kinds
        for index, node in graph.of("conv")
        if "depthwise" in node.kinds and not _is_1x1(node)
        for after in graph.next_weighted(index)
    )


def _inverted(graph: Graph) -> bool:
    """A residual branch that is widest inside, round a depthwise convolution."""
    for _, long, start, _ in graph.shortcuts():
        convolutions = [n for n in graph.branch(start, long) if n.op == "conv" and n.shape[1:] != (1, 1)]
        if len(convolutions) == 3 and "depthwise" in convolutions[1].kinds:
            before, _, last = convolutions
            if last.shape[0] < before.shape[0]:
                return True
    return False


def _linear_bottleneck(graph: Graph) -> bool:
    """A 1x1 convolution that narrows after a depthwise one, with no activation behind it before the next product or sum."""
    for index, node in graph.of("conv"):
        if "depthwise" not in node.kinds:
            continue
        for after in graph.next_weighted(index):
            narrow = graph.nodes[after]
            if (
                "pointwise" in narrow.kinds
                and narrow.shape[0] < node.shape[0]
                and not _activated(graph, after)
            ):
                return True
    return False


def _activated(graph: Graph, index: int) -> bool:
    """Whether an activation follows a node before any product, sum or end."""
    following = graph.after.get(index, ())
    return any(
        graph.nodes[other].op in ACTIVATIONS or (graph.nodes[other].op in LIGHT and _activated(graph, other))
        for other in following
    )


def _branches(graph: Graph) -> bool:
    """Three or more branches from one map with kernels of different sizes, concatenated; none feeds another.

    Branches that differ in dilation only are a pyramid (atrous spatial pyramid pooling) and no such module.
    """
    for _, node in graph.of("concat"):
        sources = [source for source in node.inputs if source >= 0]
        if len(sources) < 3 or any(graph.depends(a, b) for a in sources for b in sources):
            continue
        found = [n.window for s in sources if (n := _last_conv(graph, s)) is not None and n.window]
        kernels = {window.kernel for window in found if window.dilation == (1, 1)}
        shared = graph.above[sources[0]]
        for source in sources[1:]:
            shared &= graph.above[source]
        if len(kernels) >= 2 and shared:
            return True
    return False


def _last_conv(graph: Graph, index: int) -> Node | None:
    for at, _ in graph.back(index):
        if at >= 0 and graph.nodes[at].op == "conv":
            return graph.nodes[at]
    return None


def _chains(graph: Graph) -> Iterator[tuple[int, list[int]]]:
    """Concatenations of maps each of which is computed from the one before."""
    for index, node in graph.of("concat"):
        sources = sorted(node.inputs)
        if len(sources) >= 2 and all(graph.depends(b, a) for a, b in pairwise(sources)):
            yield index, sources


def _dense(graph: Graph) -> bool:
    """Each layer reads all maps made before it: its output is concatenated with what it read, again and again."""
    layers = 0
    for _, sources in _chains(graph):
        earlier, newest = sources[:-1], sources[-1]
        read = next((at for at, _ in _upward(graph, newest) if at in earlier or _is_concat(graph, at)), None)
        if read is None:
            continue
        everything = [read] == earlier or (read >= 0 and sorted(graph.nodes[read].inputs) == earlier)
        layers += everything and 1 <= graph.products_between(read, newest) <= 2
    return layers >= 3


def _is_concat(graph: Graph, index: int) -> bool:
    return index >= 0 and graph.nodes[index].op == "concat"


def _upward(graph: Graph, index: int) -> Iterator[tuple[int, int]]:
    """Along single inputs, through whatever is there."""
    steps = 0
    while index >= 0 and len(graph.nodes[index].inputs) == 1:
        index = graph.nodes[index].inputs[0]
        steps += 1
        yield index, steps


def _one_shot(graph: Graph) -> bool:
    """Four or more maps in a row, each made from the last alone, concatenated once at the end."""
    for _, sources in _chains(graph):
        if len(sources) >= 4 and all(
            any(at == before for at, _ in _upward(graph, after)) for before, after in pairwise(sources)
        ):
            return True
    return False


def _squeeze_excite(graph: Graph) -> bool:
    """A map multiplied by one number a channel that was computed from its own average."""
    for _, node in graph.of("mul"):
        sources = [source for source in node.inputs if source >= 0]
        if len(sources) != 2:
            continue
        for gate, scaled in (sources, sources[::-1]):
            shape = graph.nodes[gate].shape
            pooled = [
                i
                for i, n in enumerate(graph.nodes)
                if n.op in ("avg_pool", "mean") and graph.depends(gate, i)
            ]
            if (
                shape[1:] in ((1, 1), ())
                and graph.nodes[scaled].shape != shape
                and pooled
                and graph.nodes[scaled].shape[0] == shape[0]
            ):
                return True
    return False


def _shuffle(graph: Graph) -> bool:
    """Channels are split into groups, transposed, and put back in a row."""
    if any(graph.of("channel_shuffle")):
        return True
    for index, node in graph.of("transpose", "permute", "swapaxes", "movedim"):
        before = graph.nodes[node.inputs[0]] if node.inputs and node.inputs[0] >= 0 else None
        after = [graph.nodes[other] for other in graph.after.get(index, ())]
        if (
            before is not None
            and len(node.shape) == 4
            and node.shape[2:] == before.shape[2:]
            and any(len(n.shape) in (3, 4) for n in after)
        ):
            return True
    return False


def _attention(graph: Graph) -> bool:
    """Values weighted by the softmax of products of queries and keys."""
    if any(graph.of("attention")):
        return True
    return any(
        graph.nodes[later].op == "matmul"
        for index, _ in graph.of("softmax")
        for later in range(index + 1, len(graph.nodes))
        if graph.depends(later, index)
    ) and any(graph.of("matmul"))


def _dilated(graph: Graph) -> bool:
    return any(node.window is not None and max(node.window.dilation) > 1 for _, node in graph.of("conv"))


def _overlapping(graph: Graph) -> bool:
    return any(
        node.window is not None and node.window.kernel[0] > node.window.stride[0] > 1
        for _, node in graph.of("max_pool", "avg_pool")
    )


def _global_pool(graph: Graph) -> bool:
    """The last map is averaged to one number a channel, and at most two products with weights follow."""
    for index, node in graph.of("avg_pool", "mean"):
        if node.shape[1:] not in ((1, 1), ()) or not node.inputs or node.inputs[0] < 0:
            continue
        before = graph.nodes[node.inputs[0]].shape
        ends = [end for end in graph.trace.output if end == index or graph.depends(end, index)]
        if (
            len(before) == 3
            and before[1] > 1
            and any(graph.weighted[end] - graph.weighted[index] <= 2 for end in ends)
        ):
            return True
    return False


def _h_swish(graph: Graph) -> bool:
    """x times ReLU6(x + 3) / 6, as one operation or as its parts."""
    if any(graph.of("hardswish")):
        return True
    for _, node in graph.of("mul"):
        for gate, x in (node.inputs, node.inputs[::-1]) if len(node.inputs) == 2 else ():
            if (
                gate >= 0
                and any(
                    at >= 0
                    and graph.nodes[at].op in ("relu6", "hardtanh", "hardsigmoid")
                    and graph.depends(at, x)
                    for at, _ in ((gate, 0), *_upward(graph, gate))
                )
                and graph.products_between(x, gate) == 0
            ):
                return True
    return False


# Idea of the records -> whether a network shows it.
DETECTORS: dict[str, Callable[[Graph], bool]] = {
    "1x1-convolution": _kind("pointwise"),
    "batch-normalization": _has("batch_norm"),
    "bottleneck-block": _bottleneck,
    "channel-shuffle": _shuffle,
    "dense-connectivity": _dense,
    "depthwise-separable-convolution": _separable,
    "dilated-convolution": _dilated,
    "dropout": _has("dropout"),
    "global-average-pooling": _global_pool,
    "grouped-convolution": _kind("grouped"),
    "h-swish": _h_swish,
    "identity-shortcut": _identity,
    "inception-module": _branches,
    "inverted-residual": _inverted,
    "linear-bottleneck": _linear_bottleneck,
    "local-response-normalisation": _has("lrn", "local_response_norm"),
    "multi-head-self-attention": _attention,
    "one-shot-aggregation": _one_shot,
    "overlapping-pooling": _overlapping,
    "projection-shortcut": _projection,
    "relu": _has("relu"),
    "residual-learning": _residual,
    "squeeze-and-excitation": _squeeze_excite,
    "swish": _has("silu"),
}


def shows(net: Network, idea: str) -> Count:
    """1 where the network shows an idea (residual-learning, grouped-convolution, ...) in its operations, else 0."""
    if idea not in DETECTORS:
        raise ValueError(f"no detector for {idea!r}; there are detectors for {', '.join(DETECTORS)}")
    return int(DETECTORS[idea](Graph(net.traced())))
