"""Inception-v4, Inception-ResNet-v1 and -v2: arXiv:1602.07261, Figures 3 to 19 and Table 1.

Shapes are channels x height x width. Every convolution is without bias, with batch normalisation and a ReLU, but for
the 1x1 expansions of residual blocks, which are linear and have a bias. V marks what is without padding. The release
(TF-Slim) runs some 1xn and nx1 of Inception-v4 the other way round, which changes no count, and its
Inception-ResNet-v2 is a deeper network with another stem.
"""

from collections import OrderedDict
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.inception_v2 import Branches, Kernel, chain, conv_bn
from cnnclaims.verifiers.networks.network import Network

# Table 1, filters of Reduction-A: k, l, m, n
REDUCTION_A = {
    "inception_v4": (192, 224, 256, 384),
    "inception_resnet_v1": (192, 192, 256, 384),
    "inception_resnet_v2": (256, 256, 384, 384),
}
# Section 3.3 names 0.1 to 0.3; these are the release's, for A, B and C
SCALES = (0.17, 0.10, 0.20)
LAYOUTS = ("printed", "released")
Layout = Literal["printed", "released"]


def inception_v4(layout: Layout = "printed") -> Network:
    """Inception-v4 of Figure 9; `layout="released"` turns the 1xn and nx1 round that the release turns."""
    _require_layout(layout)
    turned = layout == "released"
    stages: dict[str, nn.Module] = {
        "stem": _stem(turned),  # 384 x 35 x 35
        "A": nn.Sequential(*[_block_a() for _ in range(4)]),  # 384 x 35 x 35
        "redA": _reduction_a(384, "inception_v4"),  # 1024 x 17 x 17
        "B": nn.Sequential(*[_block_b(turned) for _ in range(7)]),  # 1024 x 17 x 17
        "redB": _reduction_b(),  # 1536 x 8 x 8
        "C": nn.Sequential(*[_block_c(turned) for _ in range(3)]),  # 1536 x 8 x 8
        **_head(1536),
    }
    return Network(stages, input_shape=(3, 299, 299))


def inception_resnet_v1() -> Network:
    """Inception-ResNet-v1 of Figure 15."""
    stages: dict[str, nn.Module] = {
        "stem": _stem_resnet_v1(),  # 256 x 35 x 35
        "A": _repeat(5, 256, SCALES[0], block35(32, 32)),  # 256 x 35 x 35
        "redA": _reduction_a(256, "inception_resnet_v1"),  # 896 x 17 x 17
        "B": _repeat(10, 896, SCALES[1], block17(128, 128, 128)),  # 896 x 17 x 17
        "redB": _reduction_b_resnet(896, 256, 256, 256),  # 1792 x 8 x 8
        "C": _repeat(5, 1792, SCALES[2], block8(192, 192)),  # 1792 x 8 x 8
        **_head(1792),
    }
    return Network(stages, input_shape=(3, 299, 299))


def inception_resnet_v2(layout: Layout = "printed") -> Network:
    """Inception-ResNet-v2 of Figure 15, or with `layout="released"` the deeper network of that name in the release."""
    _require_layout(layout)
    if layout == "released":
        return _released_resnet_v2()
    stages: dict[str, nn.Module] = {
        "stem": _stem(),  # 384 x 35 x 35
        "A": _repeat(5, 384, SCALES[0], block35(48, 64)),  # 384 x 35 x 35
        "redA": _reduction_a(384, "inception_resnet_v2"),  # 1152 x 17 x 17
        # Figure 17 prints 1154 filters for the 1x1 expansion; only 1152 can be added to what comes in
        "B": _repeat(10, 1152, SCALES[1], block17(192, 160, 192)),  # 1152 x 17 x 17
        "redB": _reduction_b_resnet(1152, 288, 288, 320),  # 2144 x 8 x 8
        # Figure 19 prints 2048; 1152 + 384 + 288 + 320 = 2144 come in
        "C": _repeat(5, 2144, SCALES[2], block8(224, 256)),  # 2144 x 8 x 8
        **_head(2144),
    }
    return Network(stages, input_shape=(3, 299, 299))


