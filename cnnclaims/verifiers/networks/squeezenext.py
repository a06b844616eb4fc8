"""SqueezeNext: Hardware-Aware Neural Network Design (Gholami et al. 2018, arXiv 1803.10615), as its authors released it.

Shapes are channels x height x width. Convolutions have no bias and are followed by normalisation and ReLU. Layers are as
in the authors' Caffe files, where a 1x1 convolution before the first module of a stage changes channels and halves the map;
it takes the place of a projection beside the module.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# 2.0-SqNxt-23v5: name, modules, channels at width 1 # output at width 2
STAGES = (
    ("stage1", 2, 32),  # 64 x 56 x 56
    ("stage2", 4, 64),  # 128 x 28 x 28
    ("stage3", 14, 128),  # 256 x 14 x 14
    ("stage4", 1, 256),  # 512 x 7 x 7
)
FIRST = 64  # channels of the first convolution, at any width
LAST = 128  # of the 1x1 before the pooling, at any width


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


def conv(c_in: int, c_out: int, height: int, width: int, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the map's size at stride 1, normalisation, ReLU."""
    layers: dict[str, nn.Module] = {
        "conv": nn.Conv2d(
            c_in, c_out, (height, width), stride, padding=(height // 2, width // 2), bias=False
        ),
        "bn": nn.BatchNorm2d(c_out),
        "relu": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))


class SqueezeNextModule(nn.Module):
    """1x1 to a half, 1x1 to a quarter, a column and a row of 3 back to a half, 1x1 to all channels; the shortcut."""

    def __init__(self, channels: int, column_first: bool) -> None:
        super().__init__()
        half, quarter = channels // 2, channels // 4
        first, second = ((3, 1), (1, 3)) if column_first else ((1, 3), (3, 1))
        self.squeeze1 = conv(channels, half, 1, 1)
        self.squeeze2 = conv(half, quarter, 1, 1)
        self.separable1 = conv(quarter, half, *first)
        self.separable2 = conv(half, half, *second)
        self.expand = conv(half, channels, 1, 1)
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.separable2(self.separable1(self.squeeze2(self.squeeze1(x))))
        z: Tensor = self.relu(self.add(self.expand(y), x))
        return z


def squeezenext_23v5(width: float = 1.0, classes: int = 1000) -> Network:
    """SqueezeNext-23v5 as released: 21 modules in four stages; with width=2 it is 2.0-SqNxt-23v5."""
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as 1 or 2")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": unpadded(3, FIRST),  # 64 x 112 x 112
        "pool1": nn.MaxPool2d(3, 2, ceil_mode=True),  # 64 x 56 x 56; Caffe rounds up
    }
    c_in = FIRST
    for name, modules, channels in STAGES:
        c_out = round(channels * width)
        rows: list[nn.Module] = [conv(c_in, c_out, 1, 1, stride=1 if name == "stage1" else 2)]
        rows += [SqueezeNextModule(c_out, column_first=i % 2 == 0) for i in range(modules)]
        stages[name] = nn.Sequential(*rows)
        c_in = c_out
    stages["conv2"] = conv(c_in, LAST, 1, 1)  # 128 x 7 x 7
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(LAST, classes, bias=False)
    return Network(stages, (3, 227, 227))


def unpadded(c_in: int, c_out: int) -> nn.Sequential:
    """The first convolution, 5x5 with stride 2 and without padding."""
    layers = (
        ("conv", nn.Conv2d(c_in, c_out, 5, stride=2, bias=False)),
        ("bn", nn.BatchNorm2d(c_out)),
        ("relu", nn.ReLU(inplace=True)),
    )
    return nn.Sequential(OrderedDict(layers))
