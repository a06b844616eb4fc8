"""What a network costs: parameters, multiply-adds, memory."""

from fractions import Fraction
from typing import Literal

from cnnclaims.verifiers.measures.quantities import (
    Bytes,
    MultAdds,
    Network,
    Only,
    Params,
    Ratio,
    expect_part,
    paths_of,
    within,
)
from cnnclaims.verifiers.traced import Layer, Trace


def params(net: Network, part: str | None = None, only: Only | None = None) -> Params:
    """Trainable parameters: weights, biases, scale and shift of normalisation. Buffers are no parameters."""
    return sum(layer.params for layer in _layers(net.traced(), part, only))


def weights(net: Network, part: str | None = None, only: Only | None = None) -> Params:
    """Parameters without biases and without normalisation: what papers often count by formula."""
    return sum(layer.weights for layer in _layers(net.traced(), part, only))


def _layers(trace: Trace, part: str | None, only: Only | None) -> list[Layer]:
    expect_part(trace, part)
    paths = trace.layers.keys() if only is None else paths_of(trace, only)
    return [layer for path, layer in trace.layers.items() if within(path, part) and path in paths]


def macs(
    net: Network, part: str | None = None, only: Only | None = None, input: int | None = None
) -> MultAdds:
    """Multiply-adds of one image: one for each multiplication of convolutions, linear layers and matrix products.

    Biases, normalisation, activations and pooling are not counted. `input` is the side in pixels, the paper's by default.
    """
    trace = net.traced(input)
    expect_part(trace, part)
    return sum(
        node.macs for node in trace.nodes if within(node.path, part) and (only is None or only in node.kinds)
    )


def share(
    net: Network,
    of: Literal["macs", "weights", "params"] = "macs",
    part: str | None = None,
    only: Only | None = None,
    input: int | None = None,
) -> Ratio:
    """The share of a part, or of a sort of layer, in the whole network's multiply-adds, weights or parameters."""
    if of == "macs":
        return Fraction(macs(net, part, only, input), macs(net, input=input))
    count = {"weights": weights, "params": params}[of]
    return Fraction(count(net, part, only), count(net))


def memory(
    net: Network,
    of: Literal["params", "activations"] = "params",
    bits: int = 32,
    input: int | None = None,
) -> Bytes:
    """Bytes of the parameters, or of one image's outputs of all convolutions and linear layers, at `bits` a number."""
    if of == "params":
        numbers = params(net)
    else:
        numbers = sum(node.values for node in net.traced(input).nodes if node.macs)
    return Fraction(numbers * bits, 8)
