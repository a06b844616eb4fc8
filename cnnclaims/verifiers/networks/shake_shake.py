"""Shake-Shake networks (Gastaldi 2017, arXiv 1705.07485), Section 2 and the released code.

Shapes are channels x height x width. The paper names depth and width only; stem, skips and the place of the normalisation
follow the authors' code. The softmax is left to the loss.
"""

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, conv, shortcut

# Stage, width against the first, stride of the first block
STAGES = (
    ("stage1", 1, 1),  # 32x32
    ("stage2", 2, 2),  # 16x16
    ("stage3", 4, 2),  # 8x8
)
STEM = 16
BRANCHES = 2
RESNEXT_BLOCKS = 3  # a stage of the CIFAR-100 network
RESNEXT_EXPANSION = 4  # its blocks put out four times the width of a path


class Blend(torch.autograd.Function):
    """alpha of one branch and 1 - alpha of the other; backward beta and 1 - beta, whatever alpha was."""

    @staticmethod
    def forward(ctx: Any, one: Tensor, two: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
        ctx.save_for_backward(beta)
        return alpha * one + (1 - alpha) * two

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        (beta,) = ctx.saved_tensors
        return beta * gradients[0], (1 - beta) * gradients[0], None, None


def blend(one: Tensor, two: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """alpha of one branch and 1 - alpha of the other; beta and 1 - beta of the gradient."""
    blended: Tensor = Blend.apply(one, two, alpha, beta)  # type: ignore[no-untyped-call]
    return blended


class ShakeShake(nn.Module):
    """Blends two branches: at random for each image and each pass in training, by halves at test time."""

    def forward(self, one: Tensor, two: Tensor) -> Tensor:
        if not self.training:
            return 0.5 * one + 0.5 * two
        shape = (one.shape[0], 1, 1, 1)
        alpha, beta = (one.new_empty(shape).uniform_() for _ in range(2))
        return blend(one, two, alpha, beta)


class OffsetSkip(nn.Module):
    """Two 1x1 convolutions of half the width, one on the map and one on the map shifted by a pixel, side by side."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.sample = nn.AvgPool2d(1, stride)
        self.conv1 = conv(channels_in, channels // 2, 1)
        self.shift = nn.ZeroPad2d((1, -1, 1, -1))
        self.conv2 = conv(channels_in, channels // 2, 1)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        halves = (self.conv1(self.sample(x)), self.conv2(self.sample(self.shift(x))))
        y: Tensor = self.bn(torch.cat(halves, 1))
        return y


class ShakeBlock(nn.Module):
    """Two branches, blended, and a skip round them; a ReLU behind the sum where `last` is one."""

    def __init__(self, branches: list[nn.Module], skip: nn.Module, last: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.shake = ShakeShake()
        self.skip = skip
        self.add = Add()
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        one, two = (branch(x) for branch in self.branches)
        y: Tensor = self.last(self.add(self.skip(x), self.shake(one, two)))
        return y


def _branch(channels_in: int, width: int, stride: int) -> nn.Module:
    """ReLU first, then two 3x3 convolutions with normalisation behind each."""
    layers: list[tuple[str, nn.Module]] = [
        ("relu1", nn.ReLU()),
        ("conv1", conv(channels_in, width, 3, stride)),
        ("bn1", nn.BatchNorm2d(width)),
        ("relu2", nn.ReLU(inplace=True)),
        ("conv2", conv(width, width, 3)),
        ("bn2", nn.BatchNorm2d(width)),
    ]
    return nn.Sequential(OrderedDict(layers))


def _block(channels_in: int, width: int, stride: int) -> ShakeBlock:
    skip = OffsetSkip(channels_in, width, stride) if channels_in != width else nn.Identity()
    branches = [_branch(channels_in, width, stride) for _ in range(BRANCHES)]
    return ShakeBlock(branches, skip, nn.Identity())


def shake_shake(width: int = 32, depth: int = 26, classes: int = 10) -> Network:
    """Shake-Shake for CIFAR-10: depth is 6n + 2, width that of the first stage (26 2x32d, 2x64d, 2x96d)."""
    blocks, rest = divmod(depth - 2, 6)
    if blocks < 1 or rest:
        raise ValueError(f"depth is {depth}; use 6n + 2, such as 26")
    if width < 2 or width % 2:
        raise ValueError(f"width is {width}; use an even number, since a skip is made of two halves")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {"conv1": conv(3, STEM, 3), "bn1": nn.BatchNorm2d(STEM)}  # 32x32
    channels = STEM
    for name, times, stride in STAGES:
        first = _block(channels, times * width, stride)
        channels = times * width
        stages[name] = nn.Sequential(first, *(_block(channels, channels, 1) for _ in range(blocks - 1)))
    stages["relu"] = nn.ReLU(inplace=True)
    return Network(stages | _head(channels, classes), (3, 32, 32))


def _aggregated(channels_in: int, inner: int, channels: int, stride: int, cardinality: int) -> ShakeBlock:
    """A block of ResNeXt whose branch is there twice."""

    def branch() -> nn.Module:
        grouped = nn.Conv2d(inner, inner, 3, stride, padding=1, groups=cardinality, bias=False)
        layers: list[tuple[str, nn.Module]] = [
            ("conv1", conv(channels_in, inner, 1)),
            ("bn1", nn.BatchNorm2d(inner)),
            ("relu1", nn.ReLU(inplace=True)),
            ("conv2", grouped),
            ("bn2", nn.BatchNorm2d(inner)),
            ("relu2", nn.ReLU(inplace=True)),
            ("conv3", conv(inner, channels, 1)),
            ("bn3", nn.BatchNorm2d(channels)),
        ]
        return nn.Sequential(OrderedDict(layers))

    skip = shortcut(channels_in, channels, stride, "B")
    return ShakeBlock([branch() for _ in range(BRANCHES)], skip, nn.ReLU(inplace=True))


def shake_resnext29(cardinality: int = 4, width: int = 64, classes: int = 100) -> Network:
    """Shake-Shake for CIFAR-100: ResNeXt-29 with two branches a block (29 2x4x64d)."""
    for name, value in (("cardinality", cardinality), ("width", width), ("classes", classes)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, width, 3),  # 32x32
        "bn1": nn.BatchNorm2d(width),
        "relu1": nn.ReLU(inplace=True),
    }
    channels = width
    for name, times, stride in STAGES:
        blocks = []
        for number in range(RESNEXT_BLOCKS):
            inner, wide = times * width * cardinality, RESNEXT_EXPANSION * times * width
            blocks.append(_aggregated(channels, inner, wide, 1 if number else stride, cardinality))
            channels = wide
        stages[name] = nn.Sequential(*blocks)
    return Network(stages | _head(channels, classes), (3, 32, 32))


def _head(channels: int, classes: int) -> dict[str, nn.Module]:
    return {
        "avgpool": nn.AdaptiveAvgPool2d(1),  # 1x1
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, classes),
    }
