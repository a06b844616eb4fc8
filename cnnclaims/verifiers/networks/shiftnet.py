"""ShiftNet: Shift, A Zero FLOP, Zero Parameter Alternative (Wu et al. 2017, arXiv 1711.08141), Figure 3, ImageNet table.

Shapes are channels x height x width. Convolutions have no bias. The first module of a group halves the map and puts the
averaged input beside what it makes; the others have identity shortcuts. The softmax is left to the loss.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.shift import Shift
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, conv
from cnnclaims.verifiers.networks.resnet_cifar import STAGES as CIFAR_STAGES
from cnnclaims.verifiers.networks.resnet_cifar import blocks_a_stage

# The table of ShiftNet-A: group, shift kernel, channels, expansion of the first module and of the others, how many others
GROUPS = (
    ("group1", 5, 64, 4, 4, 4),  # 56x56
    ("group2", 5, 128, 4, 3, 5),  # 28x28
    ("group3", 3, 256, 3, 2, 6),  # 14x14
    ("group4", 3, 512, 2, 1, 2),  # 7x7
)
FIRST = 32  # channels of the 7x7 convolution


class Concat(nn.Module):
    """Two tensors side by side, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([x, y], dim=1)


class ShiftModule(nn.Module):
    """Normalisation, ReLU, 1x1, shift, normalisation, ReLU, 1x1, with a shortcut (Figure 3).

    At stride 2 the last 1x1 halves the map and makes the channels that are missing beside the averaged input.
    """

    def __init__(self, c_in: int, c_out: int, kernel: int, expansion: int, stride: int) -> None:
        super().__init__()
        made = c_out - c_in if stride == 2 else c_out
        middle = expansion * made
        self.residual = nn.Sequential(
            OrderedDict(
                bn1=nn.BatchNorm2d(c_in),
                relu1=nn.ReLU(),
                conv1=conv(c_in, middle, 1),
                shift=Shift(middle, kernel),
                bn2=nn.BatchNorm2d(middle),
                relu2=nn.ReLU(inplace=True),
                conv2=conv(middle, made, 1, stride),
            )
        )
        self.shortcut = nn.AvgPool2d(3, 2, padding=1) if stride == 2 else nn.Identity()
        self.join = Concat() if stride == 2 else Add()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.join(self.shortcut(x), self.residual(x))
        return y


def shiftnet_a() -> Network:
    """ShiftNet-A: 32 channels first, then groups of 64, 128, 256 and 512."""
    return _imagenet(1)


def shiftnet_b() -> Network:
    """ShiftNet-B: half of the channels of ShiftNet-A everywhere."""
    return _imagenet(2)


def _imagenet(divisor: int) -> Network:
    channels = FIRST // divisor
    stages: dict[str, nn.Module] = {"conv1": conv(3, channels, 7, 2)}  # 112x112
    for name, kernel, full, first, rest, others in GROUPS:
        width = full // divisor
        modules = [ShiftModule(channels, width, kernel, first, 2)]
        modules += [ShiftModule(width, width, kernel, rest, 1) for _ in range(others)]
        stages[name] = nn.Sequential(*modules)
        channels = width
    stages |= {
        "bn": nn.BatchNorm2d(channels),
        "relu": nn.ReLU(inplace=True),
        "avgpool": nn.AdaptiveAvgPool2d(1),  # 1x1
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, 1000),
    }
    return Network(stages, (3, 224, 224))


class ShiftBlock(nn.Module):
    """1x1, shift, 1x1 in place of the two 3x3 convolutions of a basic block, in the order of the authors' code."""

    def __init__(self, c_in: int, c_out: int, stride: int, expansion: int) -> None:
        super().__init__()
        middle = expansion * c_out
        self.residual = nn.Sequential(
            OrderedDict(
                conv1=conv(c_in, middle, 1),
                bn1=nn.BatchNorm2d(middle),
                relu1=nn.ReLU(inplace=True),
                shift=Shift(middle),
                conv2=conv(middle, c_out, 1, stride),
                bn2=nn.BatchNorm2d(c_out),
                relu2=nn.ReLU(inplace=True),
            )
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or c_in != c_out:
            self.shortcut = nn.Sequential(conv(c_in, c_out, 1, stride), nn.BatchNorm2d(c_out))
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.add(self.residual(x), self.shortcut(x))
        return y


def shiftresnet_cifar(depth: int = 20, expansion: int = 3, classes: int = 10) -> Network:
    """ShiftResNet for CIFAR: a module for each basic block of the ResNet of that depth, 6n + 2."""
    for name, value in {"expansion": expansion, "classes": classes}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, 16, 3),  # 32x32
        "bn1": nn.BatchNorm2d(16),
        "relu": nn.ReLU(inplace=True),
    }
    channels = 16
    for name, width, stride in CIFAR_STAGES:
        blocks = []
        for step in (stride, *[1] * (blocks_a_stage(depth) - 1)):
            blocks.append(ShiftBlock(channels, width, step, expansion))
            channels = width
        stages[name] = nn.Sequential(*blocks)
    stages |= {
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, classes),
    }
    return Network(stages, (3, 32, 32))
