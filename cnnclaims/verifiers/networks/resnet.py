"""ResNet: Deep Residual Learning for Image Recognition (He et al. 2015, arXiv 1512.03385), Table 1, Figure 3.

Shapes are channels x height x width. Table 1's softmax is left to the loss. The networks of Section 4.2 stand
in `resnet_cifar.py`.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 1: name, width of the 3x3 convolutions, stride of the first block
STAGES = (
    ("conv2_x", 64, 1),  # 56x56
    ("conv3_x", 128, 2),  # 28x28
    ("conv4_x", 256, 2),  # 14x14
    ("conv5_x", 512, 2),  # 7x7
)
# Table 1: blocks in conv2_x, conv3_x, conv4_x, conv5_x
REPEATS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
EXPANSION = 4  # a bottleneck puts out four times the width of its 3x3 convolution

# What a shortcut does where sizes or widths differ (Section 4.1): A pads with zeros, B projects. C projects
# everywhere.
Option = Literal["A", "B", "C"]
# Which convolution of a bottleneck halves the map. The paper does not say; in the authors' models it is the
# first 1x1. ResNet-50 has 3.86 G multiply-adds with "1x1", 4.09 G with "3x3" (torchvision, fb.resnet.torch).
StrideOn = Literal["1x1", "3x3"]
Block = Callable[[int, int, int], nn.Module]  # of channels in, width, stride


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class PaddedIdentity(nn.Module):
    """Option A: every `stride`-th pixel, and zeros for the channels that are missing."""

    def __init__(self, extra_channels: int, stride: int) -> None:
        super().__init__()
        self.extra_channels, self.stride = extra_channels, stride

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pad(
            x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.extra_channels)
        )


def conv(channels_in: int, channels: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """A convolution that keeps the map's size at stride 1; without bias, since normalisation follows it."""
    return nn.Conv2d(channels_in, channels, kernel, stride, padding=kernel // 2, bias=False)


def shortcut(channels_in: int, channels: int, stride: int, option: str) -> nn.Module:
    """What runs beside a block's convolutions."""
    if option not in ("A", "B", "C"):
        raise ValueError(f"option is {option!r}; use 'A', 'B' or 'C'")
    changes = channels_in != channels or stride != 1
    if option == "C" or (option == "B" and changes):
        projection = (("conv", conv(channels_in, channels, 1, stride)), ("bn", nn.BatchNorm2d(channels)))
        return nn.Sequential(OrderedDict(projection))
    return PaddedIdentity(channels - channels_in, stride) if changes else nn.Identity()


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut round them (Figure 5, left)."""

    def __init__(self, channels_in: int, channels: int, stride: int, option: str) -> None:
        super().__init__()
        self.conv1 = conv(channels_in, channels, 3, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv(channels, channels, 3)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = shortcut(channels_in, channels, stride, option)
        self.add = Add()
        self.relu2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        residual = self.relu1(self.bn1(self.conv1(x)))
        residual = self.bn2(self.conv2(residual))
        y: Tensor = self.relu2(self.add(residual, self.shortcut(x)))
        return y


class BottleneckBlock(nn.Module):
    """1x1 to fewer channels, 3x3, 1x1 to many again, and a shortcut round them (Figure 5, right)."""

    def __init__(
        self, channels_in: int, inner: int, channels: int, stride: int, option: str, stride_on: str
    ) -> None:
        super().__init__()
        if stride_on not in ("1x1", "3x3"):
            raise ValueError(f"stride is {stride_on!r}; use '1x1' or '3x3'")
        self.conv1 = conv(channels_in, inner, 1, stride if stride_on == "1x1" else 1)
        self.bn1 = nn.BatchNorm2d(inner)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = conv(inner, inner, 3, stride if stride_on == "3x3" else 1)
        self.bn2 = nn.BatchNorm2d(inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = conv(inner, channels, 1)
        self.bn3 = nn.BatchNorm2d(channels)
        self.shortcut = shortcut(channels_in, channels, stride, option)
        self.add = Add()
        self.relu3 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        residual = self.relu1(self.bn1(self.conv1(x)))
        residual = self.relu2(self.bn2(self.conv2(residual)))
        residual = self.bn3(self.conv3(residual))
        y: Tensor = self.relu3(self.add(residual, self.shortcut(x)))
        return y


def plain_block(channels_in: int, channels: int, stride: int) -> nn.Sequential:
    """A basic block without its shortcut (Figure 3, middle)."""
    layers = {
        "conv1": conv(channels_in, channels, 3, stride),
        "bn1": nn.BatchNorm2d(channels),
        "relu1": nn.ReLU(inplace=True),
        "conv2": conv(channels, channels, 3),
        "bn2": nn.BatchNorm2d(channels),
        "relu2": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))


def stack(
    block: Block, repeats: int, channels_in: int, width: int, stride: int, expansion: int = 1
) -> nn.Sequential:
    """A stage: its first block changes the map's size and the number of channels, the others keep both."""
    first = block(channels_in, width, stride)
    return nn.Sequential(first, *(block(width * expansion, width, 1) for _ in range(repeats - 1)))


def _imagenet(block: Block, repeats: tuple[int, ...], classes: int, expansion: int = 1) -> Network:
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, 64, 7, stride=2),  # 112x112
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56, as the authors' unpadded pooling rounded up
    }
    channels = 64
    for (name, width, stride), blocks in zip(STAGES, repeats, strict=True):
        stages[name] = stack(block, blocks, channels, width, stride, expansion)
        channels = width * expansion
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1x1
    stages["flatten"] = nn.Flatten()
    stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 224, 224))


