"""The CIFAR-10 networks of Deep Residual Learning for Image Recognition (arXiv 1512.03385), Section 4.2.

Shapes are channels x height x width. Depth is 6n + 2: one convolution, 2n layers on each of three map sizes,
one linear layer. The softmax is left to the loss.
"""

from typing import Literal

from torch import nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import BasicBlock, Block, conv, plain_block, stack

# The table of Section 4.2: filters, stride of the first of its 2n layers
STAGES = (
    ("stage1", 16, 1),  # 32x32
    ("stage2", 32, 2),  # 16x16
    ("stage3", 64, 2),  # 8x8
)


def blocks_a_stage(depth: int) -> int:
    """The n of depth = 6n + 2."""
    n, rest = divmod(depth - 2, 6)
    if n < 1:
        raise ValueError(f"depth is {depth}; use 6n + 2, 8 or more")
    if rest:
        raise ValueError(f"depth is {depth}; use 6n + 2, such as {6 * n + 2} or {6 * n + 8}")
    return n


def _cifar(block: Block, depth: int, classes: int) -> Network:
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": conv(3, 16, 3),  # 32x32
        "bn1": nn.BatchNorm2d(16),
        "relu": nn.ReLU(inplace=True),
    }
    channels = 16
    for name, width, stride in STAGES:
        stages[name] = stack(block, blocks_a_stage(depth), channels, width, stride)
        channels = width
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1x1
    stages["flatten"] = nn.Flatten()
    stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 32, 32))


def resnet_cifar(depth: int = 110, option: Literal["A", "B", "C"] = "A", classes: int = 10) -> Network:
    """ResNet for CIFAR: depth is 6n + 2; the paper uses option A, shortcuts without parameters."""

    def block(channels_in: int, width: int, stride: int) -> nn.Module:
        return BasicBlock(channels_in, width, stride, option)

    return _cifar(block, depth, classes)


def plain_cifar(depth: int = 110, classes: int = 10) -> Network:
    """The plain network for CIFAR: resnet_cifar without shortcuts."""
    return _cifar(plain_block, depth, classes)
