"""A residual block with stochastic depth, arXiv:1603.09382, Section 3, Equations 2 and 5.

Shapes are batch x channels x height x width. In training a block keeps its branch with the probability `survival`, for all
images of a batch alike; at test time it keeps that share of the branch.
"""

from collections import OrderedDict
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require, require_share
from cnnclaims.verifiers.kernels.layers import Layers, relu
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, conv


def stochastic_depth_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], factor: float
) -> tuple[Tensor, int]:
    """H = relu(factor f(x) + x): factor is the draw of 0 or 1 in training (Equation 2), p at test time (Equation 5).

    f is a 3x3 convolution, normalisation, ReLU, a 3x3 convolution, normalisation. A branch that is dropped is not run.
    """
    if factor == 0:
        return relu(x), 0
    layer = Layers(weights)
    inner = relu(layer.norm(layer.conv(x, "conv1"), "bn1"))
    residual = layer.norm(layer.conv(inner, "conv2"), "bn2")
    return relu(factor * residual + x), layer.multiplications


class RandomlyKept(nn.Module):
    """A branch that is kept at random in training and scaled by its probability at test time, and a shortcut round it."""

    def __init__(self, branch: nn.Module, survival: float) -> None:
        super().__init__()
        self.branch = branch
        self.survival = survival
        self.add = Add()
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """One draw for the whole batch."""
        if not self.training:
            x = self.add(x, self.survival * self.branch(x))
        elif torch.rand(()) < self.survival:
            x = self.add(x, self.branch(x))
        y: Tensor = self.relu(x)
        return y


def stochastic_depth(channels: int, size: int, survival: float = 0.5) -> Network:
    """A basic block of channels x size x size that keeps its two 3x3 convolutions with the probability `survival`."""
    require(1, channels=channels, size=size)
    require_share(survival=survival)
    branch = OrderedDict(
        conv1=conv(channels, channels, 3),
        bn1=nn.BatchNorm2d(channels),
        relu=nn.ReLU(),
        conv2=conv(channels, channels, 3),
        bn2=nn.BatchNorm2d(channels),
    )
    block = RandomlyKept(nn.Sequential(branch), survival)
    return Network({"block": block}, input_shape=(channels, size, size))
