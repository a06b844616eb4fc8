"""What is said of the speed of single convolutions, timed on the machine at hand: layers of equal or of known multiply-adds.

Each comparison takes the machine to time on and says what it found there; `timing/contest.py` has the rule for its verdict.
"""

from collections.abc import Callable

from cnnclaims.verifiers.kernels.convolution import conv, conv_stack, depthwise, pointwise
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing.contest import Told, as_much, contest, slower, verdict
from cnnclaims.verifiers.timing.machine import Machine
from cnnclaims.verifiers.timing.reading import figures
from cnnclaims.verifiers.timing.rounds import direction
from cnnclaims.verifiers.trace import trace

SIZE = 56  # of the maps, those of the second stage of an ImageNet network
CHANNELS = 64  # of a 3x3 convolution there


def pointwise_against_3x3(machine: Machine) -> Told:
    """A 1x1 convolution of 192 channels and a 3x3 one of 64 have the same multiply-adds; is the 3x3 one slower?"""
    found = contest(
        {
            "1x1 on 192 channels": lambda: pointwise(3 * CHANNELS, 3 * CHANNELS, SIZE),
            "3x3 on 64 channels": lambda: conv(CHANNELS, CHANNELS, 3, SIZE),
        },
        machine,
    )
    return slower(found, ["3x3 on 64 channels"], than="1x1 on 192 channels")


def less_than_nine_pointwise(machine: Machine) -> Told:
    """A 3x3 convolution has the multiply-adds of nine 1x1 ones of its channels; does it take less than nine times as long as one?"""
    found = contest(
        {
            "1x1": lambda: pointwise(CHANNELS, CHANNELS, SIZE),
            "3x3": lambda: conv(CHANNELS, CHANNELS, 3, SIZE),
        },
        machine,
    )
    left = found.ratio("1x1", "3x3", scale=9)
    said = f"nine 1x1 convolutions on {CHANNELS} channels would take {as_much(left, 'long', 'one 3x3')}"
    return Told(verdict([direction(left)]), f"{found.figures()}; {said}")


def splitting_7x7(machine: Machine) -> Told:
    """Three 3x3 convolutions in place of a 7x7 have 27/49 of its multiply-adds; is a step of training no faster for it?"""
    found = contest(
        {
            "one 7x7": lambda: conv(CHANNELS, CHANNELS, 7, SIZE),
            "three 3x3": lambda: conv_stack(CHANNELS, 3, 3, SIZE),
        },
        machine,
        training=True,
    )
    return slower(found, ["three 3x3"], than="one 7x7")


def rates_of_cheap_layers(machine: Machine) -> Told:
    """Do depthwise, grouped and 1x1 convolutions reach fewer multiply-adds a second than a standard 3x3 one?"""
    builders: dict[str, Callable[[], Network]] = {
        "standard 3x3": lambda: conv(CHANNELS, CHANNELS, 3, SIZE),
        "depthwise 3x3": lambda: depthwise(CHANNELS, 3, SIZE),
        "3x3 in 8 groups": lambda: conv(CHANNELS, CHANNELS, 3, SIZE, groups=8),
        "1x1": lambda: pointwise(CHANNELS, CHANNELS, SIZE),
    }
    macs = {name: sum(node.macs for node in trace(build()).nodes) for name, build in builders.items()}
    found = contest(builders, machine)
    rates = ", ".join(
        f"{name} {figures(macs[name] / found.all_of(name).median / 1e9)}" for name in found.names
    )
    standard, *others = found.names
    # The standard layer's rate over another's: above 1 where the other one reaches less.
    lost = {name: found.ratio(name, standard, scale=macs[standard] / macs[name]) for name in others}
    said = "; ".join(
        f"for a multiply-add {name} takes {as_much(one, 'long', standard)}" for name, one in lost.items()
    )
    asked = [direction(lost[name]) for name in ("depthwise 3x3", "1x1")]
    return Told(
        verdict(asked),
        f"G multiply-adds a second on {CHANNELS} channels of {SIZE}x{SIZE}: {rates}; {said}",
    )
