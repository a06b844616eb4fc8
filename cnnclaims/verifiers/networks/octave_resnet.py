"""Oct-ResNet and Oct-ResNeXt: Drop an Octave (Chen et al. 2019, arXiv 1904.05049), Tables 2, 6 and 7.

Shapes are channels x height x width; a stage in front of conv5_x puts out a pair, high and low frequencies. The paper
says that convolutions are replaced and no more; the networks follow the authors' code.
"""

from collections import OrderedDict
from typing import Literal, NamedTuple

from torch import Tensor, nn

from cnnclaims.verifiers.kernels.octave import (
    AddPairs,
    High,
    OctConv2d,
    Pair,
    PairGates,
    Split,
    Widths,
    norm,
    relu,
    widths,
)
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, conv

# Stage, width of the 3x3 convolutions, stride of its first block
STAGES = (
    ("conv2_x", 64, 1),  # 56x56 and 28x28
    ("conv3_x", 128, 2),  # 28x28 and 14x14
    ("conv4_x", 256, 2),  # 14x14 and 7x7
    ("conv5_x", 512, 2),  # 7x7: plain, since low frequencies would have 3.5x3.5
)
# Blocks in conv2_x, conv3_x, conv4_x, conv5_x
REPEATS: dict[int, tuple[int, ...]] = {
    26: (2, 2, 2, 2),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
# The depths of Big-Little Net, of which it gives the first stages more blocks
BIG_LITTLE_REPEATS: dict[int, tuple[int, ...]] = {50: (3, 4, 6, 3), 101: (4, 8, 18, 3), 152: (5, 12, 30, 3)}
EXPANSION = 4  # a bottleneck puts out four times the width of the original 3x3 convolution
CARDINALITY = 32  # of ResNeXt 32x4d, whose bottlenecks are twice as wide inside

Activation = Literal["pre", "post"]
Stem = Literal["plain", "deep", "big-little"]


class Kind(NamedTuple):
    """What the blocks of a network have in common."""

    activation: str
    groups: int = 1
    scale: int = 1  # of the width inside
    se: bool = False
    stride_on: str = "3x3"


class OctBottleneck(nn.Module):
    """1x1, 3x3, 1x1 octave convolutions with normalisation and ReLU before or behind each, and a shortcut."""

    def __init__(self, c_in: Widths, inner: Widths, c_out: Widths, stride: int, kind: Kind) -> None:
        super().__init__()
        pre = kind.activation == "pre"
        second, third = (stride, 1) if kind.stride_on == "3x3" else (1, stride)
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        rows = ((c_in, inner, 1, 1, 1), (inner, inner, 3, second, kind.groups), (inner, c_out, 1, third, 1))
        for number, (before, behind, kernel, step, groups) in enumerate(rows, 1):
            if pre:
                layers |= {f"bn{number}": norm(before), f"relu{number}": relu(before)}
            layers[f"conv{number}"] = OctConv2d(before, behind, kernel, step, groups)
            if not pre:
                layers[f"bn{number}"] = norm(behind)
                if number < len(rows):
                    layers[f"relu{number}"] = relu(behind)
        if kind.se:
            layers["se"] = PairGates(c_out)
        self.residual = nn.Sequential(layers)
        self.shortcut = projection(c_in, c_out, stride, pre) if c_in != c_out or stride > 1 else nn.Identity()
        self.add = AddPairs()
        self.relu = nn.Identity() if pre else relu(c_out)

    def forward(self, x: Pair) -> Pair:
        side = self.shortcut(x)
        residual = self.residual(x)
        y: Pair = self.relu(self.add(residual, side))
        return y


def projection(c_in: Widths, c_out: Widths, stride: int, pre: bool) -> nn.Sequential:
    """A 1x1 octave convolution as shortcut; before the sum it has a normalisation of its own in either order."""
    layer = OctConv2d(c_in, c_out, 1, stride)
    if pre:
        return nn.Sequential(OrderedDict(bn=norm(c_in), relu=relu(c_in), conv=layer))
    return nn.Sequential(OrderedDict(conv=layer, bn=norm(c_out)))


class LightBlock(nn.Module):
    """In place of the max pooling: 1x1 to half of the channels, 3x3 of stride 2, 1x1 back, and a projection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.residual = nn.Sequential(
            *conv_bn(channels, half, 1),
            nn.ReLU(inplace=True),
            *conv_bn(half, half, 3, 2),
            nn.ReLU(inplace=True),
            *conv_bn(half, channels, 1),
        )
        self.shortcut = nn.Sequential(*conv_bn(channels, channels, 1, 2))
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.add(self.residual(x), self.shortcut(x)))
        return y


def conv_bn(c_in: int, c_out: int, kernel: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    """A plain convolution and its normalisation."""
    return conv(c_in, c_out, kernel, stride), nn.BatchNorm2d(c_out)


def stem_stages(stem: str) -> dict[str, nn.Module]:
    """conv1 and pool: 64 channels on 56x56."""
    if stem == "plain":
        layers: list[nn.Module] = [*conv_bn(3, 64, 7, 2), nn.ReLU(inplace=True)]
    elif stem in ("deep", "big-little"):
        first, strides = (32, (2, 1, 1)) if stem == "deep" else (8, (1, 2, 1))
        layers = []
        for c_in, c_out, stride in zip((3, first, 32), (first, 32, 64), strides, strict=True):
            layers += [*conv_bn(c_in, c_out, 3, stride), nn.ReLU(inplace=True)]
    else:
        raise ValueError(f"stem is {stem!r}; use 'plain', 'deep' or 'big-little'")
    pool = LightBlock(64) if stem == "big-little" else nn.MaxPool2d(3, 2, padding=1)
    return {"conv1": nn.Sequential(*layers), "pool": pool}  # 112x112, 56x56


def _network(repeats: tuple[int, ...], alpha: float, kind: Kind, stem: str) -> Network:
    if not 0 <= alpha < 1:
        raise ValueError(
            f"alpha is {alpha}; use 0 or more and less than 1, such as the paper's 0.125 to 0.75"
        )
    if kind.activation not in ("pre", "post"):
        raise ValueError(f"activation is {kind.activation!r}; use 'pre' or 'post'")
    if any(part % kind.groups for part in widths(STAGES[0][1] * kind.scale, alpha)):
        raise ValueError(
            f"alpha is {alpha}, which leaves parts of conv2_x that {kind.groups} groups do not divide; use 0.25, 0.5 or 0.75"
        )
    stages = stem_stages(stem)
    before: Widths = (64, 0)
    stages["split"] = Split(before)
    for (name, width, stride), blocks in zip(STAGES, repeats, strict=True):
        share = 0 if name == "conv5_x" else alpha
        inner, behind = widths(width * kind.scale, share), widths(width * EXPANSION, share)
        rows = []
        for step in (stride, *[1] * (blocks - 1)):
            rows.append(OctBottleneck(before, inner, behind, step, kind))
            before = behind
        stages[name] = nn.Sequential(*rows)
    stages["high"] = High()
    if kind.activation == "pre":
        stages |= {"bn": nn.BatchNorm2d(before[0]), "relu": nn.ReLU(inplace=True)}
    stages |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(before[0], 1000)}
    return Network(stages, (3, 224, 224))


def oct_resnet(
    depth: int = 50,
    alpha: float = 0.5,
    activation: Activation = "pre",
    se: bool = False,
    stem: Stem = "plain",
) -> Network:
    """Oct-ResNet: bottlenecks of octave convolutions, pre-activated as in the authors' ablations; alpha=0 is plain."""
    return _network(_repeats(depth, REPEATS), alpha, Kind(activation, se=se), stem)


def oct_resnext(
    depth: int = 50,
    alpha: float = 0.5,
    activation: Activation = "pre",
    stem: Stem = "plain",
    big_little: bool = False,
) -> Network:
    """Oct-ResNeXt (32x4d); `big_little` has as many blocks in each stage as Big-Little Net."""
    repeats = _repeats(depth, BIG_LITTLE_REPEATS if big_little else REPEATS)
    return _network(repeats, alpha, Kind(activation, CARDINALITY, 2), stem)


def oct_resnet152(alpha: float = 0.125, se: bool = False) -> Network:
    """Oct-ResNet-152 of Table 7: three 3x3 first, strides on the last 1x1; with SE blocks max pooling stays."""
    kind = Kind("post", se=se, stride_on="1x1")
    return _network(REPEATS[152], alpha, kind, "deep" if se else "big-little")


def _repeats(depth: int, table: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    if depth not in table:
        raise ValueError(f"depth is {depth}; use one of {', '.join(map(str, table))}")
    return table[depth]
