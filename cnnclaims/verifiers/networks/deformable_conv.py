"""Deformable Convolutional Networks, arXiv:1703.06211: ResNet-101 with the heads of Section 2.3, and Appendix B's network.

Shapes are channels x height x width. Everything runs on images of any size; the sizes in comments are for 224 x 224.
Heads that pool regions do so for one, the whole image: their parameters do not depend on how many there are.
"""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.deformable import (
    DeformableConv2d,
    DeformablePSRoIPool,
    DeformableRoIPool,
    PSRoIPool,
    RoIPool,
)
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, resnet101

Pooling = Literal["plain", "deformable"]
BINS = 7
# Table 1: how many 3x3 layers are deformable, and which blocks of conv4_x and conv5_x they are in.
DEFORMABLE = {
    0: ((), ()),
    1: ((), (2,)),  # res5c
    2: ((), (1, 2)),  # res5b, c
    3: ((), (0, 1, 2)),  # res5a, b, c
    6: ((20, 21, 22), (0, 1, 2)),  # res4b20 to res4b22 too
}


def trunk(deformable: int, groups: int) -> dict[str, nn.Module]:
    """ResNet-101 without its classifier; conv5_x has stride 1 and dilation 2, so that its maps stay at stride 16."""
    if deformable not in DEFORMABLE:
        raise ValueError(
            f"deformable is {deformable}; use one of {', '.join(map(str, DEFORMABLE))}, the layers of Table 1"
        )
    stages = dict(resnet101().named_children())
    for name in ("avgpool", "flatten", "fc"):
        del stages[name]
    first = stages["conv5_x"][0]  # type: ignore[index]
    for layer in (first.conv1, first.shortcut.conv):
        layer.stride = (1, 1)
    for blocks, moved, width, dilation in (
        (stages["conv4_x"], DEFORMABLE[deformable][0], 256, 1),
        (stages["conv5_x"], DEFORMABLE[deformable][1], 512, 2),
    ):
        for number, block in enumerate(blocks):  # type: ignore[var-annotated, arg-type]
            if number in moved:
                block.conv2 = DeformableConv2d(width, width, 3, dilation=dilation, groups=groups)
            elif dilation > 1:
                block.conv2 = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
    return stages  # 2048 x 14 x 14


def reduced(deformable: int, groups: int, channels: int) -> dict[str, nn.Module]:
    """The trunk and a 1x1 convolution to fewer channels."""
    new = {"reduce": nn.Conv2d(2048, channels, 1), "reduce_relu": nn.ReLU(inplace=True)}
    return trunk(deformable, groups) | new


def deeplab_resnet101(classes: int = 21, deformable: int = 0, groups: int = 1) -> Network:
    """DeepLab: one map of scores a class, the background among them, for the last `deformable` 3x3 layers."""
    _require_positive(classes=classes, groups=groups)
    stages = reduced(deformable, groups, 1024)
    return Network(stages | {"score": nn.Conv2d(1024, classes, 1)}, (3, 224, 224))


class WithHeads(Network):
    """Stages in a row, then heads side by side on what they put out."""

    def __init__(self, stages: dict[str, nn.Module], heads: dict[str, nn.Module]) -> None:
        super().__init__({**stages, **heads}, (3, 224, 224))
        self.heads = tuple(heads)

    def features(self, x: Tensor) -> Tensor:
        for name, stage in self.named_children():
            if name not in self.heads:
                x = stage(x)
        return x

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        x = self.features(x)
        return tuple(self.get_submodule(name)(x) for name in self.heads)


def class_aware_rpn(
    classes: int = 21, deformable: int = 0, groups: int = 1, anchors: int = 9, hidden: int = 512
) -> Network:
    """A region proposal network that scores all classes: 3x3 to `hidden` channels, then scores and boxes an anchor."""
    _require_positive(classes=classes, groups=groups, anchors=anchors, hidden=hidden)
    stages = reduced(deformable, groups, 1024)
    stages |= {"rpn": nn.Conv2d(1024, hidden, 3, padding=1), "rpn_relu": nn.ReLU(inplace=True)}
    heads: dict[str, nn.Module] = {
        "classes": nn.Conv2d(hidden, anchors * classes, 1),
        "boxes": nn.Conv2d(hidden, anchors * 4, 1),
    }
    return WithHeads(stages, heads)


def faster_rcnn_2fc(
    classes: int = 21, deformable: int = 0, groups: int = 1, pooling: Pooling = "plain"
) -> Network:
    """Faster R-CNN's second half: pooling on 256 channels, two full layers of 1024; the proposals come from elsewhere."""
    _require_positive(classes=classes, groups=groups)
    _require_pooling(pooling)
    stages = reduced(deformable, groups, 256)
    stages |= {
        "pool": RoIPool(BINS) if pooling == "plain" else DeformableRoIPool(BINS, 256),
        "flatten": nn.Flatten(),
        "fc1": nn.Linear(256 * BINS**2, 1024),
        "relu1": nn.ReLU(inplace=True),
        "fc2": nn.Linear(1024, 1024),
        "relu2": nn.ReLU(inplace=True),
    }
    return WithHeads(stages, {"classes": nn.Linear(1024, classes), "boxes": nn.Linear(1024, 4 * classes)})


