"""Memory of one map: what a stage hands to the next."""

import math
from fractions import Fraction

from cnnclaims.verifiers.measures.quantities import Bytes, Network, NoSuchPart, layer


def output_memory(net: Network, part: str, bits: int = 32) -> Bytes:
    """Bytes of the map that a stage puts out for one image, at `bits` a number."""
    trace = net.traced()
    shape = layer(trace, part).shape
    if shape is None:
        raise NoSuchPart(f"{part} of {trace.network} put out no single tensor in the forward pass")
    return Fraction(math.prod(shape) * bits, 8)
