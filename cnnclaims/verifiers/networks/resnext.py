"""ResNeXt: Aggregated Residual Transformations for Deep Neural Networks (Xie et al. 2016, arXiv 1611.05431), Table 1.

Shapes are channels x height x width. C is the paper's cardinality, d the width of one path in the first stage.
Convolutions have no bias, normalisation follows each of them. The softmax is left to the loss.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import EXPANSION, REPEATS, Add, conv, shortcut

# Table 1: stage, width that the original bottleneck has there, stride of the first block
STAGES = (
    ("conv2", 64, 1),  # 56x56
    ("conv3", 128, 2),  # 28x28
    ("conv4", 256, 2),  # 14x14
    ("conv5", 512, 2),  # 7x7
)
# Section 5.3: three stages of three blocks
CIFAR_STAGES = (
    ("stage1", 64, 1),  # 32x32
    ("stage2", 128, 2),  # 16x16
    ("stage3", 256, 2),  # 8x8
)
CIFAR_BLOCKS = 3
TEMPLATE = 64  # the width of the original bottleneck in the first stage, for which d is given


class Aggregated(nn.Module):
    """A block in form (c) of Figure 3: 1x1, a 3x3 in C groups, 1x1, and a shortcut round them."""

    def __init__(self, channels_in: int, cardinality: int, width: int, channels: int, stride: int) -> None:
        super().__init__()
        inner = cardinality * width
        self.conv1 = conv(channels_in, inner, 1)
        self.bn1 = nn.BatchNorm2d(inner)
        self.relu1 = nn.ReLU(inplace=True)
        # The stride is here, as in the authors' code: 4.23 G multiply-adds for ResNeXt-50, 3.77 G on the 1x1.
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, padding=1, groups=cardinality, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = conv(inner, channels, 1)
        self.bn3 = nn.BatchNorm2d(channels)
        self.shortcut = shortcut(channels_in, channels, stride, "B")
        self.add = Add()
        self.relu3 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        residual = self.relu1(self.bn1(self.conv1(x)))
        residual = self.relu2(self.bn2(self.conv2(residual)))
        residual = self.bn3(self.conv3(residual))
        y: Tensor = self.relu3(self.add(residual, self.shortcut(x)))
        return y


def path(channels: int, width: int) -> OrderedDict[str, nn.Module]:
    """One of the C transformations, up to its 3x3 convolution."""
    return OrderedDict(
        conv1=conv(channels, width, 1),
        bn1=nn.BatchNorm2d(width),
        relu1=nn.ReLU(inplace=True),
        conv2=conv(width, width, 3),
        bn2=nn.BatchNorm2d(width),
        relu2=nn.ReLU(inplace=True),
    )


class Summed(nn.Module):
    """The block in form (a): C paths from end to end, summed; normalisation once, behind the sum (Section 4)."""

    def __init__(self, channels: int, cardinality: int, width: int) -> None:
        super().__init__()
        paths = (path(channels, width) for _ in range(cardinality))
        self.paths = nn.ModuleList(nn.Sequential(one | {"conv3": conv(width, channels, 1)}) for one in paths)
        self.sum = Add()
        self.bn3 = nn.BatchNorm2d(channels)
        self.add = Add()
        self.relu3 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        total = self.paths[0](x)
        for one in self.paths[1:]:
            total = self.sum(total, one(x))
        y: Tensor = self.relu3(self.add(self.bn3(total), x))
        return y


class Concatenated(nn.Module):
    """The block in form (b): C paths up to their 3x3, concatenated, and one 1x1 for all."""

    def __init__(self, channels: int, cardinality: int, width: int) -> None:
        super().__init__()
        self.paths = nn.ModuleList(nn.Sequential(path(channels, width)) for _ in range(cardinality))
        self.conv3 = conv(cardinality * width, channels, 1)
        self.bn3 = nn.BatchNorm2d(channels)
        self.add = Add()
        self.relu3 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([one(x) for one in self.paths], dim=1)
        y: Tensor = self.relu3(self.add(self.bn3(self.conv3(joined)), x))
        return y


def resnext_block(
    cardinality: int = 32,
    width: int = 4,
    form: Literal["a", "b", "c"] = "c",
    channels: int = 256,
    size: int = 56,
) -> Network:
    """One block on its own, in one of the three equivalent forms of Figure 3."""
    _require(cardinality=cardinality, width=width, channels=channels, size=size)
    if form == "c":
        block: nn.Module = Aggregated(channels, cardinality, width, channels, 1)
    elif form in ("a", "b"):
        block = (Summed if form == "a" else Concatenated)(channels, cardinality, width)
    else:
        raise ValueError(f"form is {form!r}; use 'a', 'b' or 'c'")
    return Network({"block": block}, (channels, size, size))


def resnext(
    depth: Literal[50, 101, 152] = 50, cardinality: int = 32, width: int = 4, classes: int = 1000
) -> Network:
    """ResNeXt for ImageNet: C paths of width d in the first stage, twice the width in each next one."""
    if depth not in (50, 101, 152):
        raise ValueError(f"depth is {depth}; use 50, 101 or 152")
    stem: dict[str, nn.Module] = {
        "conv1": conv(3, 64, 7, stride=2),  # 112x112
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56
    }
    stages = stem | _stages(STAGES, REPEATS[depth], cardinality, width)
    return Network(stages | _head(EXPANSION * 512, classes), (3, 224, 224))


def resnext50_32x4d() -> Network:
    """ResNeXt-50 (32x4d), the network of Table 1."""
    return resnext(50)


def resnext101_32x4d() -> Network:
    """ResNeXt-101 (32x4d)."""
    return resnext(101)


def resnext101_64x4d() -> Network:
    """ResNeXt-101 (64x4d), of twice the complexity."""
    return resnext(101, cardinality=64)


def resnext29(cardinality: int = 8, width: int = 64, classes: int = 10) -> Network:
    """ResNeXt-29 for CIFAR: three stages of three blocks (Section 5.3)."""
    stem: dict[str, nn.Module] = {
        "conv1": conv(3, 64, 3),  # 32x32
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(inplace=True),
    }
    repeats = (CIFAR_BLOCKS,) * len(CIFAR_STAGES)
    stages = stem | _stages(CIFAR_STAGES, repeats, cardinality, width)
    return Network(stages | _head(EXPANSION * 256, classes), (3, 32, 32))


def _stages(
    rows: Sequence[tuple[str, int, int]], repeats: Sequence[int], cardinality: int, width: int
) -> dict[str, nn.Module]:
    _require(cardinality=cardinality, width=width)
    stages: dict[str, nn.Module] = {}
    channels = 64
    for (name, template, stride), blocks in zip(rows, repeats, strict=True):
        d = template * width // TEMPLATE
        first = Aggregated(channels, cardinality, d, EXPANSION * template, stride)
        channels = EXPANSION * template
        others = (Aggregated(channels, cardinality, d, channels, 1) for _ in range(blocks - 1))
        stages[name] = nn.Sequential(first, *others)
    return stages


def _head(channels: int, classes: int) -> dict[str, nn.Module]:
    _require(classes=classes)
    return {
        "avgpool": nn.AdaptiveAvgPool2d(1),  # 1x1
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, classes),
    }


def _require(**arguments: int) -> None:
    for name, value in arguments.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
