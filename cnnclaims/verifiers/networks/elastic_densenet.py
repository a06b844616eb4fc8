"""DenseNet-201 with elastic layers: ELASTIC, Improving CNNs with Dynamic Scaling Policies (Wang et al. 2018, arXiv 1812.05262).

Shapes are channels x height x width. Layers are as in the authors' code. Each dense layer has two halves: one works on the map as it
is, the other on the map pooled to half its side and blown up again; their new maps are added. On maps of 7x7 both keep the size. The
blocks have 10, 20, 40 and 30 layers where DenseNet-201 has 6, 12, 48 and 32.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.densenet import COMPRESSION, transition
from cnnclaims.verifiers.networks.network import Network

GROWTH = 32
HALF = 64  # channels of the 1x1 of a half: twice the growth, where DenseNet has four times
FIRST = 64
# name, layers # output at 224 pixels
BLOCKS = (
    ("block1", 10),  # 384 x 56 x 56
    ("block2", 20),  # 832 x 28 x 28
    ("block3", 40),  # 1696 x 14 x 14
    ("block4", 30),  # 1808 x 7 x 7
)


class ElasticLayer(nn.Module):
    """32 new maps, the sum of what two resolutions make, beside those that come in."""

    def __init__(self, c_in: int, shrinks: bool) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(c_in)
        self.relu = nn.ReLU(inplace=True)
        self.full = bottleneck(c_in)
        self.pool = nn.AvgPool2d(2) if shrinks else nn.Identity()
        self.low = bottleneck(c_in)
        self.shrinks = shrinks

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn(x))
        low = self.low(self.pool(y))
        if self.shrinks:
            low = F.interpolate(low, scale_factor=2, mode="bilinear", align_corners=False)
        return torch.cat([x, self.full(y) + low], dim=1)


def bottleneck(c_in: int) -> nn.Sequential:
    """1x1, normalisation, ReLU, 3x3."""
    layers: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(c_in, HALF, 1, bias=False),
        "bn": nn.BatchNorm2d(HALF),
        "relu": nn.ReLU(inplace=True),
        "conv2": nn.Conv2d(HALF, GROWTH, 3, padding=1, bias=False),
    }
    return nn.Sequential(OrderedDict(layers))


def densenet201_elastic(classes: int = 1000) -> Network:
    """DenseNet-201 with elastic layers, blocks of 10, 20, 40 and 30 of them."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv": nn.Conv2d(3, FIRST, 7, stride=2, padding=3, bias=False),  # 64 x 112 x 112
        "conv_bn": nn.BatchNorm2d(FIRST),
        "conv_relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, stride=2, padding=1),  # 64 x 56 x 56
    }
    channels = FIRST
    for number, (name, layers) in enumerate(BLOCKS, 1):
        shrinks = name != "block4"
        rows = {f"layer{i + 1}": ElasticLayer(channels + i * GROWTH, shrinks) for i in range(layers)}
        stages[name] = nn.Sequential(OrderedDict(rows))
        channels += layers * GROWTH
        if shrinks:
            kept = int(channels * COMPRESSION)
            stages[f"transition{number}"] = transition(channels, kept)
            channels = kept
    stages["bn"] = nn.BatchNorm2d(channels)
    stages["relu"] = nn.ReLU(inplace=True)
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 224, 224))
