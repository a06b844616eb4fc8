"""LeNet-1, LeNet-4 and LeNet-5. LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition (1998,
no arXiv number), Section II.B with Figure 2 and Table I. The paper gives LeNet-1 in words only; its layers and its
table are those of the 1989 network it goes back to (LeCun et al., Handwritten Digit Recognition with a Back-Propagation
Network, NIPS 1989, Table 1), whose 2,578 parameters and 98,442 connections come out of them.

Shapes are channels x height x width; the paper says maps where we say channels. C convolves, S subsamples, F is full.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network

# Table I: the S2 maps (0 to 5) that each of the 16 C3 maps sees.
C3_TABLE = (
    (0, 1, 2),  # 0
    (1, 2, 3),  # 1
    (2, 3, 4),  # 2
    (3, 4, 5),  # 3
    (0, 4, 5),  # 4
    (0, 1, 5),  # 5
    (0, 1, 2, 3),  # 6
    (1, 2, 3, 4),  # 7
    (2, 3, 4, 5),  # 8
    (0, 3, 4, 5),  # 9
    (0, 1, 4, 5),  # 10
    (0, 1, 2, 5),  # 11
    (0, 1, 3, 4),  # 12
    (1, 2, 4, 5),  # 13
    (0, 2, 3, 5),  # 14
    (0, 1, 2, 3, 4, 5),  # 15
)

# NIPS 1989, Table 1: the H2 maps (0 to 3) that each of the 12 H3 maps sees. The counts depend on the 20 pairs only.
H3_TABLE = (
    (0,),  # 0
    (0, 1),  # 1
    (0, 1),  # 2
    (1,),  # 3
    (0, 1),  # 4
    (0, 1),  # 5
    (2,),  # 6
    (2, 3),  # 7
    (2, 3),  # 8
    (3,),  # 9
    (2, 3),  # 10
    (2, 3),  # 11
)

# The classes 0 to 9 as 7x12 bitmaps, drawn here: the paper shows its own in Figure 3 and says how they are used.
BITMAPS = """
..###.. ...##.. .#####. .#####. ....##. ####### ..####. ####### .#####. ..###..
.##.##. ..###.. ##...## ##...## ...###. ##..... .##.... .....## ##...## .##.##.
##...## .####.. ##...## .....## ...###. ##..... ##..... .....## ##...## ##...##
##...## ...##.. .....## .....## ..####. ##..... ##..... ....##. ##...## ##...##
##...## ...##.. .....## .....## .##.##. ##..... ##.###. ....##. .##.##. ##...##
##...## ...##.. ....##. ..####. .##.##. ######. ###..## ...##.. ..###.. ##...##
##...## ...##.. ...##.. .....## ##..##. .....## ##...## ...##.. .##.##. ##..###
##...## ...##.. ..##... .....## ####### .....## ##...## ..##... ##...## .###.##
##...## ...##.. .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. .....## ##...## .##.... ##...## .....##
.##.##. ...##.. ##..... ##...## ....##. ##...## .##.##. .##.... ##...## ....##.
..###.. .###### ####### .#####. ....##. .#####. ..###.. .##.... .#####. .####..
"""


class ScaledTanh(nn.Module):
    """The squashing function A tanh(S a) of Appendix A."""

    def __init__(self, amplitude: float = 1.7159, slope: float = 2 / 3) -> None:
        super().__init__()
        self.amplitude, self.slope = amplitude, slope

    def forward(self, x: Tensor) -> Tensor:
        return self.amplitude * torch.tanh(self.slope * x)


class Subsampling(nn.Module):
    """The four values of each 2x2 window added up, times a gain, plus a bias, both one a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((maps, 1, 1), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return 4 * F.avg_pool2d(x, 2) * self.weight + self.bias


class PartialConvolution(nn.Module):
    """One small convolution a row of `table`, each on its own selection of the input maps."""

    def __init__(self, table: tuple[tuple[int, ...], ...], kernel_size: int) -> None:
        super().__init__()
        self.table = table
        self.maps = nn.ModuleList(nn.Conv2d(len(inputs), 1, kernel_size) for inputs in table)

    def forward(self, x: Tensor) -> Tensor:
        selected = [torch.cat([x[:, i : i + 1] for i in inputs], 1) for inputs in self.table]
        return torch.cat([conv(maps) for conv, maps in zip(self.maps, selected, strict=True)], 1)


class Pairs(nn.Module):
    """Every map twice, one behind the other, for the two subsampling maps that see it."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([x, x], dim=2).flatten(1, 2)


class RBF(nn.Module):
    """Euclidean distances, squared, to one fixed code of -1 and +1 a class; the codes are no trainable parameters."""

    codes: Tensor

    def __init__(self, codes: Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cdist(x, self.codes, compute_mode="donot_use_mm_for_euclid_dist").square()


def bitmap_codes() -> Tensor:
    """The ten bitmaps as rows of 84 values, -1 for paper and +1 for ink."""
    rows = [row.split() for row in BITMAPS.split("\n") if row]
    glyphs = ["".join(row[digit] for row in rows) for digit in range(10)]
    return torch.tensor([[1.0 if dot == "#" else -1.0 for dot in glyph] for glyph in glyphs])


def lenet1() -> Network:
    """LeNet-1: digits of 16x16 centred in 28x28, about 2,600 parameters."""
    stages = {
        "H1": nn.Conv2d(1, 4, 5),  # 4 x 24 x 24
        "squash1": ScaledTanh(),
        "H2": Subsampling(4),  # 4 x 12 x 12
        "squash2": ScaledTanh(),
        "H3": PartialConvolution(H3_TABLE, 5),  # 12 x 8 x 8
        "squash3": ScaledTanh(),
        "H4": Subsampling(12),  # 12 x 4 x 4
        "squash4": ScaledTanh(),
        "flatten": nn.Flatten(),  # 192
        "OUT": nn.Linear(192, 10),  # 10
        "squash5": ScaledTanh(),  # the targets are -1 and +1
    }
    return Network(stages, input_shape=(1, 28, 28))


def lenet5() -> Network:
    """LeNet-5: digits of 28x28 centred in 32x32, 60,000 parameters."""
    stages = {
        "C1": nn.Conv2d(1, 6, 5),  # 6 x 28 x 28
        "squash1": ScaledTanh(),  # the paper squashes all units up to F6, so also before subsampling
        "S2": Subsampling(6),  # 6 x 14 x 14
        "squash2": ScaledTanh(),
        "C3": PartialConvolution(C3_TABLE, 5),  # 16 x 10 x 10; 1,516 parameters, a dense C3 would have 2,416
        "squash3": ScaledTanh(),
        "S4": Subsampling(16),  # 16 x 5 x 5
        "squash4": ScaledTanh(),
        "C5": nn.Conv2d(16, 120, 5),  # 120 x 1 x 1
        "squash5": ScaledTanh(),
        "flatten": nn.Flatten(),  # 120
        "F6": nn.Linear(120, 84),  # 84
        "squash6": ScaledTanh(),
        "OUT": RBF(bitmap_codes()),  # 10
    }
    return Network(stages, input_shape=(1, 32, 32))


def lenet4(joined: int = 1) -> Network:
    """LeNet-4 as described in Section III.C.8, on images of 32x32.

    Each of the 4 first maps is subsampled twice. `joined` is how many of the 8 maps each of the 16 maps of the third
    layer sees, of which the table is not printed: 1 is the fewest, 8 the most.
    """
    if not 1 <= joined <= 8:
        raise ValueError(f"joined is {joined}; use 1 to 8, the maps that there are to see")
    table = tuple(tuple(sorted((i + j) % 8 for j in range(joined))) for i in range(16))
    stages = {
        "C1": nn.Conv2d(1, 4, 5),  # 4 x 28 x 28
        "squash1": ScaledTanh(),
        "S2": nn.Sequential(Pairs(), Subsampling(8)),  # 8 x 14 x 14
        "squash2": ScaledTanh(),
        "C3": PartialConvolution(table, 5),  # 16 x 10 x 10
        "squash3": ScaledTanh(),
        "S4": Subsampling(16),  # 16 x 5 x 5
        "squash4": ScaledTanh(),
        "C5": nn.Conv2d(16, 120, 5),  # 120 x 1 x 1
        "squash5": ScaledTanh(),
        "flatten": nn.Flatten(),  # 120
        "OUT": nn.Linear(120, 10),  # 10
    }
    return Network(stages, input_shape=(1, 32, 32))


def initialise(net: nn.Module, generator: torch.Generator | None = None) -> None:
    """Appendix A: uniform within 2.4 over the fan-in of the unit; a bias is read as one of the unit's weights."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear | Subsampling):
            limit = 2.4 / fan_in(module)
            for parameter in module.parameters(recurse=False):
                nn.init.uniform_(parameter, -limit, limit, generator=generator)


def fan_in(module: nn.Conv2d | nn.Linear | Subsampling) -> int:
    """The inputs of one unit of a layer, its bias not among them."""
    return 4 if isinstance(module, Subsampling) else module.weight[0].numel()