def _released_resnet_v2() -> Network:
    last = Residual(block8(224, 256), 2080, scale=1.0, relu=False)
    stages: dict[str, nn.Module] = {
        "stem": _released_stem(),  # 320 x 35 x 35
        "A": _repeat(10, 320, SCALES[0], block35(48, 64)),  # 320 x 35 x 35
        "redA": _reduction_a(320, "inception_resnet_v2"),  # 1088 x 17 x 17
        "B": _repeat(20, 1088, SCALES[1], block17(192, 160, 192)),  # 1088 x 17 x 17
        "redB": _reduction_b_resnet(1088, 288, 288, 320),  # 2080 x 8 x 8
        "C": _repeat(9, 2080, SCALES[2], block8(224, 256)).append(last),  # 2080 x 8 x 8
        "conv": conv_bn(2080, 1536, 1),  # 1536 x 8 x 8
        **_head(1536),
    }
    return Network(stages, input_shape=(3, 299, 299))


def _head(channels: int) -> dict[str, nn.Module]:
    return {
        "avgpool": nn.AvgPool2d(8),
        "flatten": nn.Flatten(),
        "dropout": nn.Dropout(0.2),  # keep 0.8
        "linear": nn.Linear(channels, 1000),
    }


# -- stems ---------------------------------------------------------------------------------------------------


def _stem(turned: bool = False) -> nn.Sequential:
    """Figure 3."""
    first, second = ((1, 7), (7, 1)) if turned else ((7, 1), (1, 7))
    layers = {
        "conv1": _halving(3, 32),  # V, 32 x 149 x 149
        "conv2": conv_bn(32, 32, 3, padding=0),  # V, 32 x 147 x 147
        "conv3": conv_bn(32, 64, 3),  # 64 x 147 x 147
        "3a": Branches({"pool": _halving_pool(), "3x3": _halving(64, 96)}),  # 160 x 73 x 73
        "4a": Branches(  # 192 x 71 x 71
            {
                "3x3": _then(chain(160, (64, 1)), conv_bn(64, 96, 3, padding=0)),
                "7x7": _then(chain(160, (64, 1), (64, first), (64, second)), conv_bn(64, 96, 3, padding=0)),
            }
        ),
        "5a": Branches({"3x3": _halving(192, 192), "pool": _halving_pool()}),  # 384 x 35 x 35
    }
    return nn.Sequential(OrderedDict(layers))


def _stem_resnet_v1() -> nn.Sequential:
    """Figure 14."""
    layers = {
        **_first_layers(),
        "conv6": _halving(192, 256),  # V, 256 x 35 x 35
    }
    return nn.Sequential(OrderedDict(layers))


def _released_stem() -> nn.Sequential:
    """The stem and the first module of the released Inception v3, the module a little wider."""
    module = {
        "1x1": chain(192, (96, 1)),
        "5x5": chain(192, (48, 1), (64, 5)),
        "3x3": chain(192, (64, 1), (96, 3), (96, 3)),
        "pool": _pooled(192, 64),
    }
    layers = {
        **_first_layers(),
        "pool2": _halving_pool(),  # 192 x 35 x 35
        "5b": Branches(module),  # 320 x 35 x 35
    }
    return nn.Sequential(OrderedDict(layers))


def _first_layers() -> dict[str, nn.Module]:
    return {
        "conv1": _halving(3, 32),  # V, 32 x 149 x 149
        "conv2": conv_bn(32, 32, 3, padding=0),  # V, 32 x 147 x 147
        "conv3": conv_bn(32, 64, 3),  # 64 x 147 x 147
        "pool1": _halving_pool(),  # 64 x 73 x 73
        "conv4": conv_bn(64, 80, 1),  # 80 x 73 x 73
        "conv5": conv_bn(80, 192, 3, padding=0),  # V, 192 x 71 x 71
    }


# -- modules of Inception-v4 ---------------------------------------------------------------------------------


def _block_a() -> Branches:
    """Figure 4."""
    return Branches(
        {
            "pool": _pooled(384, 96),
            "1x1": chain(384, (96, 1)),
            "3x3": chain(384, (64, 1), (96, 3)),
            "3x3x2": chain(384, (64, 1), (96, 3), (96, 3)),
        }
    )


def _block_b(turned: bool) -> Branches:
    """Figure 5."""
    a, b = _pair(7, turned)
    return Branches(
        {
            "pool": _pooled(1024, 128),
            "1x1": chain(1024, (384, 1)),
            "7x7": chain(1024, (192, 1), (224, (1, 7)), (256, (7, 1))),
            "7x7x2": chain(1024, (192, 1), (192, a), (224, b), (224, a), (256, b)),
        }
    )