class RFCN(Network):
    """Score maps for every class and bin, and four maps of boxes for every bin, pooled and averaged."""

    class_maps: nn.Module
    box_maps: nn.Module
    offsets: nn.Module
    pool: nn.Module
    box_pool: nn.Module

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        for name, stage in self.named_children():
            if name == "class_maps":
                break
            x = stage(x)
        maps = self.class_maps(x)
        if hasattr(self, "offsets"):
            scores: Tensor = self.pool(maps, self.offsets(x))
        else:
            scores = self.pool(maps)
        return scores.mean((2, 3)), self.box_pool(self.box_maps(x)).mean((2, 3))


def rfcn_resnet101(
    classes: int = 21, deformable: int = 0, groups: int = 1, pooling: Pooling = "plain"
) -> Network:
    """R-FCN: 7 x 7 score maps a class, which regions are pooled from; the proposals come from elsewhere."""
    _require_positive(classes=classes, groups=groups)
    _require_pooling(pooling)
    stages = reduced(deformable, groups, 1024)
    stages |= {
        "class_maps": nn.Conv2d(1024, BINS**2 * classes, 1),
        "box_maps": nn.Conv2d(1024, BINS**2 * 4, 1),
        "box_pool": PSRoIPool(BINS),
    }
    if pooling == "plain":
        stages |= {"pool": PSRoIPool(BINS)}
    else:
        offsets = nn.Conv2d(1024, 2 * BINS**2 * classes, 1)
        stages |= {"offsets": offsets, "pool": DeformablePSRoIPool(BINS)}
    return RFCN(stages, (3, 224, 224))


# -- Appendix B --------------------------------------------------------------------------------------------------------

# Stage, its blocks, the channels of the branch with one 3x3, the stride of the first block.
ALIGNED = (
    ("conv2", 3, 64, 1),  # 256 x 56 x 56
    ("conv3", 4, 128, 2),  # 512 x 28 x 28
    ("conv4", 23, 256, 2),  # 1024 x 14 x 14
    ("conv5", 3, 512, 2),  # 2048 x 7 x 7
)


class InceptionResidualBlock(nn.Module):
    """1x1 and 3x3 beside 1x1 and two 3x3 of half the width, concatenated, 1x1 to four times the width, and a shortcut."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        half = width // 2
        self.one = _chain(_unit(channels, width, 1), _conv(width, width, 3, stride))
        self.two = _chain(_unit(channels, half, 1), _unit(half, half, 3, stride), _conv(half, half, 3))
        self.concatenated = _chain(nn.BatchNorm2d(width + half), nn.ReLU(inplace=True))
        self.widen = _chain(_conv(width + half, 4 * width, 1), nn.BatchNorm2d(4 * width))
        changes = channels != 4 * width or stride > 1
        projection = _chain(_conv(channels, 4 * width, 1, stride), nn.BatchNorm2d(4 * width))
        self.shortcut: nn.Module = projection if changes else nn.Identity()
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        inside = self.concatenated(torch.cat([self.one(x), self.two(x)], 1))
        y: Tensor = self.relu(self.add(self.widen(inside), self.shortcut(x)))
        return y


def _conv(channels: int, width: int, k: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels, width, k, stride, padding=k // 2, bias=False)


def _unit(channels: int, width: int, k: int, stride: int = 1) -> nn.Module:
    return _chain(_conv(channels, width, k, stride), nn.BatchNorm2d(width), nn.ReLU(inplace=True))


def _chain(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict((f"layer{n}", layer) for n, layer in enumerate(layers, 1)))


def aligned_inception_resnet(classes: int = 1000) -> Network:
    """Aligned-Inception-ResNet: ResNet-101's stages of one sort of Inception residual block."""
    _require_positive(classes=classes)
    stages: dict[str, nn.Module] = {
        "conv1": _conv(3, 64, 7, 2),  # 64 x 112 x 112
        "bn1": nn.BatchNorm2d(64),
        "relu1": nn.ReLU(inplace=True),
        "pool1": nn.MaxPool2d(3, 2, padding=1),  # 64 x 56 x 56
    }
    channels = 64
    for name, blocks, width, stride in ALIGNED:
        first = InceptionResidualBlock(channels, width, stride)
        channels = 4 * width
        others = [InceptionResidualBlock(channels, width, 1) for _ in range(blocks - 1)]
        stages[name] = nn.Sequential(first, *others)
    stages |= {
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, classes),
    }
    return Network(stages, (3, 224, 224))


def initialise(net: nn.Module) -> nn.Module:
    """Section 2.3: layers that give offsets start at zero; all others keep their start."""
    for name, layer in net.named_modules():
        if name.rpartition(".")[2] in ("offset", "offsets") and isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.zeros_(layer.weight)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    return net


def _require_positive(**arguments: int) -> None:
    for name, value in arguments.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")


def _require_pooling(pooling: str) -> None:
    if pooling not in ("plain", "deformable"):
        raise ValueError(f"pooling is {pooling!r}; use 'plain' or 'deformable'")
