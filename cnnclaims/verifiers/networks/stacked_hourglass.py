"""Stacked hourglasses (Newell, Yang and Deng 2016, arXiv 1603.06937), Section 3 and Figures 3 and 4.

Shapes are channels x height x width. The paper prints no layer table: widths of the stem, biases and the order of
normalisation follow the authors' code. The network puts out the heatmaps of its last hourglass; those of the others
are supervised too, and go back into the stream of features.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

FEATURES = 256
DEPTH = 4  # halvings: 64, 32, 16, 8, 4


def _conv_unit(channels_in: int, channels: int, kernel: int) -> list[nn.Module]:
    """Normalisation, ReLU and a convolution with bias."""
    return [
        nn.BatchNorm2d(channels_in),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels_in, channels, kernel, padding=kernel // 2),
    ]


class Residual(nn.Module):
    """Figure 4, left: 1x1 to half the width, 3x3, 1x1; a 1x1 convolution on the shortcut where the width changes."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        half = channels // 2
        names = [f"{kind}{number}" for number in (1, 2, 3) for kind in ("bn", "relu", "conv")]
        layers = _conv_unit(channels_in, half, 1) + _conv_unit(half, half, 3) + _conv_unit(half, channels, 1)
        self.residual = nn.Sequential(OrderedDict(zip(names, layers, strict=True)))
        self.shortcut = nn.Identity() if channels_in == channels else nn.Conv2d(channels_in, channels, 1)
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.add(self.residual(x), self.shortcut(x))
        return y


def residuals(features: int, modules: int) -> nn.Sequential:
    """Residual modules of one width, one after another."""
    return nn.Sequential(*(Residual(features, features) for _ in range(modules)))


class Hourglass(nn.Module):
    """Figure 3: pooled, worked on and brought back, while a branch at full size waits to be added."""

    def __init__(self, depth: int, features: int, modules: int) -> None:
        super().__init__()
        self.upper = residuals(features, modules)
        self.pool = nn.MaxPool2d(2)
        self.before = residuals(features, modules)
        inner = Hourglass(depth - 1, features, modules) if depth > 1 else residuals(features, modules)
        self.inner: nn.Module = inner
        self.after = residuals(features, modules)
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        lower = self.after(self.inner(self.before(self.pool(x))))
        y: Tensor = self.add(self.upper(x), self.upsample(lower))
        return y


class Stack(nn.Module):
    """An hourglass and its heatmaps; all but the last add features and heatmaps, by 1x1, to their input (Figure 4)."""

    def __init__(self, features: int, joints: int, modules: int, last: bool) -> None:
        super().__init__()
        self.hourglass = Hourglass(DEPTH, features, modules)  # 64x64
        self.residual = residuals(features, modules)
        self.conv = nn.Conv2d(features, features, 1)
        self.bn = nn.BatchNorm2d(features)
        self.relu = nn.ReLU(inplace=True)
        self.heatmaps = nn.Conv2d(features, joints, 1)
        self.last = last
        if not last:
            self.features_back = nn.Conv2d(features, features, 1)
            self.heatmaps_back = nn.Conv2d(joints, features, 1)
            self.add_features, self.add_heatmaps = Add(), Add()

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn(self.conv(self.residual(self.hourglass(x)))))
        heatmaps: Tensor = self.heatmaps(y)
        if self.last:
            return heatmaps
        y = self.add_features(x, self.features_back(y))
        z: Tensor = self.add_heatmaps(y, self.heatmaps_back(heatmaps))
        return z


def stacked_hourglass(stacks: int = 8, modules: int = 1, joints: int = 16) -> Network:
    """Stacked hourglass network; modules is the number of residual modules at each place of an hourglass."""
    for name, value in (("stacks", stacks), ("modules", modules), ("joints", joints)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 64, 7, stride=2, padding=3),  # 128x128
        "bn1": nn.BatchNorm2d(64),
        "relu1": nn.ReLU(inplace=True),
        "residual1": Residual(64, 128),
        "pool": nn.MaxPool2d(2),  # 64x64
        "residual2": Residual(128, 128),
        "residual3": Residual(128, FEATURES),
    }
    for number in range(1, stacks + 1):
        stages[f"stack{number}"] = Stack(FEATURES, joints, modules, last=number == stacks)
    return Network(stages, (3, 256, 256))
