"""Octave convolution on a square map, from arXiv:1904.05049, Section 3.2, Figure 2 and Table 1, and layers for its maps.

Shapes are channels x height x width. Feature maps are a pair, high frequencies on the full map and low frequencies on a
map of half the side; alpha is the share of the channels that are low, cut to whole numbers as in the authors' code. Networks
of these layers stand in `octave_resnet.py` and `octave_mobilenet.py`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.convolution import conv_by_definition
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

Pair = tuple[Tensor | None, Tensor | None]  # of high and low frequencies; None where there are no channels
Widths = tuple[int, int]  # channels of high and low frequencies


def widths(channels: int, alpha: float) -> Widths:
    """How alpha shares out the channels; the low part is cut to a whole number."""
    low = int(alpha * channels)
    return channels - low, low


class Enlarge(nn.Module):
    """Every value four times, on a map of twice the side."""

    def forward(self, x: Tensor) -> Tensor:
        """Each value in a square of two by two."""
        return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


class OctConv2d(nn.Module):
    """Four convolutions between high and low frequencies, each with its part of one kernel (Equations 2 and 3).

    From high to low the map is averaged 2x2 first, from low to high enlarged afterwards. At stride 2 maps are averaged
    2x2 before the convolution, and the low map then has the size of the high output already. A depthwise layer has no
    paths between the two.
    """

    def __init__(self, c_in: Widths, c_out: Widths, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        depthwise = groups == sum(c_in) and c_in == c_out and groups > 1
        self.stride = stride
        self.pool = nn.AvgPool2d(2)
        self.enlarge = Enlarge()
        self.add = Add()
        for source, channels_in in zip("hl", c_in, strict=True):
            for target, channels in zip("hl", c_out, strict=True):
                if not channels_in or not channels or (depthwise and source != target):
                    continue
                conv = nn.Conv2d(
                    channels_in,
                    channels,
                    kernel,
                    padding=kernel // 2,
                    groups=channels if depthwise else groups,
                    bias=False,
                )
                self.add_module(f"{source}2{target}", conv)

    def forward(self, pair: Pair) -> Pair:
        """Both parts of the output, each the sum of the paths that lead to it."""
        high, low = pair
        if self.stride == 2 and high is not None:
            high = self.pool(high)
        to_high = [self.path("h2h", high)]
        to_low = [self.path("h2l", self.pool(high)) if "h2l" in self._modules else None]
        if low is not None:
            up = self.path("l2h", low)
            to_high.append(self.enlarge(up) if up is not None and self.stride == 1 else up)
            to_low.append(self.path("l2l", self.pool(low) if self.stride == 2 else low))
        return self.total(to_high), self.total(to_low)

    def path(self, name: str, x: Tensor | None) -> Tensor | None:
        """One of the four convolutions, where it exists."""
        return self._modules[name](x) if x is not None and name in self._modules else None  # type: ignore[misc]

    def total(self, parts: Sequence[Tensor | None]) -> Tensor | None:
        """The sum of the paths that exist."""
        there = [part for part in parts if part is not None]
        if len(there) == 2:
            y: Tensor = self.add(*there)
            return y
        return there[0] if there else None


class Each(nn.Module):
    """The same kind of layer on both parts, each with its own parameters."""

    def __init__(self, high: nn.Module | None, low: nn.Module | None) -> None:
        super().__init__()
        if high is not None:
            self.high = high
        if low is not None:
            self.low = low

    def forward(self, pair: Pair) -> Pair:
        """Each part through its own layer."""
        high, low = pair
        return (
            None if high is None else self.high(high),
            None if low is None else self.low(low),
        )


def norm(channels: Widths) -> Each:
    """Batch normalisation of both parts."""
    high, low = (nn.BatchNorm2d(part) if part else None for part in channels)
    return Each(high, low)


def relu(channels: Widths, six: bool = False) -> Each:
    """ReLU, or ReLU6, of both parts."""
    kind = nn.ReLU6 if six else nn.ReLU
    high, low = (kind(inplace=True) if part else None for part in channels)
    return Each(high, low)


class AddPairs(nn.Module):
    """The sum of two pairs, part by part."""

    def __init__(self) -> None:
        super().__init__()
        self.add = Add()

    def forward(self, x: Pair, y: Pair) -> Pair:
        """Both sums."""
        high, low = (None if a is None else self.add(a, b) for a, b in zip(x, y, strict=True))
        return high, low


class Split(nn.Module):
    """A full map as a pair: its last channels averaged 2x2. It has no weights."""

    def __init__(self, channels: Widths) -> None:
        super().__init__()
        self.channels = channels
        self.pool = nn.AvgPool2d(2)

    def forward(self, x: Tensor) -> Pair:
        """The first channels as they are, the others on half the side."""
        high, low = self.channels
        return (x[:, :high] if high else None), (self.pool(x[:, high:]) if low else None)


class High(nn.Module):
    """The high part alone, where there is no low one any more."""

    def forward(self, pair: Pair) -> Tensor:
        """The high part."""
        high, low = pair
        assert high is not None
        assert low is None
        return high


class Parts(nn.Module):
    """The parts that exist, as a network puts them out."""

    def forward(self, pair: Pair) -> Tensor | tuple[Tensor, ...]:
        """Both maps, or the one that is there."""
        there = tuple(part for part in pair if part is not None)
        return there if len(there) > 1 else there[0]


class PairGates(nn.Module):
    """Squeeze-and-excitation of a pair: means of both parts together, gates for each part."""

    def __init__(self, channels: Widths, reduction: int = 16) -> None:
        super().__init__()
        total = sum(channels)
        self.channels = channels
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(total, total // reduction, 1)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(total // reduction, total, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, pair: Pair) -> Pair:
        """Both parts, each channel times its gate."""
        means = torch.cat([self.squeeze(part) for part in pair if part is not None], dim=1)
        gates = self.sigmoid(self.fc2(self.relu(self.fc1(means))))
        high, low = pair
        at = self.channels[0]
        return (
            None if high is None else high * gates[:, :at],
            None if low is None else low * gates[:, at:],
        )


def octave_by_definition(
    high: Tensor, low: Tensor, to_high: tuple[Tensor, Tensor], to_low: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor, int]:
    """Equation 3, and its multiplications; the weights are (W_HH, W_LH) to the high part and (W_LL, W_HL) to the low one.

    Y_H = f(X_H; W_HH) + upsample(f(X_L; W_LH), 2) and Y_L = f(X_L; W_LL) + f(pool(X_H, 2); W_HL), with f a convolution
    that keeps the size of the map. A part without channels adds nothing.
    """
    p = to_high[0].shape[3] // 2
    pooled = torch.stack([high[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)]).sum(0) / 4
    (high_high, a), (up, b) = (
        conv_by_definition(x, w, 1, p) for x, w in zip((high, low), to_high, strict=True)
    )
    (low_low, c), (high_low, d) = (
        conv_by_definition(x, w, 1, p) for x, w in zip((low, pooled), to_low, strict=True)
    )
    rows, columns = (
        torch.arange(side) // 2 for side in high.shape[2:]
    )  # (i, j) of the high map lies on (i // 2, j // 2)
    enlarged = up[:, :, rows][..., columns]
    return high_high + enlarged, low_low + high_low, a + b + c + d


def octave_conv(
    alpha_in: float = 0.5,
    alpha_out: float = 0.5,
    c_in: int = 64,
    c_out: int = 64,
    k: int = 3,
    size: int = 56,
) -> Network:
    """One k x k octave convolution; the last channels of the input, alpha_in of all, are averaged 2x2 first."""
    for name, value in {"c_in": c_in, "c_out": c_out, "k": k, "size": size}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    for name, share in {"alpha_in": alpha_in, "alpha_out": alpha_out}.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is {share}; use a share of the channels, from 0 to 1")
    if size % 2 or not k % 2:
        raise ValueError(f"size is {size} and k is {k}; use an even size, which can be halved, and an odd k")
    before, behind = widths(c_in, alpha_in), widths(c_out, alpha_out)
    stages: dict[str, nn.Module] = {
        "split": Split(before),
        "octave": OctConv2d(before, behind, k),
        "parts": Parts(),
    }
    return Network(stages, input_shape=(c_in, size, size))