def _basic(depth: int, option: str, classes: int) -> Network:
    def block(channels_in: int, width: int, stride: int) -> nn.Module:
        return BasicBlock(channels_in, width, stride, option)

    return _imagenet(block, REPEATS[depth], classes)


def _bottleneck(depth: int, option: str, stride_on: str, classes: int) -> Network:
    def block(channels_in: int, width: int, stride: int) -> nn.Module:
        return BottleneckBlock(channels_in, width, EXPANSION * width, stride, option, stride_on)

    return _imagenet(block, REPEATS[depth], classes, EXPANSION)


# The paper trains ResNet-18 with option A (Table 2), ResNet-34 with A, B and C (Table 3), the deeper with B.
# The default is B throughout, as in torchvision. ResNet-34 has 3.644 G multiply-adds with A, 3.664 G with B,
# 3.831 G with C.


def resnet18(option: Option = "B", classes: int = 1000) -> Network:
    """ResNet-18: eight basic blocks; option is the kind of shortcut where dimensions change."""
    return _basic(18, option, classes)


def resnet34(option: Option = "B", classes: int = 1000) -> Network:
    """ResNet-34: sixteen basic blocks; option is the kind of shortcut where dimensions change."""
    return _basic(34, option, classes)


def resnet50(option: Option = "B", stride: StrideOn = "1x1", classes: int = 1000) -> Network:
    """ResNet-50: sixteen bottleneck blocks; stride says which convolution of a block halves the map."""
    return _bottleneck(50, option, stride, classes)


def resnet101(option: Option = "B", stride: StrideOn = "1x1", classes: int = 1000) -> Network:
    """ResNet-101: 33 bottleneck blocks; stride says which convolution of a block halves the map."""
    return _bottleneck(101, option, stride, classes)


def resnet152(option: Option = "B", stride: StrideOn = "1x1", classes: int = 1000) -> Network:
    """ResNet-152: 50 bottleneck blocks; stride says which convolution of a block halves the map."""
    return _bottleneck(152, option, stride, classes)


def plain18(classes: int = 1000) -> Network:
    """The 18-layer plain network: ResNet-18 without shortcuts."""
    return _imagenet(plain_block, REPEATS[18], classes)


def plain34(classes: int = 1000) -> Network:
    """The 34-layer plain network: ResNet-34 without shortcuts."""
    return _imagenet(plain_block, REPEATS[34], classes)


def basic_block(channels: int = 64, size: int = 56) -> Network:
    """The basic block of Figure 5 (left) on its own: 64 channels on a 56x56 map."""
    return Network({"block": BasicBlock(channels, channels, 1, "A")}, (channels, size, size))


def bottleneck_block(
    channels: int = 256, inner: int = 64, size: int = 56, projection: bool = False
) -> Network:
    """The bottleneck block of Figure 5 (right) on its own: 256 channels, 64 inside, on a 56x56 map."""
    block = BottleneckBlock(channels, inner, channels, 1, "C" if projection else "A", "1x1")
    return Network({"block": block}, (channels, size, size))


@torch.no_grad()
def initialise(net: Network) -> None:
    """Section 3.4: as He et al. 2015, weights normal, of variance 2 over a unit's inputs, biases zero."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
