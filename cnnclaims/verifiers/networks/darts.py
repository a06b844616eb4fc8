"""DARTS: Differentiable Architecture Search (Liu et al. 2018, arXiv 1806.09055), its network for ImageNet.

Shapes are channels x height x width. Cells are joined like NASNet's, with a map of an eighth of the image's side in front and
two cells that halve it standing in the chain, at a third and at two thirds of it. The cells are those of the authors' code:
version 1 of its first release, in June 2018, version 2 of August 2018, that the later versions of the paper show.
The side classifier, which only training uses, is left out.
"""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.nasnet import relu_conv_bn, separable
from cnnclaims.verifiers.networks.network import Network

Cell = tuple[tuple[str, int], ...]
# Operation and the state that it reads, two a block: 0 is the cell before the last, 1 the last, 2 to 5 the blocks
# fmt: off
CELLS: dict[int, tuple[Cell, Cell]] = {
    1: (
        (("sep3x3", 1), ("sep3x3", 0), ("skip", 0), ("sep3x3", 1),
         ("skip", 0), ("sep3x3", 1), ("sep3x3", 0), ("skip", 2)),
        (("max3x3", 0), ("max3x3", 1), ("skip", 2), ("max3x3", 0),
         ("max3x3", 0), ("skip", 2), ("skip", 2), ("avg3x3", 0)),
    ),
    2: (
        (("sep3x3", 0), ("sep3x3", 1), ("sep3x3", 0), ("sep3x3", 1),
         ("sep3x3", 1), ("skip", 0), ("skip", 0), ("dilated3x3", 2)),
        (("max3x3", 0), ("max3x3", 1), ("skip", 2), ("max3x3", 1),
         ("max3x3", 0), ("skip", 2), ("skip", 2), ("max3x3", 1)),
    ),
}
# fmt: on
BLOCKS = 4  # all of which a cell puts out


class Halving(nn.Module):
    """A 1x1 convolution of stride 2 on the map and one on the map without its first row and column; normalisation."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, bias=False)
        self.conv2 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        y: Tensor = self.bn(torch.cat([self.conv1(x), self.conv2(x[:, :, 1:, 1:])], dim=1))
        return y


def operation(name: str, channels: int, stride: int) -> nn.Module:
    """The operation of this name on `channels` channels; a pooling has no normalisation in a network found."""
    if name == "skip":
        return nn.Identity() if stride == 1 else Halving(channels, channels)
    if name == "sep3x3":
        return separable(3, channels, channels, stride)
    if name == "max3x3":
        return nn.MaxPool2d(3, stride, padding=1)
    if name == "avg3x3":
        return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)
    assert name == "dilated3x3"
    layers: OrderedDict[str, nn.Module] = OrderedDict(relu=nn.ReLU())
    layers["dw"] = nn.Conv2d(
        channels, channels, 3, stride, padding=2, dilation=2, groups=channels, bias=False
    )
    layers["pw"] = nn.Conv2d(channels, channels, 1, bias=False)
    layers["bn"] = nn.BatchNorm2d(channels)
    return nn.Sequential(layers)


class DartsCell(nn.Module):
    """Four blocks, each the sum of two operations; `halved` says that the last cell halved the map."""

    def __init__(self, plan: Cell, before: int, last: int, channels: int, stride: int, halved: bool) -> None:
        super().__init__()
        self.plan = plan
        self.fit0 = Halving(before, channels) if halved else relu_conv_bn(before, channels)
        self.fit1 = relu_conv_bn(last, channels)
        self.operations = nn.ModuleList(
            operation(name, channels, stride if state < 2 else 1) for name, state in plan
        )

    def forward(self, before: Tensor, last: Tensor) -> Tensor:
        states = [self.fit0(before), self.fit1(last)]
        for i in range(0, 2 * BLOCKS, 2):
            left, right = (self.operations[j](states[self.plan[j][1]]) for j in (i, i + 1))
            states.append(left + right)
        return torch.cat(states[2:], dim=1)


class DartsNetwork(Network):
    """Two first stages, cells that read the two stages before them, a chain at the end."""

    def forward(self, x: Tensor) -> Tensor:
        before = x
        for stage in self.children():
            before, x = x, stage(before, x) if isinstance(stage, DartsCell) else stage(x)
        return x


def darts(version: Literal[1, 2] = 2, channels: int = 48, cells: int = 14, classes: int = 1000) -> Network:
    """DARTS for ImageNet: 14 cells of 48, 96 and 192 channels an operation; version says whose cells."""
    if version not in CELLS:
        raise ValueError(f"version is {version!r}; use 1 or 2")
    if channels < 2 or channels % 2:
        raise ValueError(f"channels is {channels}; use an even number, such as the paper's 48")
    if cells < 3:
        raise ValueError(f"cells is {cells}; use at least 3, such as the paper's 14")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "stem0": _first_stem(channels),  # 48 x 56 x 56
        "stem1": _second_stem(channels),  # 48 x 28 x 28
    }
    normal, reduction = CELLS[version]
    before, last, halved = channels, channels, True
    for i in range(cells):
        halves = i in (cells // 3, 2 * cells // 3)
        channels = 2 * channels if halves else channels
        plan = reduction if halves else normal
        stages[f"cell{i + 1}"] = DartsCell(plan, before, last, channels, 2 if halves else 1, halved)
        before, last, halved = last, BLOCKS * channels, halves
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(last, classes)
    return DartsNetwork(stages, (3, 224, 224))


def _first_stem(channels: int) -> nn.Sequential:
    half = channels // 2
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(3, half, 3, stride=2, padding=1, bias=False),
            bn1=nn.BatchNorm2d(half),
            relu=nn.ReLU(inplace=True),
            conv2=nn.Conv2d(half, channels, 3, stride=2, padding=1, bias=False),
            bn2=nn.BatchNorm2d(channels),
        )
    )


def _second_stem(channels: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            relu=nn.ReLU(),
            conv=nn.Conv2d(channels, channels, 3, stride=2, padding=1, bias=False),
            bn=nn.BatchNorm2d(channels),
        )
    )
