"""Sizes: what a stage puts out, what it sees, what its layers were built with."""

import math

from cnnclaims.verifiers.measures.quantities import Channels, Network, Number, Pixels, Values, layer, within
from cnnclaims.verifiers.traced import Node, NoSuchPart, Trace


def output_size(net: Network, part: str | None = None, input: int | None = None) -> Pixels:
    """Side in pixels of the square map that a stage puts out (1 for a vector)."""
    shape = _shape(net.traced(input), part)
    height, width = shape[1:] if len(shape) == 3 else (1, 1)
    if height != width:
        raise ValueError(f"{part or 'the network'} puts out {height} x {width}, which is no square")
    return height


def channels(net: Network, part: str | None = None) -> Channels:
    """Channels that a stage puts out (features, where it puts out a vector)."""
    return _shape(net.traced(), part)[0]


def _shape(trace: Trace, part: str | None) -> tuple[int, ...]:
    shape = layer(trace, part).shape
    if shape is None:
        raise NoSuchPart(
            f"{part or 'the network'} of {trace.network} put out no single tensor in the forward pass"
        )
    return shape


def input_size(net: Network) -> Pixels:
    """Side in pixels of the input that the paper feeds the network."""
    return net.traced().input_shape[1]


def input_values(net: Network) -> Values:
    """How many numbers one input has: channels x height x width."""
    return math.prod(net.traced().input_shape)


def setting(net: Network, part: str, name: str) -> Number:
    """A number that a layer was built with: kernel_size, stride, padding, groups, p, ... (a square pair as one number)."""
    trace = net.traced()
    settings = layer(trace, part).settings
    if name not in settings:
        raise NoSuchPart(
            f"{part} of {trace.network} has no setting {name!r}; it has {', '.join(settings) or 'none'}"
        )
    return settings[name]


def receptive_field(net: Network, part: str | None = None) -> Pixels:
    """Side in input pixels of the square that one output of a stage can depend on (the longest path decides)."""
    trace = net.traced()
    layer(trace, part)
    fields = _fields(trace)
    inside = [index for index, node in enumerate(trace.nodes) if within(node.path, part)]
    ends = list(trace.output) if part is None else inside[-1:]
    if not ends:
        raise NoSuchPart(f"{part} of {trace.network} did not run")
    (rows, _), (columns, _) = max(fields[index] for index in ends)
    if rows != columns:
        raise ValueError(f"{part or 'the network'} sees {rows} x {columns} pixels, which is no square")
    return rows


# Operations that look at one place of the map at a time, whatever they do there.
POINTWISE = frozenset(
    "add mul sub relu relu6 batch_norm concat sigmoid tanh dropout hardtanh silu hardswish hardsigmoid __getitem__ pad "
    "softmax pow div view split chunk channel_shuffle local_response_norm lrn sqrt log_softmax".split()
)

Axis = tuple[int, int]  # receptive field, and distance of neighbouring outputs, in input pixels


def _fields(trace: Trace) -> list[tuple[Axis, Axis]]:
    """Receptive field and step of every node, along height and width."""
    fields: list[tuple[Axis, Axis]] = []
    for node in trace.nodes:
        before = [((1, 1), (1, 1)) if index == -1 else fields[index] for index in node.inputs]
        shapes = [trace.nodes[index].shape if index >= 0 else trace.input_shape for index in node.inputs]
        rows = _axis(node, [axis[0] for axis in before], shapes, 0)
        columns = _axis(node, [axis[1] for axis in before], shapes, 1)
        fields.append((rows, columns))
    return fields


def _axis(node: Node, before: list[Axis], shapes: list[tuple[int, ...]], axis: int) -> Axis:
    sides = [shape[1 + axis] if len(shape) == 3 else 1 for shape in shapes]
    side = max(sides, default=1)
    field = max((size for size, _ in before), default=1)
    # The largest map sets the distance of neighbours: what is spread over it, such as a gate for each channel, does not.
    step = max((step for (_, step), of in zip(before, sides, strict=True) if of == side), default=1)
    if node.window is not None:
        kernel, stride, dilation = (
            node.window.kernel[axis],
            node.window.stride[axis],
            node.window.dilation[axis],
        )
        return field + (kernel - 1) * dilation * step, step * stride
    if node.op in ("flatten", "mean", "sum"):
        return field + (side - 1) * step, step * side
    if node.op in POINTWISE or len(node.shape) < 3:
        return field, step
    raise ValueError(f"no rule for the receptive field of {node.op} at {node.path or 'the top'}")
