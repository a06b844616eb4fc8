"""ShuffleNet (Zhang et al. 2017, arXiv 1707.01083), Table 1 and Figure 2. Shapes are channels x height x width.

Every convolution is without bias, followed by batch normalisation; Figure 2 shows where ReLU follows. The linear layer
has a bias, of which the paper says nothing.
"""

import math
from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 1: stage, units (the first with stride 2) # output at g = 3
STAGES = (
    ("stage2", 4),  # 240 x 28 x 28
    ("stage3", 8),  # 480 x 14 x 14
    ("stage4", 4),  # 960 x 7 x 7
)
# Table 1: groups -> channels of stage 2; every later stage has twice as many
STAGE_2 = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
# Channels of Conv1. "s x" scales the channels, says Section 3.3, but 292 M for 1.5 x need 24 (36 make 300 M): so it is in
# the authors' code, which has these. Widths that it lacks get 24 times the width.
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
        if self.pool is None:
            return self.relu(x + self.branch(x))
        return self.relu(torch.cat([self.pool(x), self.branch(x)], dim=1))


class SqueezeExcitation(nn.Module):
    """Each channel times a number between 0 and 1, which a bottleneck of a sixteenth reads off all channels' means."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Linear(channels // reduction, channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        scale = self.sigmoid(self.fc2(self.relu(self.fc1(self.pool(x).flatten(1)))))
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
    first = first or CONV_1.get(width, round(24 * width))
    stages = _stem(first)
    c_in, c_out = first, stage_2(groups, width)
    for name, units in STAGES:
        units = units // 2 if shallow else units
        # Conv1 has too few channels for groups in the first layer of stage 2, so it has none.
        widths = [(c_in, 1 if name == "stage2" else groups)] + [(c_out, groups)] * (units - 1)
        stages[name] = nn.Sequential(
            *(unit(c, c_out, groups, of_first, se and c_out // 16 > 0) for c, of_first in widths)
        )
        c_in, c_out = c_out, 2 * c_out
    return _network(stages, c_in, classes)


def unit(c_in: int, c_out: int, groups: int, first_groups: int, se: bool) -> Unit:
    """Figure 2(b) where the channels stay, (c) where they change; the bottleneck is a quarter of the output."""
    stride = 1 if c_in == c_out else 2
    bottleneck = c_out // 4
    branch = shuffled(c_in, bottleneck, c_out - (c_in if stride == 2 else 0), stride, groups, first_groups)
    if se:
        branch.add_module("se", SqueezeExcitation(c_out - (c_in if stride == 2 else 0)))
    return Unit(branch, stride)


def shuffled(
    c_in: int, bottleneck: int, c_out: int, stride: int, groups: int, first_groups: int
) -> nn.Sequential:
    """1 x 1 in groups, shuffle, 3 x 3 depthwise without ReLU, 1 x 1 in groups."""
    shuffle: dict[str, nn.Module] = {"shuffle": nn.ChannelShuffle(groups)} if groups > 1 else {}
    return nn.Sequential(
        OrderedDict(
            compress=nn.Conv2d(c_in, bottleneck, 1, groups=first_groups, bias=False),
            compress_bn=nn.BatchNorm2d(bottleneck),
            compress_relu=nn.ReLU(inplace=True),
            **shuffle,
            dw=nn.Conv2d(bottleneck, bottleneck, 3, stride, padding=1, groups=bottleneck, bias=False),
            dw_bn=nn.BatchNorm2d(bottleneck),
            expand=nn.Conv2d(bottleneck, c_out, 1, groups=groups, bias=False),
            expand_bn=nn.BatchNorm2d(c_out),
        )
    )


def stage_2(groups: int, width: float) -> int:
    """Channels of stage 2: Table 1 times the width, rounded up until the groups divide the bottleneck.

    So 0.5 x with 4 groups has 144, not 136, and 576 in stage 4, as Section 4.2 says.
    """
    least = 4 * groups
    return math.ceil(STAGE_2[groups] * width / least) * least


# -- Section 4.2: the same network with other units (Table 4) ---------------------------------------------------


def shufflenet_v1_with_units(
    units: Literal["vgg", "resnet", "resnext"] = "resnet", stage4: int = 192, first: int = 12
) -> Network:
    """ShuffleNet's stages with units of other networks in them, and stage4 channels in the last.

    "vgg" are two 3 x 3 layers, "resnet" has a bottleneck of a quarter, "resnext" one of a half in 16 groups.
    """
    if units not in ("vgg", "resnet", "resnext"):
        raise ValueError(f"units is {units!r}; use 'vgg', 'resnet' or 'resnext'")
    stages = _stem(first)
    c_in, c_out = first, math.ceil(stage4 / 4)
    for name, repeats in STAGES:
        c_out = min(c_out, stage4)
        stages[name] = nn.Sequential(
            *(_other_unit(units, c_in if i == 0 else c_out, c_out, stride=2 if i == 0 else 1) for i in range(repeats))
        )
        c_in, c_out = c_out, 2 * c_out
    return _network(stages, c_in, 1000)
