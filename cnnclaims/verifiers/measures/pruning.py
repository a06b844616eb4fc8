"""What pruning leaves: a share of the weights of each layer, a whole number of them."""

import math
from fractions import Fraction

from cnnclaims.verifiers.measures.quantities import Network, Params, expect_part, within


def pruned(net: Network, keep: float, part: str | None = None) -> Params:
    """Parameters left when each layer keeps the share `keep` of its weights, rounded up to a whole number.

    Biases, scales and shifts are not pruned.
    """
    if not 0 <= keep <= 1:
        raise ValueError(f"keep is {keep}; use a share of 0 to 1")
    trace = net.traced()
    expect_part(trace, part)
    share = Fraction(str(keep))  # 0.33 as written, not the binary fraction beside it
    layers = (layer for path, layer in trace.layers.items() if within(path, part))
    return sum(layer.params - layer.weights + math.ceil(share * layer.weights) for layer in layers)
