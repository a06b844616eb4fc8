"""BN-Inception (Inception v2): Batch Normalization, arXiv:1502.03167, Figure 5.

Shapes are channels x height x width. Every convolution is without bias, with batch normalisation and a ReLU;
its constants are not in the paper. Strides are padded so that 224 gives 112, 56, 28, 14 and 7, as printed.
"""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.inception_v1 import Inception, googlenet
from cnnclaims.verifiers.networks.network import Network

Kernel = int | tuple[int, int]
# fmt: off
FIGURE_5 = {
    # #1x1, #3x3 reduce, #3x3, double #3x3 reduce, double #3x3, pool, proj; no proj: stride 2 and pass through
    "3a": ( 64,  64,  64,  64,  96, "avg",  32),  # 256 x 28 x 28
    "3b": ( 64,  64,  96,  64,  96, "avg",  64),  # 320 x 28 x 28
    "3c": (  0, 128, 160,  64,  96, "max",   0),  # 576 x 14 x 14, printed as 28 x 28
    "4a": (224,  64,  96,  96, 128, "avg", 128),  # 576 x 14 x 14
    "4b": (192,  96, 128,  96, 128, "avg", 128),  # 576 x 14 x 14
    "4c": (160, 128, 160, 128, 160, "avg", 128),  # printed as 576 x 14 x 14, but see PROJECTION_4C_4D
    "4d": ( 96, 128, 192, 160, 192, "avg", 128),  # likewise
    "4e": (  0, 128, 192, 192, 256, "max",   0),  # 1024 x 7 x 7, printed as 14 x 14
    "5a": (352, 192, 320, 160, 224, "avg", 128),  # 1024 x 7 x 7
    "5b": (352, 192, 320, 192, 224, "max", 128),  # 1024 x 7 x 7
}
# fmt: on
# The printed projections of 4c and 4d, 128, make 608 channels; the printed 576, and the 1024 of 4e behind them,
# need 96. So has the release. It costs 11.19 M parameters and 1.935 G multiply-adds, with 128 11.28 M and 1.949 G.
PROJECTION_4C_4D = 96
Row = Literal["3a", "3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]


class Branches(nn.ModuleDict):
    """Branches side by side on one input, concatenated."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.values()], dim=1)


def bn_inception(
    stem: Literal["separable", "dense"] = "separable", projection: int = PROJECTION_4C_4D
) -> Network:
    """BN-Inception of Figure 5; `projection` is what follows the pooling in 4c and 4d, printed as 128."""
    if stem not in STEMS:
        raise ValueError(f"stem is {stem!r}; use one of {', '.join(STEMS)}")
    stages: dict[str, nn.Module] = {
        "conv1": STEMS[stem](),  # 64 x 112 x 112
        "pool1": _halving_pool(),  # 64 x 56 x 56
        "conv2": chain(64, (64, 1), (192, 3)),  # 192 x 56 x 56
        "pool2": _halving_pool(),  # 192 x 28 x 28
    }
    channels = 192
    for name in FIGURE_5:
        stages[name], channels = _module(name, channels, projection)
    stages["avgpool"] = nn.AvgPool2d(7, stride=1)
    stages["flatten"] = nn.Flatten()
    stages["linear"] = nn.Linear(channels, 1000)
    return Network(stages, input_shape=(3, 224, 224))


def bn_inception_module(row: Row) -> Network:
    """One module of Figure 5 alone, on the map that it gets in the network."""
    if row not in FIGURE_5:
        raise ValueError(f"row is {row!r}; use one of {', '.join(FIGURE_5)}")
    channels, side = 192, 28
    for name in FIGURE_5:
        module, channels_out = _module(name, channels, PROJECTION_4C_4D)
        if name == row:
            break
        channels, side = channels_out, side if FIGURE_5[name][-1] else side // 2
    return Network({row: module}, input_shape=(channels, side, side))


def googlenet_3x3(stem: Literal["dense", "separable"] = "dense") -> Network:
    """GoogLeNet with two 3x3 convolutions in place of each 5x5, both as wide as the 5x5: the appendix's first change."""
    net = googlenet(stem=stem)
    for module in net.children():
        if isinstance(module, Inception):
            five = module.get_submodule("5x5.conv")
            assert isinstance(five, nn.Conv2d)
            reduced, width = five.in_channels, five.out_channels
            module["5x5"].conv = nn.Sequential(
                nn.Conv2d(reduced, width, 3, padding=1),
                nn.ReLU(inplace=True),
                nn.Conv2d(width, width, 3, padding=1),
            )
    return net


def _module(name: str, channels: int, projection: int) -> tuple[Branches, int]:
    """A row of Figure 5 as a module, and the channels that it puts out."""
    one, three_reduce, three, double_reduce, double, pool, proj = FIGURE_5[name]
    if name in ("4c", "4d"):
        proj = projection
    stride = 1 if proj else 2  # 3c and 4e
    branches: dict[str, nn.Module] = {
        "3x3": nn.Sequential(chain(channels, (three_reduce, 1)), conv_bn(three_reduce, three, 3, stride)),
        "3x3x2": nn.Sequential(
            chain(channels, (double_reduce, 1), (double, 3)), conv_bn(double, double, 3, stride)
        ),
    }
    if stride == 2:
        return Branches({**branches, "pool": _halving_pool()}), three + double + channels
    pooling = {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}[pool](3, stride=1, padding=1)
    branches = {"1x1": conv_bn(channels, one, 1), **branches}
    branches["pool"] = nn.Sequential(pooling, conv_bn(channels, proj, 1))
    return Branches(branches), one + three + double + proj


def _separable_stem() -> nn.Module:
    """The appendix: a separable convolution with depth multiplier 8."""
    layers = {
        "depthwise": nn.Conv2d(3, 3 * 8, 7, stride=2, padding=3, groups=3, bias=False),
        "pointwise": nn.Conv2d(3 * 8, 64, 1, bias=False),
        "bn": nn.BatchNorm2d(64, eps=0.001),
        "relu": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))


def _dense_stem() -> nn.Module:
    return conv_bn(3, 64, 7, stride=2)


STEMS = {"separable": _separable_stem, "dense": _dense_stem}


def _halving_pool() -> nn.Module:
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)  # 112 -> 56 needs the last, partial window


def chain(c_in: int, *layers: tuple[int, Kernel]) -> nn.Sequential:
    """Convolutions in a row, each (channels, kernel), on maps of one size."""
    stages = []
    for c_out, kernel in layers:
        stages.append(conv_bn(c_in, c_out, kernel))
        c_in = c_out
    return nn.Sequential(*stages)


def conv_bn(
    c_in: int, c_out: int, kernel: Kernel, stride: int = 1, padding: int | None = None
) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU; the padding keeps the size, or halves it, where none is given."""
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    around = (height // 2, width // 2) if padding is None else (padding, padding)
    layers = {
        "conv": nn.Conv2d(c_in, c_out, (height, width), stride, around, bias=False),
        "bn": nn.BatchNorm2d(c_out, eps=0.001),
        "relu": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))
