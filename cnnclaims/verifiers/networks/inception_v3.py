"""Inception v3: Rethinking the Inception Architecture for Computer Vision, arXiv:1512.00567, Table 1, Figures 5 to 10.

Shapes are channels x height x width. Table 1 leaves the widths inside the modules to a file that is not in the PDF,
and the network that the authors released (TF-Slim, and torchvision after it) has another stem, and one module less at
17 x 17. Both are built here, with the release's modules; the release is the default, since it is the network that
goes by the name: 23,834,568 parameters, 5.713 G multiply-adds. Modules have the release's names. Every convolution
is without bias, with batch normalisation and a ReLU; V marks one without padding.
"""

from collections import OrderedDict
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.inception_v2 import Branches, chain, conv_bn
from cnnclaims.verifiers.networks.network import Network

AUX = "aux"
Field = Literal[299, 151, 79]
# The widths of the 7x7 branches of the modules at 17 x 17. The fifth that Table 1 has is of one of the middle widths.
WIDTHS_17 = {"released": (128, 160, 160, 192), "printed": (128, 160, 160, 160, 192)}
# Section 9: side of the input, stride of the first layer, whether the first pooling stays
FIELDS: dict[Field, tuple[int, bool]] = {299: (2, True), 151: (1, True), 79: (1, False)}


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


def inception_v3(
    aux: bool = False,
    layout: Literal["released", "printed"] = "released",
    field: Field = 299,
) -> Network:
    """Inception v3 as released or as in Table 1; with `aux` it returns the scores of the main head and of the side head."""
    _require_arguments(layout, field)
    stages = {**_first_layers(field), **STEMS[layout]()}
    channels = 288 if layout == "printed" else 192
    for name, proj in (("5b", 64 if layout == "printed" else 32), ("5c", 64), ("5d", 64)):
        stages[name] = _module_a(channels, proj)
        channels = 224 + proj  # 288 x 35 x 35, the first of the release 256
    stages["6a"] = _reduction_a(288)  # 768 x 17 x 17
    for name, width in zip("bcdef", WIDTHS_17[layout], strict=False):
        stages[f"6{name}"] = _module_b(768, width)  # 768 x 17 x 17
    if aux:
        stages[AUX] = _aux(768)
    stages["7a"] = _reduction_b(768)  # 1280 x 8 x 8
    stages["7b"] = _module_c(1280)  # 2048 x 8 x 8
    stages["7c"] = _module_c(2048)  # 2048 x 8 x 8
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # over the whole map, 8 x 8 at 299
    stages["flatten"] = nn.Flatten()
    stages["dropout"] = nn.Dropout(0.2)
    stages["linear"] = nn.Linear(2048, 1000)
    return InceptionV3(stages, input_shape=(3, field, field))


def _first_layers(field: Field) -> dict[str, nn.Module]:
    """The 7x7 of older networks as three 3x3."""
    stride, pool = FIELDS[field]
    stages: dict[str, nn.Module] = {
        "conv1": conv_bn(3, 32, 3, stride, padding=0),  # V, 32 x 149 x 149
        "conv2": conv_bn(32, 32, 3, padding=0),  # V, 32 x 147 x 147
        "conv3": conv_bn(32, 64, 3),  # 64 x 147 x 147
    }
    if pool:
        stages["pool1"] = nn.MaxPool2d(3, stride=2)  # 64 x 73 x 73
    return stages


def _released_stem() -> dict[str, nn.Module]:
    return {
        "conv4": conv_bn(64, 80, 1),  # 80 x 73 x 73
        "conv5": conv_bn(80, 192, 3, padding=0),  # V, 192 x 71 x 71
        "pool2": nn.MaxPool2d(3, stride=2),  # 192 x 35 x 35
    }


def _printed_stem() -> dict[str, nn.Module]:
    return {
        "conv4": conv_bn(64, 80, 3, padding=0),  # V, 80 x 71 x 71
        "conv5": conv_bn(80, 192, 3, stride=2, padding=0),  # V, 192 x 35 x 35
        "conv6": conv_bn(192, 288, 3),  # 288 x 35 x 35, padded, though only conv3 is marked so
    }


STEMS = {"released": _released_stem, "printed": _printed_stem}


def _module_a(c: int, proj: int) -> nn.Module:
    """Figure 5, but with the 5x5 that the release keeps in one branch."""
    return Branches(
        {
            "1x1": chain(c, (64, 1)),
            "5x5": chain(c, (48, 1), (64, 5)),
            "3x3": chain(c, (64, 1), (96, 3), (96, 3)),
            "pool": _pooled(c, proj),
        }
    )


def _reduction_a(c: int) -> nn.Module:
    """Figure 10: from 35 x 35 to 17 x 17."""
    return Branches(
        {
            "3x3": _halving(c, 384),
            "3x3x2": nn.Sequential(chain(c, (64, 1), (96, 3)), _halving(96, 96)),
            "pool": nn.MaxPool2d(3, stride=2),
        }
    )


def _module_b(c: int, width: int) -> nn.Module:
    """Figure 6 with n = 7."""
    w = width
    return Branches(
        {
            "1x1": chain(c, (192, 1)),
            "7x7": chain(c, (w, 1), (w, (1, 7)), (192, (7, 1))),
            "7x7x2": chain(c, (w, 1), (w, (7, 1)), (w, (1, 7)), (w, (7, 1)), (192, (1, 7))),
            "pool": _pooled(c, 192),
        }
    )


def _reduction_b(c: int) -> nn.Module:
    """From 17 x 17 to 8 x 8."""
    return Branches(
        {
            "3x3": nn.Sequential(chain(c, (192, 1)), _halving(192, 320)),
            "7x7": nn.Sequential(chain(c, (192, 1), (192, (1, 7)), (192, (7, 1))), _halving(192, 192)),
            "pool": nn.MaxPool2d(3, stride=2),
        }
    )


def _module_c(c: int) -> nn.Module:
    """Figure 7: the last layer of two branches is a 1x3 beside a 3x1."""
    return Branches(
        {
            "1x1": chain(c, (320, 1)),
            "3x3": nn.Sequential(chain(c, (384, 1)), _spread(384)),
            "3x3x2": nn.Sequential(chain(c, (448, 1), (384, 3)), _spread(384)),
            "pool": _pooled(c, 192),
        }
    )


def _aux(c: int) -> nn.Module:
    layers = {
        "pool": nn.AvgPool2d(5, stride=3),  # 768 x 5 x 5
        "conv": conv_bn(c, 128, 1),
        "conv5x5": conv_bn(128, 768, 5, padding=0),  # V, 768 x 1 x 1
        "flatten": nn.Flatten(),
        "linear": nn.Linear(768, 1000),
    }
    return nn.Sequential(OrderedDict(layers))


def _pooled(c: int, proj: int) -> nn.Module:
    return nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), conv_bn(c, proj, 1))


def _halving(c_in: int, c_out: int) -> nn.Module:
    return conv_bn(c_in, c_out, 3, stride=2, padding=0)


def _spread(c: int) -> nn.Module:
    return Branches({"1x3": conv_bn(c, 384, (1, 3)), "3x1": conv_bn(c, 384, (3, 1))})


def _require_arguments(layout: str, field: int) -> None:
    if layout not in WIDTHS_17:
        raise ValueError(f"layout is {layout!r}; use one of {', '.join(WIDTHS_17)}")
    if field not in FIELDS:
        raise ValueError(f"field is {field!r}; use one of {', '.join(map(str, FIELDS))}")
