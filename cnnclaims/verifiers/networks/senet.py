"""SENet: Squeeze-and-Excitation Networks (Hu et al. 2017, arXiv 1709.01507), Table 1: SE-ResNet and SE-ResNeXt.

Shapes are channels x height x width. Convolutions have no bias, normalisation follows each of them. The softmax
is left to the loss. SENet-154 and the networks of Table 2 with other backbones have files of their own.
"""

from collections import OrderedDict
from typing import Literal, NamedTuple

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import EXPANSION, REPEATS, Add, conv, shortcut

# Table 1: stage, width of the 3x3 convolutions of ResNet, stride of the first block
STAGES = (
    ("conv2_x", 64, 1),  # 56x56, fc [16, 256]
    ("conv3_x", 128, 2),  # 28x28, fc [32, 512]
    ("conv4_x", 256, 2),  # 14x14, fc [64, 1024]
    ("conv5_x", 512, 2),  # 7x7, fc [128, 2048]
)
# Section 6.5, Figure 5: where the SE block stands
Position = Literal["standard", "pre", "post", "identity", "3x3"]
POSITIONS: tuple[Position, ...] = ("standard", "pre", "post", "identity", "3x3")


class Mean(nn.Module):
    """Equation 2: the mean of every channel over its map."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class Scale(nn.Module):
    """Equation 4: every channel times its gate."""

    def forward(self, x: Tensor, gates: Tensor) -> Tensor:
        return x * (gates if gates.dim() == 4 else gates[:, :, None, None])


class SqueezeExcitation(nn.Module):
    """Means of the channels through two linear layers and a sigmoid, which give each channel its gate.

    The main experiments and the released models have biases, Section 6 has none. Without `squeeze` (Section 6.6)
    the same layers run on every place of the map, as 1x1 convolutions.
    """

    def __init__(self, channels: int, reduction: int = 16, bias: bool = True, squeeze: bool = True) -> None:
        super().__init__()
        narrow = channels // reduction
        if narrow < 1:
            raise ValueError(f"reduction is {reduction}; use at most the {channels} channels")
        self.squeeze = Mean() if squeeze else nn.Identity()
        self.fc1 = nn.Linear(channels, narrow, bias) if squeeze else nn.Conv2d(channels, narrow, 1, bias=bias)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Linear(narrow, channels, bias) if squeeze else nn.Conv2d(narrow, channels, 1, bias=bias)
        self.sigmoid = nn.Sigmoid()
        self.scale = Scale()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.scale(x, self.gates(x))
        return y

    def gates(self, x: Tensor) -> Tensor:
        """Equation 3: one number of 0 to 1 for each channel."""
        y: Tensor = self.sigmoid(self.fc2(self.relu(self.fc1(self.squeeze(x)))))
        return y


class Excitation(NamedTuple):
    """What SE blocks of a network have in common; `stages` are the digits of the stages that have any."""

    reduction: int = 16
    stages: str = "2345"
    position: str = "standard"
    squeeze: bool = True
    bias: bool = True

    def block(self, channels: int) -> SqueezeExcitation:
        """An SE block for so many channels."""
        return SqueezeExcitation(channels, self.reduction, self.bias, self.squeeze)


class Widths(NamedTuple):
    """A bottleneck: channels of its three convolutions, groups of the second, stride of the first and second."""

    first: int
    second: int
    out: int
    groups: int
    strides: tuple[int, int]


class SEBottleneck(nn.Module):
    """A bottleneck of ResNet or ResNeXt with an SE block on its residual branch, or where `position` says."""

    def __init__(
        self, channels_in: int, widths: Widths, side: nn.Module, excitation: Excitation | None
    ) -> None:
        super().__init__()
        position = excitation.position if excitation else ""
        layers = bottleneck(channels_in, widths)
        if excitation and position == "3x3":
            layers["se"] = excitation.block(widths.second)
            layers.move_to_end("conv3")
            layers.move_to_end("bn3")
        self.residual = nn.Sequential(layers)
        self.shortcut = side
        self.add = Add()
        self.relu = nn.ReLU(inplace=True)
        if excitation and position != "3x3":
            self.se = excitation.block(channels_in if position in ("pre", "identity") else widths.out)
        self.position = position

    def forward(self, x: Tensor) -> Tensor:
        residual = self.residual(self.se(x) if self.position == "pre" else x)
        if self.position == "standard":
            residual = self.se(residual)
        side = self.shortcut(self.se(x) if self.position == "identity" else x)
        y: Tensor = self.relu(self.add(residual, side))
        return self.se(y) if self.position == "post" else y


def bottleneck(channels_in: int, widths: Widths) -> "OrderedDict[str, nn.Module]":
    """The three convolutions, each with its normalisation, a ReLU behind the first two."""
    first, second, out, groups, strides = widths
    return OrderedDict(
        conv1=conv(channels_in, first, 1, strides[0]),
        bn1=nn.BatchNorm2d(first),
        relu1=nn.ReLU(inplace=True),
        conv2=nn.Conv2d(first, second, 3, strides[1], padding=1, groups=groups, bias=False),
        bn2=nn.BatchNorm2d(second),
        relu2=nn.ReLU(inplace=True),
        conv3=conv(second, out, 1),
        bn3=nn.BatchNorm2d(out),
    )


def se_resnet50(
    reduction: int = 16,
    stages: str = "2345",
    position: Position = "standard",
    squeeze: bool = True,
    bias: bool = True,
) -> Network:
    """SE-ResNet-50; stages are the digits of the conv stages with SE blocks, bias is that of their linear layers."""
    return _network(50, Excitation(reduction, stages, position, squeeze, bias))


def se_resnet101(reduction: int = 16) -> Network:
    """SE-ResNet-101."""
    return _network(101, Excitation(reduction))


def se_resnet152(reduction: int = 16) -> Network:
    """SE-ResNet-152."""
    return _network(152, Excitation(reduction))


def se_resnext50_32x4d(reduction: int = 16) -> Network:
    """SE-ResNeXt-50 (32x4d)."""
    return _network(50, Excitation(reduction), cardinality=32)


def se_resnext101_32x4d(reduction: int = 16) -> Network:
    """SE-ResNeXt-101 (32x4d)."""
    return _network(101, Excitation(reduction), cardinality=32)


def _network(depth: int, excitation: Excitation, cardinality: int | None = None) -> Network:
    _require(excitation)
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, 64, 7, stride=2),  # 112x112
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56
    }
    channels = 64
    for (name, width, stride), repeats in zip(STAGES, REPEATS[depth], strict=True):
        here = excitation if name[4] in excitation.stages else None
        blocks = []
        for step in (stride, *[1] * (repeats - 1)):
            widths = _widths(width, step, cardinality)
            blocks.append(SEBottleneck(channels, widths, shortcut(channels, widths.out, step, "B"), here))
            channels = widths.out
        stages[name] = nn.Sequential(*blocks)
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1x1
    stages["flatten"] = nn.Flatten()
    stages["fc"] = nn.Linear(channels, 1000)
    return Network(stages, (3, 224, 224))


def _widths(width: int, stride: int, cardinality: int | None) -> Widths:
    # ResNet halves the map on the first 1x1: the 3.86 G of the paper, and so in the released models. ResNeXt's
    # released models do it on the grouped 3x3, which is as wide as the 1x1 before it.
    if cardinality is None:
        return Widths(width, width, EXPANSION * width, 1, (stride, 1))
    return Widths(2 * width, 2 * width, EXPANSION * width, cardinality, (1, stride))


def _require(excitation: Excitation) -> None:
    if excitation.reduction < 1:
        raise ValueError(f"reduction is {excitation.reduction}; use at least 1, such as the paper's 2 to 32")
    if not excitation.stages or set(excitation.stages) - set("2345"):
        raise ValueError(f"stages is {excitation.stages!r}; use digits of 2 to 5, such as '2345'")
    if excitation.position not in POSITIONS:
        raise ValueError(f"position is {excitation.position!r}; use one of {', '.join(POSITIONS)}")
