"""The shift operation and the module around it, from arXiv:1711.08141, Section 3, on channels x size x size."""

from collections import OrderedDict
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.arguments import require, require_odd
from cnnclaims.verifiers.kernels.layers import Layers, relu
from cnnclaims.verifiers.networks.network import Network


def shift_by_definition(x: Tensor, k: int) -> tuple[Tensor, int]:
    """y[m, i, j] = x[m, i - a, j - b] for the displacement (a, b) of channel m, 0 from outside; no multiplication.

    Every displacement but none at all has channels // k^2 of the channels, the upper left the first of them.
    """
    channels, height, width = x.shape[1:]
    each, reach = channels // k**2, k // 2
    moves = [(a, b) for a in range(-reach, reach + 1) for b in range(-reach, reach + 1) if (a, b) != (0, 0)]
    moves = [move for move in moves for _ in range(each)]
    moves += [(0, 0)] * (channels - len(moves))
    y = torch.zeros_like(x)
    for m, (a, b) in enumerate(moves):
        for i in range(max(0, a), min(height, height + a)):
            for j in range(max(0, b), min(width, width + b)):
                y[:, m, i, j] = x[:, m, i - a, j - b]
    return y, 0


class Shift(nn.Module):
    """Moves each channel by one of k x k displacements of at most k // 2 pixels; zeros come in at the border.

    The channels are split evenly over the displacements in their order, and what is left over stays where it is.
    Which channel moves where does not matter, since 1x1 convolutions stand on both sides (Section 3.1).
    """

    def __init__(self, channels: int, k: int = 3) -> None:
        super().__init__()
        self.k = k
        self.each = channels // k**2  # of the channels, a displacement
        reach = range(-(k // 2), k // 2 + 1)
        self.moves = tuple((down, right) for down in reach for right in reach if down or right)

    def forward(self, x: Tensor) -> Tensor:
        """Every channel at its new place."""
        reach = self.k // 2
        height, width = x.shape[2:]
        y = F.pad(x, (reach, reach, reach, reach))
        moved = len(self.moves) * self.each
        parts = [x[:, moved:]]  # the centre
        for number, (down, right) in enumerate(self.moves if self.each else ()):
            group = y[:, number * self.each : (number + 1) * self.each]
            top, left = reach - down, reach - right
            parts.insert(-1, group[:, :, top : top + height, left : left + width])
        return torch.cat(parts, dim=1)


def shift(channels: int, k: int, size: int) -> Network:
    """Every channel moved by up to k // 2 pixels: no weights, no multiplications."""
    require(1, channels=channels, size=size)
    require(1, k=k)
    require_odd(k=k)
    return Network({"shift": Shift(channels, k)}, input_shape=(channels, size, size))


def csc_module_by_definition(x: Tensor, weights: Mapping[str, Tensor], k: int) -> tuple[Tensor, int]:
    """Normalisation, ReLU, 1x1; then the channels move; then normalisation, ReLU and 1x1 again."""
    layer = Layers(weights)
    wide = layer.conv(relu(layer.norm(x, "bn1")), "conv1")
    moved, _ = shift_by_definition(wide, k)
    return layer.conv(relu(layer.norm(moved, "bn2")), "conv2"), layer.multiplications


def csc_module(
    channels: int = 64, expansion: int = 3, k: int = 3, size: int = 28, moves: bool = True
) -> Network:
    """Conv-Shift-Conv: 1x1 to `expansion` times the channels, a shift, 1x1 back; no shift with moves=False."""
    require(1, channels=channels, expansion=expansion, size=size)
    require(1, k=k)
    require_odd(k=k)
    middle = expansion * channels
    stages: dict[str, nn.Module] = OrderedDict(
        bn1=nn.BatchNorm2d(channels),
        relu1=nn.ReLU(),
        conv1=nn.Conv2d(channels, middle, 1, bias=False),
        shift=Shift(middle, k) if moves else nn.Identity(),
        bn2=nn.BatchNorm2d(middle),
        relu2=nn.ReLU(),
        conv2=nn.Conv2d(middle, channels, 1, bias=False),
    )
    return Network(stages, input_shape=(channels, size, size))
