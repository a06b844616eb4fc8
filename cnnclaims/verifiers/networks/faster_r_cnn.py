"""Region proposal networks. Ren, He, Girshick, Sun: Faster R-CNN (2015, arXiv 1506.01497), Section 3.1 and Figure 3.

Shapes are channels x height x width, for the paper's typical image of 600x1000. Poolings keep partial windows, as in
the authors' Caffe: 600 becomes 38, not 37. The second stage of the detector is Fast R-CNN's and stands elsewhere.
"""

from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network

Backbone = Literal["vgg16", "zf"]

VGG16 = (
    (64, 2),
    (128, 2),
    (256, 3),
    (512, 3),
    (512, 3),
)  # channels, 3x3 convolutions; pooled between, not behind
ANCHORS = 9  # Section 3.1.1: three areas by three ratios of sides
SCORES, BOX = 2, 4  # numbers an anchor: object or not, and the four that place a box


class ProposalNetwork(Network):
    """The stages one after another, then both heads on the last of them."""

    scores: nn.Module
    boxes: nn.Module

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        for name, stage in self.named_children():
            if name not in ("scores", "boxes"):
                x = stage(x)
        return self.scores(x), self.boxes(x)


def rpn(
    backbone: Backbone = "vgg16", anchors: int = ANCHORS, height: int = 600, width: int = 1000
) -> Network:
    """A region proposal network on the last convolution of VGG-16 or of Zeiler and Fergus's network."""
    if backbone not in ("vgg16", "zf"):
        raise ValueError(f"backbone is {backbone!r}; use 'vgg16' or 'zf'")
    if anchors < 1:
        raise ValueError(f"anchors is {anchors}; use at least 1")
    for name, side in (("height", height), ("width", width)):
        if side < 32:
            raise ValueError(f"{name} is {side}; use at least 32")
    stages, channels = (_vgg16(), 512) if backbone == "vgg16" else (_zf(), 256)
    stages |= {
        "rpn": nn.Conv2d(channels, channels, 3, padding=1),  # 38x63
        "rpn_relu": nn.ReLU(inplace=True),
        "scores": nn.Conv2d(channels, SCORES * anchors, 1),
        "boxes": nn.Conv2d(channels, BOX * anchors, 1),
    }
    return ProposalNetwork(stages, (3, height, width))


def _vgg16() -> dict[str, nn.Module]:
    """The thirteen convolutions of VGG-16 without the last pooling."""
    stages: dict[str, nn.Module] = {}
    before = 3
    for number, (channels, convolutions) in enumerate(VGG16, 1):
        if number > 1:
            stages[f"pool{number - 1}"] = nn.MaxPool2d(2, 2, ceil_mode=True)
        for layer in range(1, convolutions + 1):
            stages[f"conv{number}_{layer}"] = nn.Conv2d(before, channels, 3, padding=1)
            stages[f"relu{number}_{layer}"] = nn.ReLU(inplace=True)
            before = channels
    return stages


def _zf() -> dict[str, nn.Module]:
    """The five convolutions of Zeiler and Fergus's network, padded as in the authors' release."""
    return {
        "conv1": nn.Conv2d(3, 96, 7, stride=2, padding=3),  # 300x500
        "relu1": nn.ReLU(inplace=True),
        "norm1": LocalResponseNormalisation(),
        "pool1": nn.MaxPool2d(3, 2, padding=1, ceil_mode=True),  # 151x251
        "conv2": nn.Conv2d(96, 256, 5, stride=2, padding=2),  # 76x126
        "relu2": nn.ReLU(inplace=True),
        "norm2": LocalResponseNormalisation(),
        "pool2": nn.MaxPool2d(3, 2, padding=1, ceil_mode=True),  # 39x64
        "conv3": nn.Conv2d(256, 384, 3, padding=1),
        "relu3": nn.ReLU(inplace=True),
        "conv4": nn.Conv2d(384, 384, 3, padding=1),
        "relu4": nn.ReLU(inplace=True),
        "conv5": nn.Conv2d(384, 256, 3, padding=1),
        "relu5": nn.ReLU(inplace=True),
    }
