"""AmoebaNet: Regularized Evolution for Image Classifier Architecture Search (Real et al. 2018, arXiv 1802.01548).

Shapes are channels x height x width. Its figures draw the cells; the plans below are those of the authors' code,
whose cells are stacked like NASNet's. A (6, 190) has 86.7 M parameters and 23.1 G multiply-adds, C (6, 228)
155.3 M and 41.1 G, as in the paper's table; for B, the code's plan gives 79.0 M where 84.0 M is printed, so B is
left out.
"""

from collections import OrderedDict
from typing import Literal

from torch import nn

from cnnclaims.verifiers.networks.nasnet import (
    CellNetwork,
    Plan,
    cells,
    head,
    operation,
    relu_conv_bn,
    stacked,
    stem,
)
from cnnclaims.verifiers.networks.network import Network


def narrow(name: str, c_in: int, c_out: int, stride: int) -> nn.Module:
    """NASNet's operations, but the crossed 7x7 convolution between 1x1 ones, on a quarter of the channels."""
    inner = c_out // 4
    if name != "crossed7x7":
        return operation(name, c_in, c_out, stride)
    return nn.Sequential(
        OrderedDict(
            pre=relu_conv_bn(c_in, inner),
            conv=operation(name, inner, inner, stride),
            post=relu_conv_bn(inner, c_out),
        )
    )


# Normal and reduction cell
PLANS = {
    "A": (
        Plan(
            blocks=(
                (("h", "avg3x3"), ("h", "max3x3")),
                (("p", "sep3x3"), ("p", "identity")),
                (("h", "identity"), ("p", "avg3x3")),
                (("h", "sep3x3"), ("0", "sep5x5")),
                (("3", "avg3x3"), ("h", "sep3x3")),
            ),
            out=("p", "1", "2", "4"),
            operation=narrow,
        ),
        Plan(
            blocks=(
                (("p", "sep3x3"), ("h", "avg3x3")),
                (("h", "max3x3"), ("0", "sep7x7")),
                (("p", "max3x3"), ("h", "max3x3")),
                (("2", "sep3x3"), ("h", "crossed7x7")),
                (("p", "avg3x3"), ("h", "sep7x7")),
            ),
            out=("0", "1", "2", "3", "4"),
            operation=narrow,
        ),
    ),
    "C": (
        Plan(
            blocks=(
                (("h", "avg3x3"), ("h", "sep3x3")),
                (("h", "identity"), ("h", "sep3x3")),
                (("0", "avg3x3"), ("p", "sep3x3")),
                (("h", "identity"), ("p", "sep3x3")),
                (("1", "avg3x3"), ("h", "sep3x3")),
            ),
            out=("p", "0", "2", "3", "4"),
            operation=narrow,
        ),
        Plan(
            blocks=(
                (("h", "max3x3"), ("h", "max3x3")),
                (("0", "sep7x7"), ("h", "sep3x3")),
                (("h", "sep7x7"), ("p", "max3x3")),
                (("2", "sep5x5"), ("2", "sep5x5")),
                (("p", "max3x3"), ("p", "sep3x3")),
            ),
            out=("h", "0", "1", "2", "3", "4"),
            operation=narrow,
        ),
    ),
}


def amoebanet(
    cell: Literal["A", "C"] = "A",
    n: int = 6,
    filters: int = 190,
    resolution: int = 331,
    classes: int = 1000,
) -> Network:
    """AmoebaNet for ImageNet: n normal cells on each of three sizes of map, `filters` in the first of them."""
    _require_arguments(cell, n, filters, resolution, classes)
    normal, reduction = PLANS[cell]
    stages, chain = stem(32, reduction, filters)
    cells(stages, chain + stacked(normal, reduction, n, filters), 32)
    stages.update(head(4 * filters * len(normal.out), classes, dropout=0.5))
    return CellNetwork(stages, input_shape=(3, resolution, resolution))


def _require_arguments(cell: str, n: int, filters: int, resolution: int, classes: int) -> None:
    if cell not in PLANS:
        raise ValueError(f"cell is {cell!r}; use 'A' or 'C'")
    if n < 1:
        raise ValueError(f"n is {n}; use at least 1 normal cell, such as the paper's 6")
    if filters < 8:
        raise ValueError(f"filters is {filters}; use at least 8, such as the paper's 190 or 228")
    if resolution < 3:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 331")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
