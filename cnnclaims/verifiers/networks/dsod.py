"""DSOD: Learning Deeply Supervised Object Detectors from Scratch (Shen et al. 2017, arXiv 1708.01241), Tables 1 and 2.

Shapes are channels x height x width. Convolutions behind the stem are preceded by normalisation and ReLU and have
no bias. The paper names a network DS/a-b-k-theta by channels of the first layer, channels of the bottlenecks, growth
rate and share of channels that a transition keeps; theta is 1 here and the bottlenecks have 4k channels.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

LAYERS = {
    "block1": 6,
    "block2": 8,
    "block3": 8,
    "block4": 8,
}  # Table 1, on maps of 75, 38, 19, 19 places a side
READ = ("transition2", "second", "third", "fourth", "fifth", "sixth")
EXTRAS = {
    "third": 256,
    "fourth": 128,
    "fifth": 128,
    "sixth": 128,
}  # channels of each of the two halves of a map
ANCHORS = (4, 6, 6, 6, 4, 4)  # boxes a place
BOX = 4  # numbers that place one box


class Concat(nn.Module):
    """Tensors side by side, as a layer."""

    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.cat(tensors, dim=1)


def bn_relu_conv(c_in: int, c_out: int, kernel: int, stride: int = 1) -> OrderedDict[str, nn.Module]:
    """Normalisation, ReLU, a convolution that keeps the size of the map at stride 1."""
    return OrderedDict(
        bn=nn.BatchNorm2d(c_in),
        relu=nn.ReLU(inplace=True),
        conv=nn.Conv2d(c_in, c_out, kernel, stride, padding=kernel // 2, bias=False),
    )


def composite(c_in: int, c_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Those three as one layer."""
    return nn.Sequential(bn_relu_conv(c_in, c_out, kernel, stride))


def pool() -> nn.MaxPool2d:
    """2x2 pooling; Caffe rounds the sides of the map up."""
    return nn.MaxPool2d(2, ceil_mode=True)


class DenseLayer(nn.Module):
    """growth_rate new maps beside those that come in."""

    def __init__(self, c_in: int, growth_rate: int) -> None:
        super().__init__()
        self.narrow = composite(c_in, 4 * growth_rate, 1)
        self.conv = composite(4 * growth_rate, growth_rate, 3)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.concat(x, self.conv(self.narrow(x)))
        return y


class DenseScale(nn.Module):
    """A map of half the side: half of it pooled and projected, half learnt by a 1x1 and a 3x3 (Figure 1)."""

    def __init__(self, c_in: int, channels: int) -> None:
        super().__init__()
        self.narrow = composite(c_in, channels, 1)
        self.conv = composite(channels, channels, 3, stride=2)
        self.pool = pool()
        self.project = composite(c_in, channels, 1)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.concat(self.project(self.pool(x)), self.conv(self.narrow(x)))
        return y


class SecondScale(nn.Module):
    """What the blocks made of the first scale, and the first scale itself, pooled and projected."""

    def __init__(self, c_first: int) -> None:
        super().__init__()
        self.pool = pool()
        self.project = composite(c_first, 256, 1)
        self.concat = Concat()

    def forward(self, x: Tensor, first: Tensor) -> Tensor:
        y: Tensor = self.concat(x, self.project(self.pool(first)))
        return y


class Predictor(nn.Module):
    """A map scaled to a learnt length, and normalised 3x3 convolutions for boxes and classes."""

    def __init__(self, c_in: int, anchors: int, classes: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((c_in, 1, 1), 20.0))
        self.boxes = normalised(c_in, anchors * BOX)
        self.classes = normalised(c_in, anchors * (classes + 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = nn.functional.normalize(x, dim=1) * self.scale
        return self.boxes(x), self.classes(x)


def normalised(c_in: int, c_out: int) -> nn.Sequential:
    """A 3x3 convolution and normalisation behind it."""
    layers = (("conv", nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)), ("bn", nn.BatchNorm2d(c_out)))
    return nn.Sequential(OrderedDict(layers))


class Dsod(Network):
    """The stages one after another; the six maps of READ are read by the predictors."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        *stages, (_, predict) = self.named_children()
        maps: list[Tensor] = []
        for name, stage in stages:
            x = stage(x, maps[0]) if name == "second" else stage(x)
            if name in READ:
                maps.append(x)
        pairs = zip(predict.children(), maps, strict=True)
        return tuple(found for predictor, x in pairs for found in predictor(x))


def stem() -> nn.Sequential:
    """Three 3x3 convolutions, each with normalisation and ReLU behind it, and pooling."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for i, (c_in, c_out, stride) in enumerate(((3, 64, 2), (64, 64, 1), (64, 128, 1)), 1):
        layers[f"conv{i}"] = nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False)
        layers[f"bn{i}"] = nn.BatchNorm2d(c_out)
        layers[f"relu{i}"] = nn.ReLU(inplace=True)
    layers["pool"] = pool()
    return nn.Sequential(layers)


def dsod300(growth_rate: int = 48, classes: int = 20) -> Network:
    """DSOD300; growth_rate=16 makes DS/64-64-16-1, the smallest, whose network the VoVNet paper calls DenseNet-67."""
    for name, value in (("growth_rate", growth_rate), ("classes", classes)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
    stages: dict[str, nn.Module] = {"stem": stem()}  # 128 x 75 x 75
    channels = first = 128
    for number, (name, layers) in enumerate(LAYERS.items(), 1):
        rows = [DenseLayer(channels + i * growth_rate, growth_rate) for i in range(layers)]
        stages[name] = nn.Sequential(*rows)
        channels += layers * growth_rate
        kept = 256 if name == "block4" else channels
        stages[f"transition{number}"] = composite(channels, kept, 1)
        if number == 2:
            first = kept  # 38 x 38
        if number < 3:
            stages[f"pool{number}"] = pool()
        channels = kept
    stages["second"] = SecondScale(first)  # 512 x 19 x 19
    maps = [first, 512]
    for name, half in EXTRAS.items():  # 10 x 10, 5 x 5, 3 x 3, 2 x 2
        stages[name] = DenseScale(maps[-1], half)
        maps.append(2 * half)
    predictors = (Predictor(c, anchors, classes) for c, anchors in zip(maps, ANCHORS, strict=True))
    stages["predict"] = nn.ModuleList(predictors)
    return Dsod(stages, (3, 300, 300))
