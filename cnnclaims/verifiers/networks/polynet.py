"""Very Deep PolyNet (Zhang et al. 2016, arXiv 1611.05725), Figures 6 and 7. Shapes are channels x height x width.

Inception-ResNet-v2 in which each residual block F becomes I + F + F' (2-way) or I + F + F^2 + F^3 (poly-3), mixed in
turn. Convolutions have no bias, normalisation follows each. What the figures leave open, the shared layers of poly-3
among it, is as in the port of the authors' model.
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

Kernel = int | tuple[int, int]
Row = tuple[int, Kernel]  # channels and kernel of a layer; stride 1, the map keeps its size
# Blocks: channels in, the branches, their joint channels
A = (384, (((32, 1), (48, 3), (64, 3)), ((32, 1), (32, 3)), ((32, 1),)), 128)
B = (1152, (((128, 1), (160, (1, 7)), (192, (7, 1))), ((192, 1),)), 384)
C = (2048, (((192, 1), (224, (1, 3)), (256, (3, 1))), ((192, 1),)), 448)
Shape = tuple[int, tuple[tuple[Row, ...], ...], int]
STAGE_A, STAGE_B, STAGE_C = 10, 20, 10  # blocks; in B and C poly-3 and 2-way in turn
SCALES = STAGE_A + STAGE_B + STAGE_C


class Branches(nn.Module):
    """Branches side by side, concatenated."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def conv(
    c_in: int, c_out: int, kernel: Kernel, stride: int = 1, same: bool = True, relu: bool = True
) -> nn.Sequential:
    """Convolution, normalisation and ReLU; `same` pads so that stride 1 keeps the map."""
    sides = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    padding = (sides[0] // 2, sides[1] // 2) if same else (0, 0)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.Conv2d(c_in, c_out, sides, stride, padding, bias=False)
    layers["bn"] = nn.BatchNorm2d(c_out)
    if relu:
        layers["relu"] = nn.ReLU()
    return nn.Sequential(layers)


def chain(c_in: int, rows: tuple[Row, ...]) -> nn.Sequential:
    """Layers one after another."""
    layers = []
    for channels, kernel in rows:
        layers.append(conv(c_in, channels, kernel))
        c_in = channels
    return nn.Sequential(*layers)


def inception(shape: Shape) -> nn.Sequential:
    """An Inception-ResNet block without its shortcut: branches, then 1x1 back to all channels."""
    channels, branches, joint = shape
    return nn.Sequential(
        Branches(*(chain(channels, rows) for rows in branches)), conv(joint, channels, 1, relu=False)
    )


class TwoWay(nn.Module):
    """I + F + F': two blocks with weights of their own beside the identity."""

    def __init__(self, shape: Shape, scale: float) -> None:
        super().__init__()
        self.first, self.second = inception(shape), inception(shape)
        self.scale = scale
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(x + self.first(x) * self.scale + self.second(x) * self.scale)
        return y


class Poly3(nn.Module):
    """I + F + F^2 + F^3: the convolutions of the branches are shared by the three, the rest is not."""

    def __init__(self, shape: Shape, scale: float) -> None:
        super().__init__()
        blocks = [inception(shape) for _ in range(3)]
        for block in blocks[1:]:
            for theirs, shared in zip(block[0].modules(), blocks[0][0].modules(), strict=True):
                if isinstance(shared, nn.Sequential) and hasattr(shared, "conv"):
                    theirs.conv = shared.conv
        self.blocks = nn.ModuleList(blocks)
        self.scale = scale
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        total = x
        for block in self.blocks:
            x = block(x)
            total = total + x * self.scale
            x = self.relu(x)
        y: Tensor = self.relu(total)
        return y


def polynet(resolution: int = 331, classes: int = 1000) -> Network:
    """Very Deep PolyNet: stages of 10, 20 and 10 blocks."""
    if resolution < 75:
        raise ValueError(f"resolution is {resolution}; use at least 75 pixels, such as the paper's 331")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    scales = [1 - 0.3 * i / (SCALES - 1) for i in range(SCALES)]  # residuals weigh less the deeper they stand
    stages: dict[str, nn.Module] = {
        "stem": _stem(),  # 384 x 39 x 39 at 331 pixels
        "stage_a": nn.Sequential(*(TwoWay(A, scale) for scale in scales[:STAGE_A])),
        "reduction_a": _reduction(384, ((256, 1), (256, 3), (384, 3)), ((384, 3),)),  # 1152 x 19 x 19
        "stage_b": nn.Sequential(*_mixed(B, scales[STAGE_A : STAGE_A + STAGE_B])),
        "reduction_b": _reduction(
            1152, ((256, 1), (256, 3), (256, 3)), ((256, 1), (256, 3)), ((256, 1), (384, 3))
        ),  # 2048 x 9 x 9
        "stage_c": nn.Sequential(*_mixed(C, scales[STAGE_A + STAGE_B :])),
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(1),
        "dropout": nn.Dropout(0.2),
        "fc": nn.Linear(2048, classes),
    }
    return Network(stages, input_shape=(3, resolution, resolution))


def _mixed(shape: Shape, scales: list[float]) -> list[nn.Module]:
    kinds: tuple[Callable[[Shape, float], nn.Module], ...] = (Poly3, TwoWay)
    return [kinds[i % 2](shape, scale) for i, scale in enumerate(scales)]


def _reduction(c_in: int, *branches: tuple[Row, ...]) -> nn.Module:
    """Branches whose last layer halves the map, without padding, and max pooling beside them."""
    rows: list[nn.Module] = []
    for *before, (channels, kernel) in branches:
        body = chain(c_in, tuple(before))
        last = before[-1][0] if before else c_in
        rows.append(nn.Sequential(*body, conv(last, channels, kernel, stride=2, same=False)))
    return Branches(*rows, nn.MaxPool2d(3, 2))


def _stem() -> nn.Module:
    """The stem of Inception-v4."""
    return nn.Sequential(
        conv(3, 32, 3, stride=2, same=False),
        conv(32, 32, 3, same=False),
        conv(32, 64, 3),
        Branches(nn.MaxPool2d(3, 2), conv(64, 96, 3, stride=2, same=False)),
        Branches(
            nn.Sequential(conv(160, 64, 1), conv(64, 96, 3, same=False)),
            nn.Sequential(
                conv(160, 64, 1), conv(64, 64, (7, 1)), conv(64, 64, (1, 7)), conv(64, 96, 3, same=False)
            ),
        ),
        Branches(nn.MaxPool2d(3, 2), conv(192, 192, 3, stride=2, same=False)),
    )
