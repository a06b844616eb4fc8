"""The four guidelines of ShuffleNet V2 (arXiv 1807.11164, Section 2, Tables 1 to 4) and its speed beside others, timed on the machine at hand.

As in the paper ten blocks stand one after another on maps of 56x56, here one image at a time.
"""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.shufflenet_v1 import shufflenet_v1
from cnnclaims.verifiers.networks.shufflenet_v2 import shufflenet_v2
from cnnclaims.verifiers.timing.contest import Told, chain, contest, slower
from cnnclaims.verifiers.timing.machine import Machine

BLOCKS, SIZE = 10, 56
WIDTHS = {
    "1:1": (32, 32),
    "1:2": (22, 44),
    "1:6": (13, 78),
    "1:12": (9, 108),
}  # Table 1, c1:c2 on the telephone
GROUPS = {1: 128, 2: 180, 4: 256, 8: 360}  # Table 2, channels for so many groups
CHANNELS = 128  # Tables 3 and 4


def equal_widths(machine: Machine) -> Told:
    """Table 1: are pairs of 1x1 convolutions slower at widths of 1:12 than at equal ones? Those between are timed beside them."""
    found = contest({ratio: partial(pairs, *c) for ratio, c in WIDTHS.items()}, machine)
    return slower(found, ["1:12"], than="1:1")


def pairs(c1: int, c2: int) -> Network:
    """Ten times a 1x1 convolution from c1 to c2 channels and one back."""
    layers = [layer for _ in range(BLOCKS) for layer in (nn.Conv2d(c1, c2, 1), nn.Conv2d(c2, c1, 1))]
    return chain(layers, (c1, SIZE, SIZE))


def few_groups(machine: Machine) -> Told:
    """Table 2: are ten 1x1 convolutions in 2, 4 and 8 groups slower than in one, at equal multiply-adds?"""
    names = {g: f"{g} group{'s' * (g > 1)}" for g in GROUPS}
    found = contest({names[g]: partial(grouped, c, g) for g, c in GROUPS.items()}, machine)
    return slower(found, [names[g] for g in (2, 4, 8)], than=names[1])


def grouped(channels: int, groups: int) -> Network:
    """Ten 1x1 convolutions in groups."""
    layers = [nn.Conv2d(channels, channels, 1, groups=groups) for _ in range(BLOCKS)]
    return chain(layers, (channels, SIZE, SIZE))


def few_fragments(machine: Machine) -> Told:
    """Table 3: are blocks of four 1x1 convolutions in a row slower than of one, at equal multiply-adds?"""
    names = {1: "one", 4: "four in a row"}
    found = contest({names[n]: partial(fragments, n) for n in names}, machine)
    return slower(found, [names[4]], than=names[1])


def fragments(number: int) -> Network:
    """Ten blocks of so many 1x1 convolutions, whose widths keep the multiply-adds: 4 of 64 channels for one of 128."""
    width = round(CHANNELS / number**0.5)
    return chain([nn.Conv2d(width, width, 1) for _ in range(BLOCKS * number)], (width, SIZE, SIZE))


class _Unit(nn.Module):
    """A bottleneck of a quarter of the channels, as in ResNet, with or without its ReLUs and its shortcut."""

    def __init__(self, channels: int, relu: bool, shortcut: bool) -> None:
        super().__init__()
        inner = channels // 4
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.conv = nn.Conv2d(inner, inner, 3, padding=1)
        self.expand = nn.Conv2d(inner, channels, 1)
        self.relu = nn.ReLU() if relu else nn.Identity()
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.expand(self.relu(self.conv(self.relu(self.reduce(x)))))
        out: Tensor = self.relu(y + x if self.shortcut else y)
        return out


def elementwise(machine: Machine) -> Told:
    """Table 4: are ten bottleneck units slower with ReLU and shortcut, and with either, than without both?"""
    names = {
        (False, False): "neither",
        (True, False): "ReLU",
        (False, True): "shortcut",
        (True, True): "ReLU and shortcut",
    }
    found = contest({name: partial(units, *how) for how, name in names.items()}, machine)
    return slower(found, ["ReLU", "shortcut", "ReLU and shortcut"], than="neither")


def units(relu: bool, shortcut: bool) -> Network:
    """Ten bottleneck units of 128 channels."""
    return chain([_Unit(CHANNELS, relu, shortcut) for _ in range(BLOCKS)], (CHANNELS, SIZE, SIZE))


def against_mobilenet_v2(machine: Machine) -> Told:
    """Is MobileNetV2 slower than ShuffleNet V2 1.5x, at 300 and 299 million multiply-adds?"""
    return _slower({"MobileNetV2": mobilenet_v2, "ShuffleNet V2 1.5x": lambda: shufflenet_v2(1.5)}, machine)


def against_mobilenet_v2_at_500m(machine: Machine) -> Told:
    """Is MobileNetV2 1.4 slower than ShuffleNet V2 2x, both of nearly 600 million multiply-adds?"""
    return _slower(
        {"MobileNetV2 1.4": lambda: mobilenet_v2(1.4), "ShuffleNet V2 2x": lambda: shufflenet_v2(2.0)},
        machine,
    )


def against_shufflenet_v1(machine: Machine) -> Told:
    """Is ShuffleNet 2x with three groups slower than ShuffleNet V2 2x?"""
    return _slower(
        {"ShuffleNet 2x": lambda: shufflenet_v1(width=2.0), "ShuffleNet V2 2x": lambda: shufflenet_v2(2.0)},
        machine,
    )


def _slower(builders: dict[str, Callable[[], Network]], machine: Machine) -> Told:
    """Whether the first of two is slower than the second."""
    first, second = builders
    return slower(contest(builders, machine), [first], than=second)
