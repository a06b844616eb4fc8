"""What layers read and write: the memory access cost of ShuffleNet V2 and VoVNet, in numbers and not in bytes."""

import math

from cnnclaims.verifiers.measures.quantities import Network, Values, expect_part, within

POOLING = frozenset(("max_pool", "avg_pool"))


def memory_access(
    net: Network, part: str | None = None, weights: bool = True, pooling: bool = False
) -> Values:
    """Numbers that convolutions and linear layers read and write for one image: inputs, outputs, weights.

    weights=False leaves the weights out, which gives the cost of inputs and outputs alone (CIO); pooling=True counts
    pooling layers too. What two layers read alike is counted twice; biases, normalisation and activation are not counted.
    """
    trace = net.traced()
    expect_part(trace, part)
    total = 0
    for node in trace.nodes:
        if within(node.path, part) and (node.weight or (pooling and node.op in POOLING)):
            shapes = [trace.nodes[i].shape if i >= 0 else trace.input_shape for i in node.inputs]
            total += sum(math.prod(shape) for shape in shapes) + node.values
            total += math.prod(node.weight) if node.weight and weights else 0
    return total