def _block_c(turned: bool) -> Branches:
    """Figure 6."""
    a, b = _pair(3, turned)
    return Branches(
        {
            "pool": _pooled(1536, 256),
            "1x1": chain(1536, (256, 1)),
            "3x3": _then(chain(1536, (384, 1)), _spread(384)),
            "3x3x2": _then(chain(1536, (384, 1), (448, a), (512, b)), _spread(512)),
        }
    )


def _reduction_a(c: int, name: str) -> Branches:
    """Figure 7, with the filters of Table 1."""
    k, l, m, n = REDUCTION_A[name]  # noqa: E741
    klm = {"k": conv_bn(c, k, 1), "l": conv_bn(k, l, 3), "m": _halving(l, m)}
    return Branches({"pool": _halving_pool(), "n": _halving(c, n), "klm": nn.Sequential(OrderedDict(klm))})


def _reduction_b() -> Branches:
    """Figure 8."""
    return Branches(
        {
            "pool": _halving_pool(),
            "3x3": _then(chain(1024, (192, 1)), _halving(192, 192)),
            "7x7": _then(chain(1024, (256, 1), (256, (1, 7)), (320, (7, 1))), _halving(320, 320)),
        }
    )


# -- residual modules ----------------------------------------------------------------------------------------


# The branches of a residual block, each a row of (channels, kernel)
Block = dict[str, tuple[tuple[int, Kernel], ...]]


def block35(middle: int, last: int) -> Block:
    """Figures 10 and 16, with the widths of the third branch."""
    return {"1x1": ((32, 1),), "3x3": ((32, 1), (32, 3)), "3x3x2": ((32, 1), (middle, 3), (last, 3))}


def block17(one: int, middle: int, last: int) -> Block:
    """Figures 11 and 17."""
    return {"1x1": ((one, 1),), "7x7": ((128, 1), (middle, (1, 7)), (last, (7, 1)))}


def block8(middle: int, last: int) -> Block:
    """Figures 13 and 19."""
    return {"1x1": ((192, 1),), "3x3": ((192, 1), (middle, (1, 3)), (last, (3, 1)))}


class Scale(nn.Module):
    """Figure 20: the residual times a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class Residual(nn.Module):
    """Branches, a linear 1x1 expansion to what came in, a scale, the sum, a ReLU."""

    def __init__(self, block: Block, channels: int, scale: float, relu: bool = True) -> None:
        super().__init__()
        self.branches = Branches({name: chain(channels, *row) for name, row in block.items()})
        self.expand = nn.Conv2d(sum(row[-1][0] for row in block.values()), channels, 1)
        self.scale = Scale(scale)
        self.relu = nn.ReLU(inplace=True) if relu else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(x + self.scale(self.expand(self.branches(x))))
        return out


def _repeat(times: int, channels: int, scale: float, block: Block) -> nn.Sequential:
    return nn.Sequential(*[Residual(block, channels, scale) for _ in range(times)])


def _reduction_b_resnet(c: int, second: int, third: int, last: int) -> Branches:
    """Figures 12 and 18."""
    return Branches(
        {
            "pool": _halving_pool(),
            "3x3": _then(chain(c, (256, 1)), _halving(256, 384)),
            "3x3b": _then(chain(c, (256, 1)), _halving(256, second)),
            "3x3x2": _then(chain(c, (256, 1), (third, 3)), _halving(third, last)),
        }
    )


# -- parts ---------------------------------------------------------------------------------------------------


def _then(first: nn.Module, second: nn.Module) -> nn.Sequential:
    return nn.Sequential(first, second)


def _pair(n: int, turned: bool) -> tuple[Kernel, Kernel]:
    return ((n, 1), (1, n)) if turned else ((1, n), (n, 1))


def _halving(c_in: int, c_out: int) -> nn.Module:
    return conv_bn(c_in, c_out, 3, stride=2, padding=0)


def _halving_pool() -> nn.Module:
    return nn.MaxPool2d(3, stride=2)


def _pooled(c: int, proj: int) -> nn.Module:
    return nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), conv_bn(c, proj, 1))


def _spread(c: int) -> nn.Module:
    return Branches({"1x3": conv_bn(c, 256, (1, 3)), "3x1": conv_bn(c, 256, (3, 1))})


def _require_layout(layout: str) -> None:
    if layout not in LAYOUTS:
        raise ValueError(f"layout is {layout!r}; use one of {', '.join(LAYOUTS)}")
