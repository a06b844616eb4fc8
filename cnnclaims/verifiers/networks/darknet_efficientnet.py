"""EfficientNet-B0* of the CSPNet paper (arXiv 1911.11929, Table 3): the authors' configuration file for Darknet, as a table.

Shapes are channels x height x width. It has the outputs of EfficientNet-B0 and inside the blocks the channels of
MobileNetV2, narrower squeezing, and it shrinks the map later: 4.81 M weights instead of 5.24 M, and more multiply-adds.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.darknet import head
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

# stage, blocks, channels of the expansion (first block, the others), squeezed channels likewise, kernel, stride, channels out
BLOCKS = (
    ("stage2", 1, (32, 32), (8, 8), 3, 1, 16),  # 16 x 112 x 112
    ("stage3", 2, (96, 144), (16, 8), 3, 2, 24),  # 24 x 56 x 56
    ("stage4", 2, (144, 192), (8, 16), 5, 2, 40),  # 40 x 28 x 28
    ("stage5", 3, (192, 384), (16, 24), 3, 1, 80),  # 80 x 28 x 28
    ("stage6", 3, (384, 576), (24, 32), 5, 2, 112),  # 112 x 14 x 14
    ("stage7", 4, (576, 960), (32, 64), 5, 2, 192),  # 192 x 7 x 7
    ("stage8", 1, (960, 960), (64, 64), 3, 1, 320),  # 320 x 7 x 7
)
DROPOUT = 0.2


def conv(
    c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1, linear: bool = False
) -> nn.Sequential:
    """A convolution that keeps the map's size at stride 1, normalisation, and swish unless it is linear."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers["bn"] = nn.BatchNorm2d(c_out)
    if not linear:
        layers["swish"] = nn.SiLU(inplace=True)
    return nn.Sequential(layers)


class SqueezeExcitation(nn.Module):
    """The mean of every channel, two 1x1 convolutions, and each channel times its factor."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.swish = nn.SiLU(inplace=True)
        self.expand = nn.Conv2d(squeezed, channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        factor: Tensor = self.sigmoid(self.expand(self.swish(self.reduce(x.mean((2, 3), keepdim=True)))))
        return x * factor


class MBConv(nn.Module):
    """1x1, depthwise, squeeze-and-excitation, linear 1x1, and a shortcut where size and channels stay."""

    def __init__(self, c_in: int, inner: int, squeezed: int, kernel: int, stride: int, c_out: int) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {
            "expand": conv(c_in, inner, 1),
            "depthwise": conv(inner, inner, kernel, stride, groups=inner),
            "se": SqueezeExcitation(inner, squeezed),
            "project": conv(inner, c_out, 1, linear=True),
        }
        shortcut = stride == 1 and c_in == c_out
        if shortcut:
            layers["dropout"] = nn.Dropout(DROPOUT)
        self.layers = nn.Sequential(OrderedDict(layers))
        self.add = Add() if shortcut else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return y if self.add is None else self.add(y, x)


def darknet_efficientnet_b0(classes: int = 1000) -> Network:
    """EfficientNet-B0* of Darknet, which is no B0: its blocks are as wide inside as those of MobileNetV2."""
    stages: dict[str, nn.Module] = {"stage1": conv(3, 32, 3, stride=2)}  # 32 x 112 x 112
    c_in = 32
    for name, blocks, inner, squeezed, kernel, stride, channels in BLOCKS:
        rows = [MBConv(c_in, inner[0], squeezed[0], kernel, stride, channels)]
        rows += [MBConv(channels, inner[1], squeezed[1], kernel, 1, channels) for _ in range(blocks - 1)]
        stages[name] = nn.Sequential(*rows)
        c_in = channels
    stages["stage9"] = conv(c_in, 1280, 1)  # 1280 x 7 x 7
    return Network({**stages, **head(1280, classes)}, (3, 224, 224))
