"""Multiply-adds together with the cheap operations beside them, as some authors' own counters add them up."""

from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.measures.quantities import MultAdds, Network
from cnnclaims.verifiers.traced import Node, Trace

NORMALISATIONS = frozenset(("batch_norm", "layer_norm", "group_norm", "instance_norm"))
POOLINGS = frozenset(("max_pool", "avg_pool"))


def operations(
    net: Network, relu: int = 0, pooling: int = 0, norm: int = 0, bias: int = 0, input: int | None = None
) -> MultAdds:
    """Multiply-adds of one image, and so many more for each output of a ReLU, value read by pooling, normalised value, bias added."""
    trace = net.traced(input)
    more = 0
    for node in trace.nodes:
        if node.op == "relu":
            more += relu * node.values
        elif node.op in POOLINGS:
            more += pooling * _read(node)
        elif node.op in NORMALISATIONS:
            more += norm * node.values
        elif bias and _has_bias(trace, node):
            more += bias * node.values
    return macs(net, input=input) + more


def _read(node: Node) -> int:
    """What all windows of a pooling read, overlaps counted as often as they are read."""
    assert node.window is not None
    height, width = node.window.kernel
    return node.values * height * width


def _has_bias(trace: Trace, node: Node) -> bool:
    return node.macs > 0 and trace.layers[node.path].biases > 0
