"""What a network of code books takes: its centres as numbers, its weights as the codes of centres."""

from fractions import Fraction

from cnnclaims.verifiers.measures.quantities import Bytes, Network, expect_part, within


def coded(net: Network, part: str | None = None, bits: int = 32) -> Bytes:
    """Bytes of parameters (the centres among them) at `bits` a number, and of all codes at the fewest whole bits a code."""
    trace = net.traced()
    expect_part(trace, part)
    total = 0
    for path, layer in trace.layers.items():
        if within(path, part):
            total += layer.params * bits
            if "assigned" in layer.settings:
                total += int(layer.settings["assigned"]) * (int(layer.settings["centres"]) - 1).bit_length()
    return Fraction(total, 8)
