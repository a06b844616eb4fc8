"""RefineDet: Single-Shot Refinement Neural Network for Object Detection (Zhang et al. 2017, arXiv 1711.06897), Figure 1.

Shapes are channels x height x width. Layers behind the backbone are as the authors released them for ResNet-101 at 320 pixels:
a bottleneck that halves the last map, for each of four maps a transfer connection of 256 channels, and predictors that read the maps
(two classes, to sort anchors out) and the transferred maps (all classes). Other backbones have their last maps of strides 8, 16 and 32
in the places of ResNet's.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.densenet import densenet161, densenet201
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import BottleneckBlock, resnet50, resnet101
from cnnclaims.verifiers.networks.vovnet import vovnet39, vovnet57

Backbone = Literal["resnet50", "resnet101", "densenet161", "densenet201", "vovnet39", "vovnet57"]
# Builder, the stages whose maps are read (strides 8, 16, 32), and their channels
RESNET = ("conv3_x", "conv4_x", "conv5_x")
DENSENET = ("block2", "block3", "relu")
VOVNET = ("stage3", "stage4", "stage5")
BACKBONES: dict[str, tuple[Callable[..., Network], tuple[str, ...], tuple[int, ...]]] = {
    "resnet50": (resnet50, RESNET, (512, 1024, 2048)),
    "resnet101": (resnet101, RESNET, (512, 1024, 2048)),
    "densenet161": (densenet161, DENSENET, (768, 2112, 2208)),
    "densenet201": (densenet201, DENSENET, (512, 1792, 1920)),
    "vovnet39": (vovnet39, VOVNET, (512, 768, 1024)),
    "vovnet57": (vovnet57, VOVNET, (512, 768, 1024)),
}
EXTRA = (128, 512)  # channels inside and behind the bottleneck of the fourth map
TRANSFERRED = 256
ANCHORS = 3  # boxes a place
BOX = 4  # numbers that place one box


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class Transfer(nn.Module):
    """A map to 256 channels by two 3x3, the next coarser one blown up and added, and a 3x3 on the sum."""

    def __init__(self, c_in: int, coarsest: bool) -> None:
        super().__init__()
        self.conv1 = conv(c_in, relu=True)
        self.conv2 = conv(TRANSFERRED, relu=coarsest)
        self.up = None if coarsest else blown_up()
        self.add = None if coarsest else Add()
        self.relu = None if coarsest else nn.ReLU(inplace=True)
        self.conv3 = conv(TRANSFERRED, relu=True)

    def forward(self, x: Tensor, coarser: Tensor | None = None) -> Tensor:
        x = self.conv2(self.conv1(x))
        if self.up is not None and self.add is not None and self.relu is not None:
            x = self.relu(self.add(x, self.up(coarser)))
        y: Tensor = self.conv3(x)
        return y


class RefineDet(Network):
    """The backbone, whose maps are read, the extra map, the transfer connections and both sets of predictors."""

    read: tuple[str, ...] = ()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        stages = OrderedDict(self.named_children())
        heads = [[*stages.pop(name).children()] for name in ("transfers", "anchors", "boxes", "classes")]
        maps = []
        for name, stage in stages.items():
            x = stage(x)
            if name in self.read:
                maps.append(x)
        transfers, anchors, boxes, classes = heads
        passed: list[Tensor] = [transfers[-1](maps[-1])]
        for transfer, finer in zip(transfers[-2::-1], maps[-2::-1], strict=True):
            passed.insert(0, transfer(finer, passed[0]))
        sorted_out = (predict(x) for predict, x in zip(anchors, maps, strict=True))
        found = (predict(x) for head in (boxes, classes) for predict, x in zip(head, passed, strict=True))
        return (*sorted_out, *found)


def refinedet320(backbone: Backbone = "resnet101", classes: int = 80) -> Network:
    """RefineDet for images of 320 pixels; classes are counted without the background."""
    if backbone not in BACKBONES:
        raise ValueError(f"backbone is {backbone!r}; use one of {', '.join(BACKBONES)}")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as the 80 of COCO")
    build, read, channels = BACKBONES[backbone]
    stages: dict[str, nn.Module] = {}
    for name, stage in build().named_children():
        stages[name] = stage
        if name == read[-1]:
            break
    inner, out = EXTRA
    stages["extra"] = BottleneckBlock(channels[-1], inner, out, 2, "B", "1x1")
    widths = (*channels, out)
    stages["transfers"] = nn.ModuleList(
        Transfer(c, coarsest=i == len(widths)) for i, c in enumerate(widths, 1)
    )
    stages["anchors"] = nn.ModuleList(_predictor(c, BOX + 2) for c in widths)
    stages["boxes"] = nn.ModuleList(_predictor(TRANSFERRED, BOX) for _ in widths)
    stages["classes"] = nn.ModuleList(_predictor(TRANSFERRED, classes + 1) for _ in widths)
    net = RefineDet(stages, (3, 320, 320))
    net.read = (*read, "extra")
    return net


def conv(c_in: int, relu: bool) -> nn.Sequential:
    """A 3x3 convolution to 256 channels, normalisation and, if wanted, ReLU."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.Conv2d(c_in, TRANSFERRED, 3, padding=1, bias=False)
    layers["bn"] = nn.BatchNorm2d(TRANSFERRED)
    if relu:
        layers["relu"] = nn.ReLU(inplace=True)
    return nn.Sequential(layers)


def blown_up() -> nn.Sequential:
    """A transposed 2x2 convolution of stride 2, and normalisation."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.ConvTranspose2d(TRANSFERRED, TRANSFERRED, 2, stride=2, bias=False)
    layers["bn"] = nn.BatchNorm2d(TRANSFERRED)
    return nn.Sequential(layers)


def _predictor(c_in: int, numbers: int) -> nn.Conv2d:
    return nn.Conv2d(c_in, ANCHORS * numbers, 3, padding=1)
