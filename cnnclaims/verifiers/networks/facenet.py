"""FaceNet's NN2: A Unified Embedding for Face Recognition and Clustering (Schroff et al. 2015, arXiv 1503.03832), Table 2.

Shapes are channels x height x width. Every convolution has a bias and a ReLU. The table names pooling "L2" (the root
of the sum of squares) or "max"; a row without #1x1 halves the map in its other branches. The embedding is left as the
linear layer puts it out: its last step, dividing by its length, has no parameters.
"""

from collections import OrderedDict
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network


class Row(NamedTuple):
    """A row of Table 2; 0 where the table has nothing."""

    one: int
    three_reduce: int
    three: int
    five_reduce: int
    five: int
    pool: str
    proj: int


# fmt: off
TABLE_2 = {
    # #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pooling, pool proj
    "3a": Row(64,   96, 128, 16,  32, "max",  32),  # 256 x 28 x 28
    "3b": Row(64,   96, 128, 32,  64, "L2",   64),  # 320 x 28 x 28
    "3c": Row(0,   128, 256, 32,  64, "max",   0),  # 640 x 14 x 14
    "4a": Row(256,  96, 192, 32,  64, "L2",  128),  # 640 x 14 x 14
    "4b": Row(224, 112, 224, 32,  64, "L2",  128),  # 640 x 14 x 14
    "4c": Row(192, 128, 256, 32,  64, "L2",  128),  # 640 x 14 x 14
    "4d": Row(160, 144, 288, 32,  64, "L2",  128),  # 640 x 14 x 14
    "4e": Row(0,   160, 256, 64, 128, "max",   0),  # 1024 x 7 x 7
    "5a": Row(384, 192, 384, 48, 128, "L2",  128),  # 1024 x 7 x 7
    "5b": Row(384, 192, 384, 48, 128, "max", 128),  # 1024 x 7 x 7
}
# fmt: on
TINY = 1e-12  # keeps the slope of the root finite where a window is empty


class L2Pool(nn.Module):
    """The root of the sum of the squares in a window of 3x3."""

    def forward(self, x: Tensor) -> Tensor:
        return (F.avg_pool2d(x * x, 3, stride=1, padding=1) * 9 + TINY).sqrt()


class Inception(nn.ModuleDict):
    """Up to four branches side by side, concatenated; the 1x1 is missing where the map is halved."""

    def __init__(self, channels: int, row: Row) -> None:
        super().__init__()
        stride = 1 if row.one else 2
        if row.one:
            self["1x1"] = _chain(conv=nn.Conv2d(channels, row.one, 1))
        self["3x3"] = _pair(channels, row.three_reduce, row.three, 3, stride)
        self["5x5"] = _pair(channels, row.five_reduce, row.five, 5, stride)
        pool = L2Pool() if row.pool == "L2" else nn.MaxPool2d(3, stride, padding=1)
        self["pool"] = _chain(pool=pool, proj=nn.Conv2d(channels, row.proj, 1)) if row.proj else pool

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.values()], dim=1)


def facenet_nn2(embedding: int = 128) -> Network:
    """FaceNet's NN2, an Inception network on images of 224 pixels whose last layer puts out an embedding."""
    if embedding < 1:
        raise ValueError(f"embedding is {embedding}; use at least 1, such as the paper's 128")
    stages: dict[str, nn.Module] = {
        "conv1": _chain(conv=nn.Conv2d(3, 64, 7, stride=2, padding=3)),  # 64 x 112 x 112
        "pool1": nn.MaxPool2d(3, stride=2, padding=1),  # 64 x 56 x 56
        "norm1": _norm(),
        "2": _pair(64, 64, 192, 3, 1),  # 192 x 56 x 56
        "norm2": _norm(),
        "pool2": nn.MaxPool2d(3, stride=2, padding=1),  # 192 x 28 x 28
    }
    channels = 192
    for name, row in TABLE_2.items():
        stages[name] = Inception(channels, row)
        passed = 0 if row.one else channels  # pooled without a projection
        channels = row.one + row.three + row.five + row.proj + passed
    stages["avgpool"] = nn.AvgPool2d(7)  # 1024 x 1 x 1
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(channels, embedding)
    return Network(stages, input_shape=(3, 224, 224))


def _norm() -> nn.Module:
    # The table says "norm" alone. It is read as in GoogLeNet, on which the network is modelled, with AlexNet's constants.
    return LocalResponseNormalisation(k=2, n=5, alpha=1e-4, beta=0.75)


def _pair(channels: int, reduce: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return _chain(
        reduce=nn.Conv2d(channels, reduce, 1),
        conv=nn.Conv2d(reduce, out, kernel, stride, padding=kernel // 2),
    )


def _chain(**layers: nn.Module) -> nn.Sequential:
    chain: OrderedDict[str, nn.Module] = OrderedDict()
    for name, layer in layers.items():
        chain[name] = layer
        if isinstance(layer, nn.Conv2d):
            chain[f"{name}_relu"] = nn.ReLU(inplace=True)
    return nn.Sequential(chain)
