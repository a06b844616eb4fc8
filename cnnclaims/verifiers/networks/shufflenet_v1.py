"""ShuffleNet (Zhang et al. 2017, arXiv 1707.01083), Table 1 and Figure 2. Shapes are channels x height x width.

Every convolution is without bias and followed by batch normalisation; where ReLU follows, Figure 2 shows. The linear
layer has a bias, of which the paper says nothing.
"""

import math
from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 1: stage, units, of which the first has stride 2 # output at g = 3
STAGES = (
    ("stage2", 4),  # 240 x 28 x 28
    ("stage3", 8),  # 480 x 14 x 14
    ("stage4", 4),  # 960 x 7 x 7
)
# Table 1: groups -> channels of stage 2; every later stage has twice as many
STAGE_2 = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
# Channels of Conv1. By Section 3.3 all widths scale alike, but the 292 M of 1.5 x are those of 24 channels (36 make
# 300 M). The authors' code has these four; other widths get 24 times the width.
CONV_1 = {0.5: 12, 1.0: 24, 1.5: 24, 2.0: 48}


class Unit(nn.Module):
    """Figure 2: with stride 1 the branch is added to the input, with stride 2 joined to the pooled input."""

    def __init__(self, branch: nn.Module, stride: int) -> None:
        super().__init__()
        self.branch = branch
        self.pool = nn.AvgPool2d(3, 2, padding=1) if stride == 2 else None
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """The pooled input in front of the branch."""
        branch = self.branch(x)
        joined = x + branch if self.pool is None else torch.cat([self.pool(x), branch], dim=1)
        out: Tensor = self.relu(joined)
        return out


