"""VGG: Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv:1409.1556, Table 1.

Shapes are channels x height x width. Every convolution has stride 1, keeps the size of its map, and has a
bias and a ReLU.
"""

import math
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network

Config = Literal["A", "A-LRN", "B", "C", "D", "E"]
CONFIGS = ("A", "A-LRN", "B", "C", "D", "E")
LRN = "LRN"
Block = tuple[int, list[int | str]]  # channels, side of each kernel

# The table's "conv3-64" is a 3 in the row of 64 channels.
# fmt: off
TABLE_1: list[tuple[int, tuple[list[int | str], ...]]] = [
    # channels, A,      A-LRN,    B,      C,         D,         E                after the block's pooling
    (64,       ([3],    [3, LRN], [3, 3], [3, 3],    [3, 3],    [3, 3])),        # 64 x 112 x 112
    (128,      ([3],    [3],      [3, 3], [3, 3],    [3, 3],    [3, 3])),        # 128 x 56 x 56
    (256,      ([3, 3], [3, 3],   [3, 3], [3, 3, 1], [3, 3, 3], [3, 3, 3, 3])),  # 256 x 28 x 28
    (512,      ([3, 3], [3, 3],   [3, 3], [3, 3, 1], [3, 3, 3], [3, 3, 3, 3])),  # 512 x 14 x 14
    (512,      ([3, 3], [3, 3],   [3, 3], [3, 3, 1], [3, 3, 3], [3, 3, 3, 3])),  # 512 x 7 x 7
]
# fmt: on


def vgg(config: Config) -> Network:
    """VGG in one of the six configurations of Table 1."""
    if config not in CONFIGS:
        raise ValueError(f"config is {config!r}; use one of {', '.join(CONFIGS)}")
    column = CONFIGS.index(config)
    return from_blocks([(channels, kernels[column]) for channels, kernels in TABLE_1])


def vgg11() -> Network:
    """VGG-11: configuration A."""
    return vgg("A")


def vgg13() -> Network:
    """VGG-13: configuration B."""
    return vgg("B")


def vgg16() -> Network:
    """VGG-16: configuration D (C has 16 layers too, three of them 1x1)."""
    return vgg("D")


def vgg19() -> Network:
    """VGG-19: configuration E."""
    return vgg("E")


def vgg_b_5x5() -> Network:
    """The shallow net of Section 4.1: configuration B with one 5x5 convolution for each pair of 3x3."""
    return from_blocks([(channels, [5]) for channels, _ in TABLE_1])


def from_blocks(blocks: list[Block], full: int = 4096, classes: int = 1000) -> Network:
    """Blocks of convolutions, a 2x2 pooling after each, then full layers of those units."""
    stages: dict[str, nn.Module] = {}
    channels = 3
    for number, (width, kernels) in enumerate(blocks, 1):
        stages |= _block(number, channels, width, kernels)
        channels = width
    side = 224 // 2 ** len(blocks)
    stages |= {
        "flatten": nn.Flatten(),
        "fc6": nn.Linear(channels * side * side, full),
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Linear(full, full),
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "fc8": nn.Linear(full, classes),
    }
    return Network(stages, input_shape=(3, 224, 224))


def _block(number: int, channels: int, width: int, kernels: list[int | str]) -> dict[str, nn.Module]:
    stages: dict[str, nn.Module] = {}
    for layer, kernel in enumerate(kernels, 1):
        if isinstance(kernel, str):
            # Section 2.1: "where applicable" with the constants of Krizhevsky et al.
            stages[f"lrn{number}"] = LocalResponseNormalisation(k=2, n=5, alpha=1e-4, beta=0.75)
            continue
        stages[f"conv{number}_{layer}"] = nn.Conv2d(channels, width, kernel, padding=kernel // 2)
        stages[f"relu{number}_{layer}"] = nn.ReLU(inplace=True)
        channels = width
    return stages | {f"pool{number}": nn.MaxPool2d(2, 2)}


def fully_convolutional(net: Network) -> Network:
    """The form for dense testing (Section 3.2): fc6 becomes a 7x7 convolution, fc7 and fc8 1x1.

    The scores are averaged over the map. The weights are shared with `net`.
    """
    stages = dict(net.named_children())
    del stages["flatten"]
    last = [stage for stage in stages.values() if isinstance(stage, nn.Conv2d)][-1]
    channels = last.out_channels
    for name in ("fc6", "fc7", "fc8"):
        full = stages[name]
        assert isinstance(full, nn.Linear)
        stages[name] = _as_convolution(full, channels)
        channels = full.out_features
    stages |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    return Network(stages, net.input_shape).train(net.training)


def _as_convolution(full: nn.Linear, channels: int) -> nn.Conv2d:
    side = math.isqrt(full.in_features // channels)
    conv = nn.Conv2d(channels, full.out_features, side, device="meta")
    conv.weight = nn.Parameter(full.weight.detach().view(full.out_features, channels, side, side))
    conv.bias = full.bias
    return conv


def initialise(net: nn.Module, generator: torch.Generator | None = None) -> nn.Module:
    """Section 3.1: weights of mean 0 and variance 0.01, biases 0.

    The text says variance, a standard deviation of 0.1. Net A starts so; B to E take their first four
    convolutions and their full layers from a trained A.
    """
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight, mean=0.0, std=math.sqrt(0.01), generator=generator)
            assert isinstance(module.bias, Tensor)
            nn.init.zeros_(module.bias)
    return net
