"""PeleeNet and its detector (Wang et al. 2018, arXiv 1804.06882), Table 1, Figures 1 to 4.

Shapes are channels x height x width. Convolutions have no bias and are followed by normalisation and ReLU. What the
paper leaves out, the extra layers of the detector above all, is as in the authors' code.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

STEM = 32
GROWTH = 32  # new maps a layer, half of them from each of its two ways
# Table 1: name, layers, bottleneck width: the 1x1 of a way puts out so many times the 16 maps of the way # output at 224
STAGES = (
    ("stage1", 3, 1),  # 128 x 56 x 56, pooled to 28 x 28
    ("stage2", 4, 2),  # 256 x 28 x 28, pooled to 14 x 14
    ("stage3", 8, 4),  # 512 x 14 x 14, pooled to 7 x 7
    ("stage4", 6, 4),  # 704 x 7 x 7
)
# Extra layers of the detector, with bias and without normalisation: channels of the 1x1, stride, padding of the 3x3
EXTRAS = (
    ("extra1", 256, 2, 1),  # 256 x 5 x 5 at 304
    ("extra2", 128, 1, 0),  # 256 x 3 x 3
    ("extra3", 128, 1, 0),  # 256 x 1 x 1
)
ANCHORS = 6  # boxes a place
BOX = 4  # numbers that place one box


class Concat(nn.Module):
    """Tensors side by side, as a layer."""

    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.cat(tensors, dim=1)


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


def conv(c_in: int, c_out: int, kernel: int, stride: int = 1, relu: bool = True) -> nn.Sequential:
    """A convolution that keeps the map's size at stride 1, normalisation, ReLU."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.Conv2d(c_in, c_out, kernel, stride, padding=kernel // 2, bias=False)
    layers["bn"] = nn.BatchNorm2d(c_out)
    if relu:
        layers["relu"] = nn.ReLU(inplace=True)
    return nn.Sequential(layers)


class Stem(nn.Module):
    """Figure 2: the map halved once, then by a convolution and by pooling side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.stem1 = conv(3, STEM, 3, stride=2)
        self.stem2a = conv(STEM, STEM // 2, 1)
        self.stem2b = conv(STEM // 2, STEM, 3, stride=2)
        self.pool = nn.MaxPool2d(2)
        self.concat = Concat()
        self.stem3 = conv(2 * STEM, STEM, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem1(x)
        y: Tensor = self.stem3(self.concat(self.pool(x), self.stem2b(self.stem2a(x))))
        return y


class TwoWayDenseLayer(nn.Module):
    """Figure 1: one way sees 3x3 places, the other 5x5 by two convolutions; both go beside the input."""

    def __init__(self, c_in: int, width: int) -> None:
        super().__init__()
        maps = GROWTH // 2
        self.way1a = conv(c_in, width * maps, 1)
        self.way1b = conv(width * maps, maps, 3)
        self.way2a = conv(c_in, width * maps, 1)
        self.way2b = conv(width * maps, maps, 3)
        self.way2c = conv(maps, maps, 3)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.concat(x, self.way1b(self.way1a(x)), self.way2c(self.way2b(self.way2a(x))))
        return y


def _backbone() -> tuple[dict[str, nn.Module], int]:
    """The stem, the stages, each with its transition, and the pooling between them; the channels that come out."""
    stages: dict[str, nn.Module] = {"stem": Stem()}
    channels = STEM
    for name, layers, width in STAGES:
        rows: OrderedDict[str, nn.Module] = OrderedDict()
        for i in range(layers):
            rows[f"layer{i + 1}"] = TwoWayDenseLayer(channels + i * GROWTH, width)
        channels += layers * GROWTH
        rows["transition"] = conv(channels, channels, 1)
        stages[name] = nn.Sequential(rows)
        if name != "stage4":
            stages[f"pool{name[-1]}"] = nn.AvgPool2d(2, ceil_mode=True)
    return stages, channels


def peleenet(classes: int | None = 1000) -> Network:
    """PeleeNet: dense layers of two ways, as wide behind a transition as before; classes=None leaves the classifier out."""
    if classes is not None and classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, or None for no classifier")
    stages, channels = _backbone()
    if classes is not None:
        stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
        stages["flatten"] = nn.Flatten(1)
        stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 224, 224))


class ResidualPrediction(nn.Module):
    """Figure 4: a bottleneck of 256 channels with a projection beside it, before the predictors of a map."""

    def __init__(self, c_in: int) -> None:
        super().__init__()
        self.project = conv(c_in, 256, 1, relu=False)
        self.residual = nn.Sequential(conv(c_in, 128, 1), conv(128, 128, 3), conv(128, 256, 1, relu=False))
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.add(self.project(x), self.residual(x)))
        return y


class Predictors(nn.Module):
    """Boxes and classes of six scales from five maps, by 1x1 convolutions; the first map is read twice."""

    def __init__(self, channels: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.residual = nn.ModuleList(ResidualPrediction(c) for c in channels)
        self.boxes = nn.ModuleList(nn.Conv2d(256, ANCHORS * BOX, 1) for _ in range(6))
        self.classes = nn.ModuleList(nn.Conv2d(256, ANCHORS * (classes + 1), 1) for _ in range(6))

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, ...]:
        first, *others = (residual(x) for residual, x in zip(self.residual, maps, strict=True))
        read = [first, first, *others]
        boxes = [predict(x) for predict, x in zip(self.boxes, read, strict=True)]
        return (*boxes, *(predict(x) for predict, x in zip(self.classes, read, strict=True)))


class Pelee(Network):
    """The stages one after another; stage3, stage4 and the extra layers are read by the predictors."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        *stages, (_, predict) = self.named_children()
        maps = []
        for name, stage in stages:
            x = stage(x)
            if name in ("stage3", "stage4") or name.startswith("extra"):
                maps.append(x)
        found: tuple[Tensor, ...] = predict(maps)
        return found


def pelee304(classes: int = 20) -> Network:
    """Pelee, the detector on PeleeNet for images of 304 pixels; classes are counted without the background."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as the 20 of VOC")
    stages, channels = _backbone()
    read = [512, channels]  # 512 x 19 x 19 and 704 x 10 x 10
    for name, narrow, stride, padding in EXTRAS:
        layers = OrderedDict(
            narrow=nn.Conv2d(read[-1], narrow, 1),
            relu1=nn.ReLU(inplace=True),
            conv=nn.Conv2d(narrow, 256, 3, stride, padding),
            relu2=nn.ReLU(inplace=True),
        )
        stages[name] = nn.Sequential(layers)
        read.append(256)
    stages["predict"] = Predictors(tuple(read), classes)
    return Pelee(stages, (3, 304, 304))
