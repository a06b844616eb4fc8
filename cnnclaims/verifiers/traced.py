"""What one forward pass through a network left behind, as plain data (no torch): the ground that all measures stand on."""

import math
from typing import NamedTuple

Pair = tuple[int, int]


class Window(NamedTuple):
    """What a convolution or pooling sees: height and width of kernel, stride and dilation."""

    kernel: Pair
    stride: Pair
    dilation: Pair


class Node(NamedTuple):
    """One operation of the forward pass.

    `inputs` are indices of earlier nodes, -1 is the network's input. `shape` is one image's output, without the batch.
    `macs` are the multiplications of one image, `fan_in` the inputs of one output unit. `weight` is the shape of the weight
    (out, in / groups, height, width for a convolution).
    """

    op: str
    path: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    macs: int = 0
    fan_in: int = 0
    window: Window | None = None
    weight: tuple[int, ...] = ()
    groups: int = 1

    @property
    def values(self) -> int:
        """How many numbers one image's output has."""
        return math.prod(self.shape)

    @property
    def kinds(self) -> frozenset[str]:
        """What the layer may be asked for as: its operation, and for a convolution also which sort it is."""
        if self.op != "conv":
            return frozenset((self.op,))
        channels = self.weight[1] * self.groups
        if self.groups == 1:
            sort = "pointwise" if math.prod(self.weight[2:]) == 1 else "full"
        else:
            sort = "depthwise" if self.groups == channels else "grouped"
        return frozenset(("conv", sort))


class Layer(NamedTuple):
    """One module: its own parameters by sort, the numbers it was built with, and what it put out (None if it did not run)."""

    type: str
    weights: int
    biases: int
    norms: int
    settings: dict[str, int | float]
    shape: tuple[int, ...] | None

    @property
    def params(self) -> int:
        """All trainable parameters of the module itself."""
        return self.weights + self.biases + self.norms


class NoSuchPart(ValueError):
    """A part that the network does not have, or that did not run; the message offers the nearest."""


class Trace(NamedTuple):
    """A network's layers by path ("" is the whole) and its operations in the order they ran."""

    network: str
    input_shape: tuple[int, int, int]
    layers: dict[str, Layer]
    nodes: tuple[Node, ...]
    output: tuple[int, ...]  # the nodes that the network returns

    def traced(self, input: int | None = None) -> "Trace":
        """This trace; a network at the prompt gives the one for another input instead."""
        if input not in (None, self.input_shape[1]):
            raise ValueError(f"{self.network} was traced at {self.input_shape[1]} pixels, not at {input}")
        return self


def within(path: str, part: str | None) -> bool:
    """Whether the module at `path` belongs to `part` (None: the whole network)."""
    return not part or path == part or path.startswith(part + ".")
