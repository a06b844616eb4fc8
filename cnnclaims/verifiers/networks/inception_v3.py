"""Inception v3 as released: Rethinking the Inception Architecture for Computer Vision, arXiv:1512.00567.

Table 1 of the paper differs in the stem, and leaves the widths inside the modules to a file that is not in
the PDF. This is the network that the authors released (TF-Slim, and torchvision after it): 23,834,568
parameters, 5.713 G multiply-adds. Modules have the names of the release. Shapes are channels x height x
width. Every convolution is without bias, with batch normalisation and a ReLU; V marks one without padding.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

Kernel = int | tuple[int, int]
AUX = "aux"


class InceptionV3(Network):
    """Stages in a chain; the side head reads what stands before it and hands nothing on."""

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        head = None
        for name, stage in self.named_children():
            if name == AUX:
                head = stage(x)
            else:
                x = stage(x)
        return x if head is None else (x, head)


class Branches(nn.ModuleDict):
    """Branches side by side on one input, concatenated."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.values()], dim=1)


def inception_v3(aux: bool = False) -> Network:
    """Inception v3 as released; with `aux` it returns the main head's scores and those of the side head."""
    stages: dict[str, nn.Module] = {
        "conv1": _conv(3, 32, 3, stride=2, padding=0),  # V, 32 x 149 x 149
        "conv2": _conv(32, 32, 3, padding=0),  # V, 32 x 147 x 147
        "conv3": _conv(32, 64, 3),  # 64 x 147 x 147
        "pool1": nn.MaxPool2d(3, stride=2),  # 64 x 73 x 73
        "conv4": _conv(64, 80, 1),  # 80 x 73 x 73
        "conv5": _conv(80, 192, 3, padding=0),  # V, 192 x 71 x 71
        "pool2": nn.MaxPool2d(3, stride=2),  # 192 x 35 x 35
        "5b": _module_a(192, proj=32),  # 256 x 35 x 35
        "5c": _module_a(256, proj=64),  # 288 x 35 x 35
        "5d": _module_a(288, proj=64),  # 288 x 35 x 35
        "6a": _reduction_a(288),  # 768 x 17 x 17
        "6b": _module_b(768, width=128),
        "6c": _module_b(768, width=160),
        "6d": _module_b(768, width=160),
        "6e": _module_b(768, width=192),  # 768 x 17 x 17
        AUX: _aux(768),
        "7a": _reduction_b(768),  # 1280 x 8 x 8
        "7b": _module_c(1280),  # 2048 x 8 x 8
        "7c": _module_c(2048),  # 2048 x 8 x 8
        "avgpool": nn.AvgPool2d(8),
        "flatten": nn.Flatten(),
        "dropout": nn.Dropout(0.2),
        "linear": nn.Linear(2048, 1000),
    }
    if not aux:
        del stages[AUX]
    return InceptionV3(stages, input_shape=(3, 299, 299))


def _module_a(c: int, proj: int) -> nn.Module:
    """Figure 5, but with the 5x5 that the release keeps in one branch."""
    return Branches(
        {
            "1x1": _chain(c, (64, 1)),
            "5x5": _chain(c, (48, 1), (64, 5)),
            "3x3": _chain(c, (64, 1), (96, 3), (96, 3)),
            "pool": _pooled(c, proj),
        }
    )


def _reduction_a(c: int) -> nn.Module:
    """Figure 10: from 35 x 35 to 17 x 17."""
    return Branches(
        {
            "3x3": _halving(c, 384),
            "3x3x2": nn.Sequential(_chain(c, (64, 1), (96, 3)), _halving(96, 96)),
            "pool": nn.MaxPool2d(3, stride=2),
        }
    )


def _module_b(c: int, width: int) -> nn.Module:
    """Figure 6 with n = 7."""
    w = width
    return Branches(
        {
            "1x1": _chain(c, (192, 1)),
            "7x7": _chain(c, (w, 1), (w, (1, 7)), (192, (7, 1))),
            "7x7x2": _chain(c, (w, 1), (w, (7, 1)), (w, (1, 7)), (w, (7, 1)), (192, (1, 7))),
            "pool": _pooled(c, 192),
        }
    )


def _reduction_b(c: int) -> nn.Module:
    """From 17 x 17 to 8 x 8."""
    return Branches(
        {
            "3x3": nn.Sequential(_chain(c, (192, 1)), _halving(192, 320)),
            "7x7": nn.Sequential(_chain(c, (192, 1), (192, (1, 7)), (192, (7, 1))), _halving(192, 192)),
            "pool": nn.MaxPool2d(3, stride=2),
        }
    )


def _module_c(c: int) -> nn.Module:
    """Figure 7: the last layer of two branches is a 1x3 beside a 3x1."""
    return Branches(
        {
            "1x1": _chain(c, (320, 1)),
            "3x3": nn.Sequential(_chain(c, (384, 1)), _spread(384)),
            "3x3x2": nn.Sequential(_chain(c, (448, 1), (384, 3)), _spread(384)),
            "pool": _pooled(c, 192),
        }
    )


def _aux(c: int) -> nn.Module:
    layers = {
        "pool": nn.AvgPool2d(5, stride=3),  # 768 x 5 x 5
        "conv": _conv(c, 128, 1),
        "conv5x5": _conv(128, 768, 5, padding=0),  # V, 768 x 1 x 1
        "flatten": nn.Flatten(),
        "linear": nn.Linear(768, 1000),
    }
    return nn.Sequential(OrderedDict(layers))


def _pooled(c: int, proj: int) -> nn.Module:
    return nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), _conv(c, proj, 1))


def _halving(c_in: int, c_out: int) -> nn.Module:
    return _conv(c_in, c_out, 3, stride=2, padding=0)


def _spread(c: int) -> nn.Module:
    return Branches({"1x3": _conv(c, 384, (1, 3)), "3x1": _conv(c, 384, (3, 1))})


def _chain(c_in: int, *layers: tuple[int, Kernel]) -> nn.Module:
    """Convolutions in a row, each (channels, kernel), on maps of one size."""
    stages = []
    for c_out, kernel in layers:
        stages.append(_conv(c_in, c_out, kernel))
        c_in = c_out
    return nn.Sequential(*stages)


def _conv(c_in: int, c_out: int, kernel: Kernel, stride: int = 1, padding: int | None = None) -> nn.Module:
    """Convolution, batch normalisation, ReLU; the padding keeps the size where none is given."""
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    around = (height // 2, width // 2) if padding is None else (padding, padding)
    layers = {
        "conv": nn.Conv2d(c_in, c_out, (height, width), stride, around, bias=False),
        "bn": nn.BatchNorm2d(c_out, eps=0.001),
        "relu": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))
