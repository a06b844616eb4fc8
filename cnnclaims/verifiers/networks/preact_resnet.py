"""Pre-activation ResNet: Identity Mappings in Deep Residual Networks (He et al. 2016, arXiv 1603.05027), Figure 1b.

Shapes are channels x height x width. The order is normalisation, ReLU, convolution, and nothing stands behind
the addition. The paper's tables give no layout: the CIFAR networks follow the authors' code, those for ImageNet
the first paper's Table 1 and the footnote on ResNet-200. The softmax is left to the loss.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, PaddedIdentity, conv

UnitName = Literal["bottleneck", "basic", "single"]
StrideOn = Literal["1x1", "3x3"]
Layers = Sequence[tuple[int, int, int]]  # of kernel, channels, stride

# Section 4.1: width of the 3x3 convolutions, stride of the first unit
CIFAR_STAGES = (
    ("stage1", 16, 1),  # 32x32
    ("stage2", 32, 2),  # 16x16
    ("stage3", 64, 2),  # 8x8
)
IMAGENET_STAGES = (
    ("conv2_x", 64, 1),  # 56x56
    ("conv3_x", 128, 2),  # 28x28
    ("conv4_x", 256, 2),  # 14x14
    ("conv5_x", 512, 2),  # 7x7
)
# Units in conv2_x, conv3_x, conv4_x, conv5_x: Table 1 of the first paper, and the footnote on 16 more at 28x28
REPEATS = {
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
EXPANSION = 4  # a bottleneck puts out four times the width of its 3x3 convolution
CONVOLUTIONS = {"bottleneck": 3, "basic": 2, "single": 1}  # of a unit


class PreActivationUnit(nn.Module):
    """Normalisation, ReLU and convolution for each layer, and a shortcut round them (Figure 1b).

    `activation` says where the first normalisation and ReLU stand: in the residual branch ("branch"), before
    the unit splits ("shared"), or nowhere, where the stem has just done it ("none").
    """

    def __init__(self, channels_in: int, layers: Layers, shortcut: nn.Module, activation: str) -> None:
        super().__init__()
        shared: OrderedDict[str, nn.Module] = OrderedDict()
        branch: OrderedDict[str, nn.Module] = OrderedDict()
        channels = channels_in
        for number, (kernel, width, stride) in enumerate(layers, 1):
            if number > 1 or activation != "none":
                side = shared if number == 1 and activation == "shared" else branch
                side[f"bn{number}"] = nn.BatchNorm2d(channels)
                side[f"relu{number}"] = nn.ReLU(inplace=True)
            branch[f"conv{number}"] = conv(channels, width, kernel, stride)
            channels = width
        self.shared = nn.Sequential(shared)
        self.residual = nn.Sequential(branch)
        self.shortcut = shortcut
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        x = self.shared(x)
        y: Tensor = self.add(self.residual(x), self.shortcut(x))
        return y


def bottleneck(
    channels_in: int, width: int, stride: int, activation: str | None = None, stride_on: str = "1x1"
) -> PreActivationUnit:
    """1x1, 3x3, 1x1 to four times the width; a unit that changes the width projects what it activated."""
    channels = EXPANSION * width
    first, second = (stride, 1) if stride_on == "1x1" else (1, stride)
    layers = ((1, width, first), (3, width, second), (1, channels, 1))
    if channels_in == channels:
        return PreActivationUnit(channels_in, layers, nn.Identity(), activation or "branch")
    projection = conv(channels_in, channels, 1, stride)
    return PreActivationUnit(channels_in, layers, projection, activation or "shared")


def basic(
    channels_in: int, width: int, stride: int, activation: str | None = None, convolutions: int = 2
) -> PreActivationUnit:
    """3x3 convolutions of one width; the shortcut has no parameters and pads with zeros where widths differ."""
    layers = [(3, width, 1 if number else stride) for number in range(convolutions)]
    changes = channels_in != width or stride != 1
    shortcut = PaddedIdentity(width - channels_in, stride) if changes else nn.Identity()
    return PreActivationUnit(channels_in, layers, shortcut, activation or "branch")


def single(channels_in: int, width: int, stride: int, activation: str | None = None) -> PreActivationUnit:
    """One 3x3 convolution with a shortcut round it (Section 4.1)."""
    return basic(channels_in, width, stride, activation, convolutions=1)


UNITS: dict[str, Callable[..., PreActivationUnit]] = {
    "bottleneck": bottleneck,
    "basic": basic,
    "single": single,
}


def preact_resnet(depth: int = 164, unit: UnitName = "bottleneck", classes: int = 10) -> Network:
    """Pre-activation ResNet for CIFAR: depth is 9n + 2 for bottleneck, 6n + 2 for basic, 3n + 2 for single units."""
    if unit not in UNITS:
        raise ValueError(f"unit is {unit!r}; use 'bottleneck', 'basic' or 'single'")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    repeats = units_a_stage(depth, unit)
    stages: dict[str, nn.Module] = {"conv1": conv(3, 16, 3)}  # 32x32
    channels = 16
    for name, width, stride in CIFAR_STAGES:
        # The appendix: the network's first unit activates before it splits.
        first = UNITS[unit](channels, width, stride, "shared" if name == "stage1" else None)
        channels = width * (EXPANSION if unit == "bottleneck" else 1)
        stages[name] = nn.Sequential(first, *(UNITS[unit](channels, width, 1) for _ in range(repeats - 1)))
    return Network(stages | _head(channels, classes), (3, 32, 32))


def units_a_stage(depth: int, unit: str = "bottleneck") -> int:
    """The n of depth = 9n + 2 (6n + 2 with basic units, 3n + 2 with single ones)."""
    step = 3 * CONVOLUTIONS[unit]
    n, rest = divmod(depth - 2, step)
    if n < 1:
        raise ValueError(f"depth is {depth}; use {step}n + 2, {step + 2} or more")
    if rest:
        raise ValueError(f"depth is {depth}; use {step}n + 2, such as {step * n + 2} or {step * (n + 1) + 2}")
    return n


def preact_resnet152(stride: StrideOn = "1x1", classes: int = 1000) -> Network:
    """Pre-activation ResNet-152; stride says which convolution of a unit halves the map."""
    return _imagenet(152, stride, classes)


def preact_resnet200(stride: StrideOn = "1x1", classes: int = 1000) -> Network:
    """Pre-activation ResNet-200: 16 units more at 28x28; stride says which convolution halves the map."""
    return _imagenet(200, stride, classes)


def _imagenet(depth: int, stride_on: str, classes: int) -> Network:
    if stride_on not in ("1x1", "3x3"):
        raise ValueError(f"stride is {stride_on!r}; use '1x1' or '3x3'")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, 64, 7, stride=2),  # 112x112
        "bn1": nn.BatchNorm2d(
            64
        ),  # the first unit's activation, as the appendix says, and so not repeated there
        "relu1": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56
    }
    channels = 64
    for (name, width, stride), repeats in zip(IMAGENET_STAGES, REPEATS[depth], strict=True):
        first = bottleneck(channels, width, stride, "none" if name == "conv2_x" else None, stride_on)
        channels = EXPANSION * width
        stages[name] = nn.Sequential(first, *(bottleneck(channels, width, 1) for _ in range(repeats - 1)))
    return Network(stages | _head(channels, classes), (3, 224, 224))


def _head(channels: int, classes: int) -> dict[str, nn.Module]:
    """The appendix: one more normalisation and ReLU behind the last addition, then pooling and classifier."""
    return {
        "bn": nn.BatchNorm2d(channels),
        "relu": nn.ReLU(inplace=True),
        "avgpool": nn.AdaptiveAvgPool2d(1),  # 1x1
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, classes),
    }
