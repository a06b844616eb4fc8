"""VoVNet: An Energy and GPU-Computation Efficient Backbone (Lee et al. 2019, arXiv 1904.09730), Table 1, Figure 1(b).

Shapes are channels x height x width. Convolutions have no bias and are followed by normalisation and ReLU. The
paper uses the networks inside detectors; the classifier is that of the authors' code.
"""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 1: name, channels of the five 3x3 convolutions, channels of the 1x1 behind the concatenation # output at 224
SLIM = (
    ("stage2", 64, 128),  # 128 x 56 x 56
    ("stage3", 80, 256),  # 256 x 28 x 28
    ("stage4", 96, 384),  # 384 x 14 x 14
    ("stage5", 112, 512),  # 512 x 7 x 7
)
WIDE = (
    ("stage2", 128, 256),  # 256 x 56 x 56
    ("stage3", 160, 512),  # 512 x 28 x 28
    ("stage4", 192, 768),  # 768 x 14 x 14
    ("stage5", 224, 1024),  # 1024 x 7 x 7
)
# Table 1: OSA modules in stage2, stage3, stage4, stage5
MODULES = {27: (1, 1, 1, 1), 39: (1, 1, 2, 2), 57: (1, 1, 4, 3)}
LAYERS = 5  # convolutions in an OSA module
STEM = (64, 64, 128)

# The paper's stem halves the map once and pooling goes before every stage. In the authors' code the third
# convolution of the stem halves the map too, stage2 has no pooling, and a module that is not the first of its stage
# adds its input to its output. The weights are the same; VoVNet-27-slim has 2.871 G multiply-adds as in the paper
# and 2.177 G as in the code.
Variant = Literal["paper", "code"]
Table = tuple[tuple[str, int, int], ...]


class Concat(nn.Module):
    """Tensors side by side, as a layer."""

    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.cat(tensors, dim=1)


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


def conv(channels_in: int, channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the map's size at stride 1, normalisation, ReLU."""
    layers: dict[str, nn.Module] = {
        "conv": nn.Conv2d(channels_in, channels, kernel, stride, padding=kernel // 2, bias=False),
        "bn": nn.BatchNorm2d(channels),
        "relu": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))


def bottleneck(channels_in: int, channels: int) -> nn.Sequential:
    """Table 3: a 1x1 convolution to half the channels, then the 3x3."""
    layers = (
        ("narrow", conv(channels_in, channels_in // 2, 1)),
        ("conv3", conv(channels_in // 2, channels, 3)),
    )
    return nn.Sequential(OrderedDict(layers))


class OsaModule(nn.Module):
    """One-shot aggregation: a chain of 3x3 convolutions; their input and all outputs meet once, in a 1x1."""

    def __init__(
        self,
        channels_in: int,
        width: int,
        channels: int,
        layers: int = LAYERS,
        narrow: bool = False,
        identity: bool = False,
    ) -> None:
        super().__init__()
        make = bottleneck if narrow else lambda c_in, c: conv(c_in, c, 3)
        widths = [channels_in, *[width] * (layers - 1)]
        self.layers = nn.Sequential(
            OrderedDict((f"layer{i}", make(c_in, width)) for i, c_in in enumerate(widths, 1))
        )
        self.concat = Concat()
        self.aggregate = conv(channels_in + layers * width, channels, 1)
        self.add = Add() if identity else None

    def forward(self, x: Tensor) -> Tensor:
        seen = [x]
        for layer in self.layers:
            seen.append(layer(seen[-1]))
        y: Tensor = self.aggregate(self.concat(*seen))
        return y if self.add is None else self.add(y, x)


def pool() -> nn.MaxPool2d:
    """3x3 pooling that halves the map, an odd side rounded down, as the authors' code rounds it (ceil_mode)."""
    return nn.MaxPool2d(3, 2, ceil_mode=True)


def stage(
    channels_in: int, width: int, channels: int, modules: int, variant: str, narrow: bool, pooling: bool
) -> nn.Sequential:
    """Pooling, then OSA modules of one width."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if pooling:
        layers["pool"] = pool()
    for i in range(1, modules + 1):
        identity = variant == "code" and i > 1
        layers[f"osa{i}"] = OsaModule(channels_in, width, channels, LAYERS, narrow, identity)
        channels_in = channels
    return nn.Sequential(layers)


def _vovnet(depth: int, table: Table, variant: str, narrow: bool, classes: int | None) -> Network:
    if variant not in ("paper", "code"):
        raise ValueError(f"variant is {variant!r}; use 'paper' or 'code'")
    if classes is not None and classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, or None for no classifier")
    code = variant == "code"
    stem = (
        ("conv1", conv(3, STEM[0], 3, stride=2)),  # 64 x 112 x 112
        ("conv2", conv(STEM[0], STEM[1], 3)),
        ("conv3", conv(STEM[1], STEM[2], 3, stride=2 if code else 1)),  # 128 x 112 x 112
    )
    stages: dict[str, nn.Module] = {"stem": nn.Sequential(OrderedDict(stem))}
    channels_in = STEM[2]
    for (name, width, channels), modules in zip(table, MODULES[depth], strict=True):
        pooling = not (code and name == "stage2")
        stages[name] = stage(channels_in, width, channels, modules, variant, narrow, pooling)
        channels_in = channels
    if classes is not None:
        stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
        stages["flatten"] = nn.Flatten(1)
        stages["fc"] = nn.Linear(channels_in, classes)
    return Network(stages, (3, 224, 224))


def vovnet27_slim(
    variant: Variant = "paper", bottleneck: bool = False, classes: int | None = 1000
) -> Network:
    """VoVNet-27-slim: four OSA modules; bottleneck puts a 1x1 before every 3x3 of them, classes=None has no classifier."""
    return _vovnet(27, SLIM, variant, bottleneck, classes)


def vovnet39(variant: Variant = "paper", classes: int | None = 1000) -> Network:
    """VoVNet-39: six OSA modules; variant says whose stem and shortcuts, classes=None leaves the classifier out."""
    return _vovnet(39, WIDE, variant, False, classes)


def vovnet57(variant: Variant = "paper", classes: int | None = 1000) -> Network:
    """VoVNet-57: nine OSA modules; variant says whose stem and shortcuts, classes=None leaves the classifier out."""
    return _vovnet(57, WIDE, variant, False, classes)


# Section 3.2: DenseNet-40 with an OSA module in place of every dense block. How many channels the aggregating 1x1
# puts out is not printed: "all" keeps as many as come in, "densenet" has as many as the dense block would put out.
Aggregate = Literal["all", "densenet"]


def osa_cifar(
    layers: int = 5, channels: int = 43, aggregate: Aggregate = "all", classes: int = 10
) -> Network:
    """DenseNet-40 (k = 12) with OSA modules for its dense blocks: so many layers of so many channels each."""
    for name, value in (("layers", layers), ("channels", channels), ("classes", classes)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
    if aggregate not in ("all", "densenet"):
        raise ValueError(f"aggregate is {aggregate!r}; use 'all' or 'densenet'")
    c_in = 16
    stages: dict[str, nn.Module] = {"conv": conv(3, c_in, 3)}  # 16 x 32 x 32
    for number in (1, 2, 3):  # maps of 32, 16, 8 pixels
        c_out = c_in + layers * channels if aggregate == "all" else c_in + 12 * 12
        stages[f"osa{number}"] = OsaModule(c_in, channels, c_out, layers)
        if number < 3:
            stages[f"pool{number}"] = nn.AvgPool2d(2)
        c_in = c_out
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(c_in, classes)
    return Network(stages, (3, 32, 32))
