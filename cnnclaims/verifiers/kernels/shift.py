"""The shift operation and the module around it, from arXiv:1711.08141, Section 3, on channels x size x size."""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network


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
        height, width = x.shape[-2:]
        y = F.pad(x, (reach, reach, reach, reach))
        moved = len(self.moves) * self.each
        parts = [x[:, moved:]]  # the centre
        for number, (down, right) in enumerate(self.moves if self.each else ()):
            group = y[:, number * self.each : (number + 1) * self.each]
            top, left = reach - down, reach - right
            parts.insert(-1, group[:, :, top : top + height, left : left + width])
        return torch.cat(parts, dim=1)


def csc_module(
    channels: int = 64, expansion: int = 3, k: int = 3, size: int = 28, moves: bool = True
) -> Network:
    """Conv-Shift-Conv: 1x1 to `expansion` times the channels, a shift, 1x1 back; no shift with moves=False."""
    for name, value in {"channels": channels, "expansion": expansion, "size": size}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    if k < 1 or k % 2 == 0:
        raise ValueError(f"k is {k}; use an odd number, which has a centre, such as 3 or 5")
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
