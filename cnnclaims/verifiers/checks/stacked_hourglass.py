"""What Stacked Hourglass Networks (arXiv 1603.06937) claims that is not one number: how many there are, how large filters are."""

from fractions import Fraction

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.stacked_hourglass import stacked_hourglass
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Node

STACKS = "eight"  # Sections 3.2 and 3.3
LARGEST = "3x3"  # Section 3.2


def eight_hourglasses() -> Found:
    """Sections 3.2 and 3.3: on its way through the network a map goes down to 4x4 and up to 64x64 eight times."""
    with uninitialised():
        return goes_down_and_up(stacked_hourglass(), stacked_hourglass(stacks=2))


def goes_down_and_up(net: Network, control: Network) -> Found:
    """Whether a run goes down and up as often as there are said to be hourglasses, and that of the control does not."""
    (down, up), (other, _) = (turns(net), turns(control))
    printed = parse(STACKS, "constant")
    sentence = (
        f"the network pools maps to 4x4 {down} times and brings maps back to 64x64 {up} times; one of two hourglasses pools to "
        f"4x4 {other} times"
    )
    holds = down == up and printed.allows(Fraction(down)) and not printed.allows(Fraction(other))
    return Found(holds, sentence, own_word=True)


def turns(net: Network) -> tuple[int, int]:
    """How often a run pools to 4x4, and how often it brings a map back to 64x64."""
    nodes = trace(net).nodes
    return tuple(
        sum(node.op == op and node.shape[1:] == (side, side) for node in nodes)
        for op, side in (("max_pool", 4), ("interpolate", 64))
    )  # type: ignore[return-value]


def no_filter_above_3x3() -> Found:
    """Section 3.2: behind the first convolution no filter is larger than 3x3; that first one is."""
    with uninitialised():
        return at_most_3x3(stacked_hourglass())


def at_most_3x3(net: Network) -> Found:
    """Whether that is so of every convolution that a run makes, with some that are as large."""
    first, *others = [node for node in trace(net).nodes if node.op == "conv"]
    sides = [_side(node) for node in others]
    listed = ", ".join(f"{sides.count(side)} of {side}x{side}" for side in sorted(set(sides)))
    printed = parse(LARGEST, "pixels")
    holds = printed.allows(Fraction(max(sides))) and not printed.allows(Fraction(_side(first)))
    return Found(
        holds,
        f"convolutions behind the first: {listed}; the first is of {_side(first)}x{_side(first)}",
        own_word=True,
    )


def _side(node: Node) -> int:
    return max(node.weight[2:])
