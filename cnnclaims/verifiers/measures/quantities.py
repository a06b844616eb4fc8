"""What measures take and give, without torch: the return type of a measure is its dimension in the language."""

from fractions import Fraction
from typing import Literal, Protocol, TypeAlias

from cnnclaims.verifiers.traced import Layer, NoSuchPart, Trace, within

Params: TypeAlias = int
MultAdds: TypeAlias = int
Connections: TypeAlias = int
Values: TypeAlias = int
Channels: TypeAlias = int
Pixels: TypeAlias = int
Count: TypeAlias = int
Bytes: TypeAlias = Fraction
Seconds: TypeAlias = Fraction
Rate: TypeAlias = Fraction
JoulesPerImage: TypeAlias = Fraction
Ratio: TypeAlias = Fraction
Number: TypeAlias = int | float

# The sorts of weighted layer that a measure may be confined to; `full` and `pointwise` are ungrouped convolutions
# with a kernel above and of one pixel, `depthwise` has a group a channel, `grouped` has fewer.
Only: TypeAlias = Literal["conv", "linear", "pointwise", "depthwise", "grouped", "full"]

# Where something is timed.
Device: TypeAlias = Literal["cpu", "cuda"]


class Network(Protocol):
    """Anything with a trace: a network named in an expression, or a `Trace` itself."""

    def traced(self, input: int | None = None) -> Trace:
        """One forward pass at `input` pixels a side (the paper's own input by default)."""


def layer(trace: Trace, part: str | None) -> Layer:
    """The module at `part`; NoSuchPart with the nearest names where there is none."""
    if part is None or part in trace.layers:
        return trace.layers[part or ""]
    raise _no_part(trace, part)


def expect_part(trace: Trace, part: str | None) -> None:
    """NoSuchPart where the network has no such part, so that a misspelt part never measures zero."""
    layer(trace, part)


def _no_part(trace: Trace, part: str) -> NoSuchPart:
    import difflib

    stages = [path for path in trace.layers if path and "." not in path]
    near = difflib.get_close_matches(part, trace.layers, n=3) or stages
    return NoSuchPart(f"{trace.network} has no part {part!r}; it has {', '.join(near)}")


def paths_of(trace: Trace, only: str) -> frozenset[str]:
    """The paths of the layers of one sort."""
    return frozenset(node.path for node in trace.nodes if only in node.kinds)


__all__ = ["Layer", "NoSuchPart", "Trace", "within"]
