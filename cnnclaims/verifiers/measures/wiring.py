"""How the operations of a forward pass are joined: who depends on whom, where branches part and meet."""

from collections.abc import Iterator
from functools import cached_property

from cnnclaims.verifiers.traced import Node, Trace

# Operations that hand one map on, place by place, without weights of a product.
LIGHT = frozenset(
    "batch_norm group_norm layer_norm instance_norm relu relu6 hardtanh silu sigmoid hardsigmoid hardswish tanh prelu dropout lrn "
    "local_response_norm pad contiguous clone __getitem__ chunk split gelu elu leaky_relu".split()
)


class Graph:
    """The operations of a trace with who comes before and after whom; -1 is the network's input."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.nodes = trace.nodes
        self.after: dict[int, list[int]] = {}
        for index, node in enumerate(trace.nodes):
            for source in node.inputs:
                self.after.setdefault(source, []).append(index)

    @cached_property
    def above(self) -> list[int]:
        """The nodes that each node depends on, as bits (bit 0 is the network's input)."""
        found: list[int] = []
        for node in self.nodes:
            bits = 0
            for source in node.inputs:
                bits |= 1 << (source + 1)
                if source >= 0:
                    bits |= found[source]
            found.append(bits)
        return found

    @cached_property
    def weighted(self) -> list[int]:
        """The most products with weights on any way from the input to each node."""
        found: list[int] = []
        for node in self.nodes:
            before = max((found[source] for source in node.inputs if source >= 0), default=0)
            found.append(before + bool(node.macs))
        return found

    def depends(self, node: int, source: int) -> bool:
        """Whether `node` comes after `source`."""
        return node >= 0 and bool(self.above[node] >> (source + 1) & 1)

    def of(self, *ops: str) -> Iterator[tuple[int, Node]]:
        """The nodes of these operations."""
        return ((index, node) for index, node in enumerate(self.nodes) if node.op in ops)

    def back(self, index: int, pointwise: int = 0) -> Iterator[tuple[int, int]]:
        """This node and those behind it along one line of light operations, with the pointwise convolutions passed (at most so many)."""
        passed = 0
        yield index, passed
        while index >= 0:
            node = self.nodes[index]
            if len(node.inputs) != 1:
                return
            if node.macs and "pointwise" in node.kinds and passed < pointwise:
                passed += 1
            elif node.op not in LIGHT and node.op not in ("avg_pool", "max_pool"):
                return
            index = node.inputs[0]
            yield index, passed

    def next_weighted(self, index: int) -> Iterator[int]:
        """The products that come after a node with nothing but light operations between."""
        for other in self.after.get(index, ()):
            if self.nodes[other].macs:
                yield other
            elif (
                self.nodes[other].op in LIGHT or self.nodes[other].op == "mul"
            ):  # a gate or half of an activation
                yield from self.next_weighted(other)

    def shortcuts(self) -> Iterator[tuple[int, int, int, int]]:
        """(sum, its longer branch, where the branches part, pointwise convolutions on the shorter one)."""
        for index, node in self.of("add"):
            if len(node.inputs) != 2:
                continue
            for short, long in (node.inputs, node.inputs[::-1]):
                for start, passed in self.back(short, pointwise=1):
                    if (
                        long >= 0
                        and self.depends(long, start)
                        and self.products_between(start, long) > passed
                    ):
                        yield index, long, start, passed
                        break

    def products_between(self, start: int, end: int) -> int:
        """How many products with weights lie between two nodes on the longest way."""
        return self.weighted[end] - (self.weighted[start] if start >= 0 else 0)

    def branch(self, start: int, end: int) -> list[Node]:
        """The products on the way from `start` to `end`, between which they stand."""
        first = max(0, start)
        return [
            node
            for index, node in enumerate(self.nodes[first : end + 1], first)
            if node.macs and self.depends(index, start) and (index == end or self.depends(end, index))
        ]