class SqueezeExcitation(nn.Module):
    """Each channel times a number of 0 to 1, which a bottleneck of a sixteenth reads off the means of all channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(channels, channels // 16)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Linear(channels // 16, channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        scale: Tensor = self.sigmoid(self.fc2(self.relu(self.fc1(self.pool(x).flatten(1)))))
        return x * scale[:, :, None, None]


def shufflenet_v1(
    groups: Literal[1, 2, 3, 4, 8] = 3,
    width: float = 1.0,
    se: bool = False,
    shallow: bool = False,
    first: int | None = None,
    classes: int = 1000,
) -> Network:
    """ShuffleNet; width is the s of "s x", shallow has half of the units, first sets the channels of Conv1.

    `se` rescales the channels of each branch before it is added or joined, with SENet's reduction of 16.
    """
    _require(groups, width, first, classes)
    first = first or conv_1(groups, width)
    stages = stem(first)
    c_in, c_out = first, stage_2(groups, width)
    for name, units in STAGES:
        stage = []
        for i in range(units // 2 if shallow else units):
            # Table 1's caption: no groups in the first layer of stage 2, which has few channels to read
            ungrouped = name == "stage2" and i == 0
            stage.append(unit(c_in, c_out, groups, 1 if ungrouped else groups, se))
            c_in = c_out
        stages[name] = nn.Sequential(*stage)
        c_out *= 2
    return Network(stages | head(c_in, classes), input_shape=(3, 224, 224))


def conv_1(groups: int, width: float) -> int:
    """Channels of Conv1, rounded up until the groups divide them: 16 for 0.5 x with 8 groups, as in the code."""
    return math.ceil(CONV_1.get(width, 24 * width) / groups) * groups


def stage_2(groups: int, width: float) -> int:
    """Channels of stage 2: Table 1 times the width, rounded up until the groups divide the bottleneck.

    So 0.5 x with 4 groups has 144, not 136, and 576 in stage 4, as Section 4.2 says.
    """
    step = 4 * groups
    return math.ceil(STAGE_2[groups] * width / step) * step


def unit(c_in: int, c_out: int, groups: int, first_groups: int, se: bool = False) -> Unit:
    """Figure 2(b) where the channels stay, (c) where they grow; the bottleneck is a quarter of the output."""
    stride, out = (1, c_out) if c_in == c_out else (2, c_out - c_in)
    branch = shuffled(c_in, c_out // 4, out, stride, groups, first_groups)
    if se:
        branch.add_module("se", SqueezeExcitation(out))
    return Unit(branch, stride)


def shuffled(c_in: int, m: int, c_out: int, stride: int, groups: int, first_groups: int) -> nn.Sequential:
    """1 x 1 in groups to m channels, shuffle, 3 x 3 depthwise without ReLU, 1 x 1 in groups."""
    layers: dict[str, nn.Module] = {
        "compress": nn.Conv2d(c_in, m, 1, groups=first_groups, bias=False),
        "compress_bn": nn.BatchNorm2d(m),
        "compress_relu": nn.ReLU(inplace=True),
    }
    if groups > 1:
        layers["shuffle"] = nn.ChannelShuffle(groups)
    layers |= {
        "dw": nn.Conv2d(m, m, 3, stride, padding=1, groups=m, bias=False),
        "dw_bn": nn.BatchNorm2d(m),
        "expand": nn.Conv2d(m, c_out, 1, groups=groups, bias=False),
        "expand_bn": nn.BatchNorm2d(c_out),
    }
    return nn.Sequential(OrderedDict(layers))


def stem(channels: int) -> dict[str, nn.Module]:
    """Conv1 with normalisation and ReLU, to 112 x 112, and MaxPool, to 56 x 56."""
    return {
        "conv1": normalised(3, channels, 3, stride=2),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),
    }


def head(channels: int, classes: int) -> dict[str, nn.Module]:
    """GlobalPool over 7 x 7, and FC."""
    return {
        "globalpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(1),
        "fc": nn.Linear(channels, classes),
    }


def normalised(
    c_in: int, c_out: int, k: int, stride: int = 1, groups: int = 1, relu: bool = True
) -> nn.Sequential:
    """A convolution, normalisation and, unless told otherwise, ReLU."""
    layers: dict[str, nn.Module] = {
        "conv": nn.Conv2d(c_in, c_out, k, stride, padding=k // 2, groups=groups, bias=False),
        "bn": nn.BatchNorm2d(c_out),
    }
    if relu:
        layers["relu"] = nn.ReLU(inplace=True)
    return nn.Sequential(OrderedDict(layers))


def _require(groups: int, width: float, first: int | None, classes: int) -> None:
    if groups not in STAGE_2:
        raise ValueError(f"groups is {groups}; use 1, 2, 3, 4 or 8, as in Table 1")
    if width <= 0:
        raise ValueError(
            f"width is {width}; use a number above 0, such as the paper's 0.25, 0.5, 1, 1.5 or 2"
        )
    if first is not None and (first < 1 or first % groups):
        raise ValueError(f"first is {first}; use a multiple of groups, {groups}, or None for the paper's")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1")


# -- the units that it is compared with: Sections 3.2 and 4.2 ------------------------------------------------------


class Residual(nn.Module):
    """A branch added to its input, which a 1 x 1 convolution projects where the map or the channels change."""

    def __init__(self, branch: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.branch = branch
        self.shortcut = shortcut
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu((x if self.shortcut is None else self.shortcut(x)) + self.branch(x))
        return out


def bottleneck(c_in: int, m: int, c_out: int, stride: int = 1, groups: int = 1) -> Residual:
    """ResNet's unit, with groups ResNeXt's: 1 x 1 to m channels, 3 x 3 in groups, 1 x 1."""
    branch = nn.Sequential(
        OrderedDict(
            compress=normalised(c_in, m, 1),
            middle=normalised(m, m, 3, stride, groups),
            expand=normalised(m, c_out, 1, relu=False),
        )
    )
    same = stride == 1 and c_in == c_out
    return Residual(branch, None if same else normalised(c_in, c_out, 1, stride, relu=False))


def shufflenet_v1_unit(channels: int = 240, m: int = 60, groups: int = 3, size: int = 28) -> Network:
    """One ShuffleNet unit with stride 1 and m bottleneck channels, on channels x size x size (Section 3.2)."""
    _require_unit(channels, m, groups, size)
    branch = shuffled(channels, m, channels, 1, groups, groups)
    return Network({"unit": Unit(branch, 1)}, input_shape=(channels, size, size))


def grouped_bottleneck(channels: int = 256, m: int = 128, groups: int = 32, size: int = 56) -> Network:
    """One ResNeXt unit with m bottleneck channels, on channels x size x size; with one group ResNet's."""
    _require_unit(channels, m, groups, size)
    return Network(
        {"unit": bottleneck(channels, m, channels, groups=groups)}, input_shape=(channels, size, size)
    )


def shufflenet_v1_with_units(
    units: Literal["vgg", "resnet"] = "resnet", stage4: int = 192, first: int = 12
) -> Network:
    """ShuffleNet's stages with units of other networks, and stage4 channels in the last of them (Section 4.2).

    "vgg" has two 3 x 3 layers a unit and no shortcut, "resnet" bottlenecks of a quarter with projections.
    """
    if units not in ("vgg", "resnet"):
        raise ValueError(f"units is {units!r}; use 'vgg' or 'resnet'")
    if stage4 < 16:
        raise ValueError(f"stage4 is {stage4}; use at least 16 channels, so that every layer has some")
    stages = stem(first)
    c_in = first
    for (name, repeats), part in zip(STAGES, (4, 2, 1), strict=True):
        c_out = stage4 // part
        stage = []
        for i in range(repeats):
            stride = 2 if i == 0 else 1
            stage.append(
                nn.Sequential(normalised(c_in, c_out, 3, stride), normalised(c_out, c_out, 3))
                if units == "vgg"
                else bottleneck(c_in, c_out // 4, c_out, stride)
            )
            c_in = c_out
        stages[name] = nn.Sequential(*stage)
    return Network(stages | head(c_in, 1000), input_shape=(3, 224, 224))


def _require_unit(channels: int, m: int, groups: int, size: int) -> None:
    for name, value in (("channels", channels), ("m", m), ("groups", groups), ("size", size)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    if channels % groups or m % groups:
        raise ValueError(
            f"groups is {groups}, which does not divide channels {channels} and m {m}; use a divisor"
        )
