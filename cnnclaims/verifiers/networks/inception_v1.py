"""GoogLeNet (Inception v1): Going Deeper with Convolutions, arXiv:1409.4842, Table 1 and Figure 3.

Shapes are channels x height x width. Every convolution has a bias and a ReLU.
"""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network

# fmt: off
TABLE_1 = {
    # #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj
    "3a": (64,   96, 128, 16,  32,  32),  # 256 x 28 x 28
    "3b": (128, 128, 192, 32,  96,  64),  # 480 x 28 x 28, max pool to 14 x 14
    "4a": (192,  96, 208, 16,  48,  64),  # 512 x 14 x 14
    "4b": (160, 112, 224, 24,  64,  64),  # 512 x 14 x 14
    "4c": (128, 128, 256, 24,  64,  64),  # 512 x 14 x 14
    "4d": (112, 144, 288, 32,  64,  64),  # 528 x 14 x 14
    "4e": (256, 160, 320, 32, 128, 128),  # 832 x 14 x 14, max pool to 7 x 7
    "5a": (256, 160, 320, 32, 128, 128),  # 832 x 7 x 7
    "5b": (384, 192, 384, 48, 128, 128),  # 1024 x 7 x 7
}
# fmt: on
Row = Literal["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
SIDES = {"3": 28, "4": 14, "5": 7}
POOL_AFTER = {"3b": "pool3", "4e": "pool4"}
AUX_AFTER = {"4a": "aux1", "4d": "aux2"}


class GoogLeNet(Network):
    """Stages in a chain; a side head reads what stands before it and hands nothing on."""

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        heads = []
        for name, stage in self.named_children():
            if name in AUX_AFTER.values():
                heads.append(stage(x))
            else:
                x = stage(x)
        return (x, *heads) if heads else x


class Inception(nn.ModuleDict):
    """Figure 2b: four branches side by side, concatenated."""

    def __init__(
        self, channels: int, one: int, three_reduce: int, three: int, five_reduce: int, five: int, proj: int
    ) -> None:
        super().__init__(
            {
                "1x1": _chain(conv=nn.Conv2d(channels, one, 1)),
                "3x3": _chain(
                    reduce=nn.Conv2d(channels, three_reduce, 1),
                    conv=nn.Conv2d(three_reduce, three, 3, padding=1),
                ),
                "5x5": _chain(
                    reduce=nn.Conv2d(channels, five_reduce, 1),
                    conv=nn.Conv2d(five_reduce, five, 5, padding=2),
                ),
                "pool": _chain(pool=nn.MaxPool2d(3, stride=1, padding=1), proj=nn.Conv2d(channels, proj, 1)),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.values()], dim=1)


def googlenet(
    aux: bool = False, stem: Literal["dense", "separable"] = "dense", classes: int = 1000
) -> Network:
    """GoogLeNet of Table 1; with `aux` it returns the main head's scores and those of the two side heads."""
    if stem not in STEMS:
        raise ValueError(f"stem is {stem!r}; use one of {', '.join(STEMS)}")
    stages: dict[str, nn.Module] = {
        "conv1": STEMS[stem](),  # 64 x 112 x 112
        "pool1": _max_pool(),  # 64 x 56 x 56
        "norm1": _norm(),
        "conv2": _chain(**{"reduce": nn.Conv2d(64, 64, 1), "3x3": nn.Conv2d(64, 192, 3, padding=1)}),
        "norm2": _norm(),
        "pool2": _max_pool(),  # 192 x 28 x 28
    }
    channels = 192
    for name, widths in TABLE_1.items():
        stages[name] = Inception(channels, *widths)
        channels = _channels_out(*widths)
        if name in POOL_AFTER:
            stages[POOL_AFTER[name]] = _max_pool()
        if aux and name in AUX_AFTER:
            stages[AUX_AFTER[name]] = _aux(channels, classes)
    stages["avgpool"] = nn.AvgPool2d(7, stride=1)
    stages["flatten"] = nn.Flatten()
    stages["dropout"] = nn.Dropout(0.4)
    stages["linear"] = nn.Linear(channels, classes)
    return GoogLeNet(stages, input_shape=(3, 224, 224))


def inception_module(row: Row) -> Network:
    """One module of Table 1 alone, on the map that it gets in the network."""
    if row not in TABLE_1:
        raise ValueError(f"row is {row!r}; use one of {', '.join(TABLE_1)}")
    channels = 192
    for name, widths in TABLE_1.items():
        if name == row:
            break
        channels = _channels_out(*widths)
    return Network(
        {row: Inception(channels, *TABLE_1[row])}, input_shape=(channels, SIDES[row[0]], SIDES[row[0]])
    )


def _channels_out(one: int, _: int, three: int, __: int, five: int, proj: int) -> int:
    return one + three + five + proj


def _dense_stem() -> nn.Module:
    return _chain(conv=nn.Conv2d(3, 64, 7, stride=2, padding=3))


def _separable_stem() -> nn.Module:
    # The table says 7x7 convolution, yet prints 2.7K parameters and 34M operations. A dense one has 9,408
    # weights and 118.0 M multiply-adds; 8 filters a colour and a 1x1 layer have 2,712 and 34.02 M. Xception's
    # Section 2 says that Inception V1 began so.
    return _chain(
        depthwise=nn.Conv2d(3, 24, 7, stride=2, padding=3, groups=3, bias=False),
        pointwise=nn.Conv2d(24, 64, 1),
    )


STEMS = {"dense": _dense_stem, "separable": _separable_stem}


def _aux(channels: int, classes: int) -> nn.Module:
    """A side head of Section 5."""
    layers = {
        "pool": nn.AvgPool2d(5, stride=3),  # 4 x 4
        "conv": nn.Conv2d(channels, 128, 1),
        "relu": nn.ReLU(inplace=True),
        "flatten": nn.Flatten(),
        "fc1": nn.Linear(128 * 4 * 4, 1024),
        "relu1": nn.ReLU(inplace=True),
        "dropout": nn.Dropout(0.7),
        "fc2": nn.Linear(1024, classes),
    }
    return nn.Sequential(OrderedDict(layers))


def _chain(**layers: nn.Module) -> nn.Sequential:
    """Layers in a row, a ReLU after each convolution but a depthwise one."""
    stages: OrderedDict[str, nn.Module] = OrderedDict()
    for name, layer in layers.items():
        stages[name] = layer
        if isinstance(layer, nn.Conv2d) and layer.groups == 1:
            stages[f"{name}_relu"] = nn.ReLU(inplace=True)
    return nn.Sequential(stages)


def _max_pool() -> nn.Module:
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)  # 112 -> 56 needs the last, partial window


def _norm() -> nn.Module:
    # Figure 3 shows LocalRespNorm without its constants; these are AlexNet's.
    return LocalResponseNormalisation(k=2, n=5, alpha=1e-4, beta=0.75)
