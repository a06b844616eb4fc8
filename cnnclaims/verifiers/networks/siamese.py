"""Siamese network for one-shot recognition (Koch, Zemel and Salakhutdinov 2015), Figure 4.

Shapes are channels x height x width. Convolutions are unpadded, of stride 1 and with biases. A pair of images is one input
of two channels.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Figure 4: name, filters, side of the filter, whether pooling follows
CONVOLUTIONS = (
    ("1", 64, 10, True),  # 64x96x96, pooled to 48x48
    ("2", 128, 7, True),  # 128x42x42, pooled to 21x21
    ("3", 128, 4, True),  # 128x18x18, pooled to 9x9
    ("4", 256, 4, False),  # 256x6x6
)
SIDE = 105
FLAT = 256 * 6 * 6
FEATURES = 4096


def _branch_stages() -> "OrderedDict[str, nn.Module]":
    stages: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 1
    for name, filters, kernel, pooled in CONVOLUTIONS:
        stages[f"conv{name}"] = nn.Conv2d(channels, filters, kernel)
        stages[f"relu{name}"] = nn.ReLU(inplace=True)
        if pooled:
            stages[f"pool{name}"] = nn.MaxPool2d(2)
        channels = filters
    stages["flatten"] = nn.Flatten()  # 9216
    stages["fc"] = nn.Linear(FLAT, FEATURES)  # 4096
    stages["sigmoid"] = nn.Sigmoid()
    return stages


def siamese_branch() -> Network:
    """One of the twins: from a drawn character to 4096 features."""
    return Network(_branch_stages(), (1, SIDE, SIDE))


class Distance(nn.Module):
    """The absolute difference of two feature vectors, value by value."""

    def forward(self, one: Tensor, two: Tensor) -> Tensor:
        return (one - two).abs()


class Siamese(Network):
    """One branch for both images of a pair, their distance and one unit on it."""

    def forward(self, x: Tensor) -> Tensor:
        branch, distance = self.get_submodule("branch"), self.get_submodule("distance")
        score = self.get_submodule("score")(distance(branch(x[:, :1]), branch(x[:, 1:])))
        y: Tensor = self.get_submodule("sigmoid")(score)
        return y


def siamese(bias: bool = True) -> Network:
    """Both twins and the score of a pair; bias=False is the head as its equation prints it."""
    stages: dict[str, nn.Module] = {
        "branch": nn.Sequential(_branch_stages()),
        "distance": Distance(),
        "score": nn.Linear(FEATURES, 1, bias=bias),
        "sigmoid": nn.Sigmoid(),
    }
    return Siamese(stages, (2, SIDE, SIDE))


def swapped(pair: Tensor) -> Tensor:
    """The pair in the other order."""
    return torch.flip(pair, (1,))
