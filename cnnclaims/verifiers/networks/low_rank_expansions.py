"""Speeding up Convolutional Neural Networks with Low Rank Expansions, arXiv:1405.3866, Table 1.

Shapes are channels x height x width. Convolutions have stride 1 and no padding; there is no pooling.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

TABLE_1: list[tuple[int, int, int]] = [
    # filters, side, maps a maxout       output after maxout
    (96, 9, 2),  # 48 x 16 x 16
    (128, 9, 2),  # 64 x 8 x 8
    (512, 8, 4),  # 128 x 1 x 1
    (148, 1, 4),  # 37 x 1 x 1
]


class Maxout(nn.Module):
    """The largest of each group of so many maps that follow each other."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        batch, maps, height, width = x.shape
        return torch.amax(x.reshape(batch, maps // self.pieces, self.pieces, height, width), dim=2)


def charnet(basis2: int | None = None, basis3: int | None = None) -> Network:
    """The network for characters; with a basis, conv2 or conv3 is a pair of 9 x 1 and 1 x 9 (8 x 1 and 1 x 8)."""
    for name, value in {"basis2": basis2, "basis3": basis3}.items():
        if value is not None and value < 1:
            raise ValueError(f"{name} is {value}; use at least 1, or None for the full convolution")
    stages: dict[str, nn.Module] = {}
    channels = 1
    for number, (filters, k, pieces) in enumerate(TABLE_1, 1):
        basis = {2: basis2, 3: basis3}.get(number)
        stages[f"conv{number}"] = _conv(channels, filters, k, basis)
        stages[f"maxout{number}"] = Maxout(pieces)
        channels = filters // pieces
    return Network(stages | {"flatten": nn.Flatten()}, input_shape=(1, 24, 24))


def _conv(c_in: int, c_out: int, k: int, basis: int | None) -> nn.Module:
    if basis is None:
        return nn.Conv2d(c_in, c_out, k)
    return nn.Sequential(
        OrderedDict(
            vertical=nn.Conv2d(c_in, basis, (k, 1), bias=False),
            horizontal=nn.Conv2d(basis, c_out, (1, k)),
        )
    )
