"""Wide ResNet: Wide Residual Networks (Zagoruyko and Komodakis 2016, arXiv 1605.07146), Table 1.

Shapes are channels x height x width. k is the paper's widening factor, here `widen`, l the number of
convolutions in a block, here `deepen`. The softmax is left to the loss.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import (
    EXPANSION,
    REPEATS,
    Add,
    BasicBlock,
    Block,
    BottleneckBlock,
    conv,
    stack,
)

# Table 1: group, width at k = 1, stride of the first block
GROUPS = (
    ("conv2", 16, 1),  # 16k x 32 x 32
    ("conv3", 32, 2),  # 32k x 16 x 16
    ("conv4", 64, 2),  # 64k x 8 x 8
)
# The ImageNet networks: stage, width at k = 1, stride of the first block
IMAGENET_STAGES = (
    ("conv2_x", 64, 1),  # 56x56
    ("conv3_x", 128, 2),  # 28x28
    ("conv4_x", 256, 2),  # 14x14
    ("conv5_x", 512, 2),  # 7x7
)
# Section 2.1 and Table 2: the blocks B(M), M being the kernels in their order
Kernels = Literal["3,3", "3,1", "1,3", "1,3,1", "3,1,1", "3,1,3"]
KERNELS: tuple[Kernels, ...] = ("3,3", "3,1", "1,3", "1,3,1", "3,1,1", "3,1,3")


class WideBlock(nn.Module):
    """B(M): normalisation, ReLU and convolution for each kernel of M, all of one width (Figure 1).

    Dropout stands before every convolution but the first. Where the width changes, the first normalisation and
    ReLU are shared with the shortcut, a 1x1 convolution (the authors' code; the paper does not say).
    """

    def __init__(
        self, channels_in: int, channels: int, kernels: Sequence[int], stride: int, p: float
    ) -> None:
        super().__init__()
        projects = channels_in != channels
        shared: OrderedDict[str, nn.Module] = OrderedDict()
        branch: OrderedDict[str, nn.Module] = OrderedDict()
        for number, kernel in enumerate(kernels, 1):
            first = number == 1
            side = shared if first and projects else branch
            side[f"bn{number}"] = nn.BatchNorm2d(channels_in if first else channels)
            side[f"relu{number}"] = nn.ReLU(inplace=True)
            if p and not first:
                branch[f"dropout{number}"] = nn.Dropout(p)
            branch[f"conv{number}"] = (
                conv(channels_in, channels, kernel, stride) if first else conv(channels, channels, kernel)
            )
        self.shared = nn.Sequential(shared)
        self.residual = nn.Sequential(branch)
        self.shortcut = conv(channels_in, channels, 1, stride) if projects else nn.Identity()
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        x = self.shared(x)
        y: Tensor = self.add(self.residual(x), self.shortcut(x))
        return y


def wrn(
    depth: int = 28, widen: int = 10, deepen: int = 2, dropout: float = 0.0, classes: int = 10
) -> Network:
    """WRN-depth-widen for CIFAR and SVHN; blocks of `deepen` 3x3 convolutions, depth is 3 * deepen * N + 4."""
    if deepen < 1:
        raise ValueError(f"deepen is {deepen}; use at least 1, such as the paper's 1, 2, 3 or 4")
    return _cifar(blocks_a_group(depth, deepen), widen, [3] * deepen, dropout, classes)


def wrn_kernels(kernels: Kernels = "3,3", depth: int = 40, widen: int = 2, classes: int = 10) -> Network:
    """WRN with blocks B(kernels) as Table 2 labels it: (depth - 4) / 6 blocks a group, whatever the block."""
    if kernels not in KERNELS:
        raise ValueError(f"kernels is {kernels!r}; use one of {', '.join(KERNELS)}")
    return _cifar(blocks_a_group(depth), widen, [int(kernel) for kernel in kernels.split(",")], 0.0, classes)


def blocks_a_group(depth: int, deepen: int = 2) -> int:
    """The N of depth = 3 * deepen * N + 4; the 4 are the first convolution and the three projections."""
    step = 3 * deepen
    n, rest = divmod(depth - 4, step)
    if n < 1:
        raise ValueError(f"depth is {depth}; use {step}N + 4, {step + 4} or more")
    if rest:
        raise ValueError(
            f"depth is {depth}; use {step}N + 4, such as {step * n + 4} or {step * n + step + 4}"
        )
    return n


def _cifar(blocks: int, widen: int, kernels: Sequence[int], dropout: float, classes: int) -> Network:
    if widen < 1:
        raise ValueError(f"widen is {widen}; use at least 1, such as the paper's 1 to 12")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout}; use a probability below 1, such as the paper's 0.3 or 0.4")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {"conv1": conv(3, 16, 3)}  # 16 x 32 x 32, not widened
    channels = 16
    for name, width, stride in GROUPS:
        first = WideBlock(channels, width * widen, kernels, stride, dropout)
        channels = width * widen
        others = (WideBlock(channels, channels, kernels, 1, dropout) for _ in range(blocks - 1))
        stages[name] = nn.Sequential(first, *others)
    stages["bn"] = nn.BatchNorm2d(channels)
    stages["relu"] = nn.ReLU(inplace=True)
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1x1
    stages["flatten"] = nn.Flatten()
    stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 32, 32))


def wrn_imagenet(depth: Literal[18, 34] = 18, widen: float = 1.0, classes: int = 1000) -> Network:
    """WRN-18 or WRN-34 for ImageNet: ResNet with its four stages widened."""
    if depth not in (18, 34):
        raise ValueError(f"depth is {depth}; use 18 or 34")
    if widen <= 0:
        raise ValueError(f"widen is {widen}; use a number above 0, such as the paper's 1.0, 1.5, 2.0 or 3.0")

    def block(channels_in: int, width: int, stride: int) -> nn.Module:
        return BasicBlock(channels_in, width, stride, "B")

    # The stem keeps its 64 channels: widened as well, WRN-18 at 2.0 and 3.0 would have 45.7 and 102.0 M
    # parameters, where 45.6 and 101.8 are printed.
    widths = [int(width * widen) for _, width, _ in IMAGENET_STAGES]
    return _imagenet(block, REPEATS[depth], widths, 1, classes)


def wide_resnet50_2(classes: int = 1000) -> Network:
    """WRN-50-2-bottleneck: ResNet-50 with twice the channels inside its blocks, the stride on the 3x3."""
    return _wide_bottleneck(50, classes)


def wide_resnet101_2(classes: int = 1000) -> Network:
    """WRN-101-2-bottleneck, as torchvision has it: the paper stops at 50 layers."""
    return _wide_bottleneck(101, classes)


def _wide_bottleneck(depth: int, classes: int) -> Network:
    def block(channels_in: int, width: int, stride: int) -> nn.Module:
        return BottleneckBlock(channels_in, 2 * width, EXPANSION * width, stride, "B", "3x3")

    widths = [width for _, width, _ in IMAGENET_STAGES]
    return _imagenet(block, REPEATS[depth], widths, EXPANSION, classes)


def _imagenet(
    block: Block, repeats: Sequence[int], widths: Sequence[int], expansion: int, classes: int
) -> Network:
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, 64, 7, stride=2),  # 112x112
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56
    }
    channels = 64
    for (name, _, stride), blocks, width in zip(IMAGENET_STAGES, repeats, widths, strict=True):
        stages[name] = stack(block, blocks, channels, width, stride, expansion)
        channels = width * expansion
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1x1
    stages["flatten"] = nn.Flatten()
    stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 224, 224))
