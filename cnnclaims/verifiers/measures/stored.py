"""What a trained network keeps besides its parameters: the running statistics of batch normalisation."""

from fractions import Fraction

from cnnclaims.verifiers.measures.quantities import Bytes, Network, Params


def statistics(net: Network) -> Params:
    """Running means and variances of batch normalisation: not trained, but kept, and counted by some as parameters."""
    layers = net.traced().layers.values()
    return sum(
        layer.norms for layer in layers if layer.type.startswith("BatchNorm")
    )  # as many as scales and shifts


def stored(net: Network, bits: int = 32) -> Bytes:
    """Bytes of a file of parameters and running statistics, at `bits` a number and without names and headers."""
    parameters = sum(layer.params for layer in net.traced().layers.values())
    return Fraction((parameters + statistics(net)) * bits, 8)
