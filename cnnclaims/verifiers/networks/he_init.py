"""The networks of Delving Deep into Rectifiers, arXiv:1502.01852: models A, B and C of Table 3, the 14 layers of Table 1.

Shapes are channels x height x width. Every layer but the last has a rectifier behind it, a PReLU with a slope for each channel
unless `activation` says otherwise.
"""

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

Activation = Literal["prelu", "prelu-shared", "relu"]
Stage = list[tuple[int, int, int]]  # convolutions, channels, kernel

# fmt: off
TABLE_3: dict[str, list[tuple[int, int, int]]] = {
    # 7x7 with stride 2 to 96 channels and a 2x2 pooling come first: 96 x 56 x 56; a 2x2 pooling stands between the rows
    #    3x3 layers of 56 x 56, 28 x 28, 14 x 14
    "A": [(5, 256, 3), (5, 512, 3), (5, 512, 3)],
    "B": [(6, 256, 3), (6, 512, 3), (6, 512, 3)],
    "C": [(6, 384, 3), (6, 768, 3), (6, 896, 3)],
}
TABLE_1 = [
    # 7x7 with stride 2 to 64 channels and a 3x3 pooling with stride 3 come first: 64 x 36 x 36; a 2x2 pooling between the rows
    (4, 128, 2),  # 128 x 36 x 36
    (6, 256, 2),  # 256 x 18 x 18
]
# fmt: on


class SpatialPyramidPooling(nn.Module):
    """The maximum of each cell of several grids, all in one vector."""

    def __init__(self, bins: Sequence[int]) -> None:
        super().__init__()
        self.grids = nn.ModuleList(nn.AdaptiveMaxPool2d(side) for side in bins)

    def forward(self, x: Tensor) -> Tensor:
        """Channels times bins values of an image of any size."""
        return torch.cat([grid(x).flatten(1) for grid in self.grids], dim=1)


def msra_a(activation: Activation = "prelu") -> Network:
    """Model A of Table 3: 19 layers."""
    return _large("A", activation)


def msra_b(activation: Activation = "prelu") -> Network:
    """Model B of Table 3: 22 layers."""
    return _large("B", activation)


def msra_c(activation: Activation = "prelu") -> Network:
    """Model C of Table 3: 22 layers, wider."""
    return _large("C", activation)


def msra_14(activation: Activation = "prelu") -> Network:
    """The network of Table 1: 14 layers, all but the first convolution 2x2."""
    stages: dict[str, nn.Module] = {"conv1": nn.Conv2d(3, 64, 7, stride=2)}  # 64 x 109 x 109
    stages |= {"rect1": rectifier(64, activation), "pool1": nn.MaxPool2d(3, 3)}  # 64 x 36 x 36
    return _finished(stages, 64, TABLE_1, bins=(6, 3, 2, 1), activation=activation)


def _large(model: str, activation: Activation) -> Network:
    stages: dict[str, nn.Module] = {"conv1": nn.Conv2d(3, 96, 7, stride=2, padding=3)}  # 96 x 112 x 112
    stages |= {"rect1": rectifier(96, activation), "pool1": nn.MaxPool2d(2, 2)}  # 96 x 56 x 56
    return _finished(stages, 96, TABLE_3[model], bins=(7, 3, 2, 1), activation=activation)


def _finished(
    stages: dict[str, nn.Module],
    channels: int,
    rows: Stage,
    bins: Sequence[int],
    activation: Activation,
) -> Network:
    for number, (layers, width, kernel) in enumerate(rows, 2):
        for layer in range(1, layers + 1):
            # A 2x2 convolution keeps no size; without and with a border in turns the map is whole after each pair.
            padding = 1 if kernel == 3 else (layer + 1) % 2
            stages[f"conv{number}_{layer}"] = nn.Conv2d(channels, width, kernel, padding=padding)
            stages[f"rect{number}_{layer}"] = rectifier(width, activation)
            channels = width
        if number <= len(rows):
            stages[f"pool{number}"] = nn.MaxPool2d(2, 2)
    stages |= {
        "spp": SpatialPyramidPooling(bins),
        "fc1": nn.Linear(channels * sum(side * side for side in bins), 4096),
        "rect_fc1": rectifier(4096, activation),
        "drop_fc1": nn.Dropout(0.5),
        "fc2": nn.Linear(4096, 4096),
        "rect_fc2": rectifier(4096, activation),
        "drop_fc2": nn.Dropout(0.5),
        "fc3": nn.Linear(4096, 1000),
    }
    return Network(stages, input_shape=(3, 224, 224))


def rectifier(channels: int, activation: Activation) -> nn.Module:
    """ReLU, or PReLU with one slope for the layer or one for each channel; slopes start at 0.25 (Section 2.1)."""
    if activation not in get_args(Activation):
        raise ValueError(f"activation is {activation!r}; use one of {', '.join(get_args(Activation))}")
    if activation == "relu":
        return nn.ReLU(inplace=True)
    return nn.PReLU(1 if activation == "prelu-shared" else channels, init=0.25)
