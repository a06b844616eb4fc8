"""NASNet-B and NASNet-C: Learning Transferable Architectures (Zoph et al. 2017, arXiv 1707.07012), Appendix B.

Shapes are channels x height x width. The cells are those of Figures 8 and 9; all else is as in NASNet-A. A cell of
NASNet-B reads the four states of the cell before it and puts out four. They travel side by side in one tensor, which
the next cell takes apart again and the last layer reads as a whole: F is 16 times the filters of an operation in the
first normal cells. A normal cell of NASNet-C puts out five states' channels, so there F is 20 times as many.
"""

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.nasnet import (
    Block,
    CellNetwork,
    Operand,
    Plan,
    cells,
    check_image,
    cifar_stem,
    first_filters,
    fitted,
    head,
    norm,
    operation,
    stacked,
    stem,
)
from cnnclaims.verifiers.networks.network import Network

# Figure 8, left and right; h0 to h3 are the states of the cell before, 0 to 3 the cell's own blocks
B_NORMAL: tuple[tuple[str, Operand, Operand], ...] = (
    ("ln add", ("h1", "sep5x5"), ("h2", "identity")),
    ("ln add", ("h0", "sep5x5"), ("h3", "sep3x3")),
    ("ln add", ("h1", "sep3x3"), ("h3", "identity")),
    ("ln add", ("h0", "identity"), ("h1", "sep3x3")),
)
B_REDUCTION: tuple[tuple[str, Operand, Operand], ...] = (
    ("ln add", ("h0", "sep3x3"), ("h1", "sep3x3")),
    ("ln add", ("h1", "sep3x3"), ("h3", "identity")),
    ("add", ("h2", "identity"), ("h3", "avg3x3")),
    ("add", ("h0", "avg3x3"), ("0", "crossed3x3")),
)
STATES = 4

# Figure 9, left and right
C_NORMAL = Plan(
    blocks=(
        (("h", "sep3x3"), ("h", "sep5x5")),
        (("h", "sep3x3"), ("p", "sep3x3")),
        (("h", "sep3x3"), ("p", "sep3x3")),
        (("p", "sep3x3"), ("p", "crossed3x3")),
    ),
    joins=("add", "in add", "concat", "ln add"),
    out=("0", "1", "2", "3"),
)
C_REDUCTION = Plan(
    blocks=(
        (("h", "max3x3"), ("h", "max3x3")),
        (("h", "crossed7x7"), ("p", "max3x3")),
        (("h", "max3x3"), ("p", "max3x3")),
        (("p", "sep7x7"), ("p", "max5x5")),
    ),
    joins=("concat", "ln add", "in add", "ln add"),
    out=("0", "1", "2", "3"),
)


class StateCell(nn.Module):
    """A cell of NASNet-B: four states of `c_in` channels come in, four of `channels` go out.

    A state passes a 1x1 convolution where its channels are not the cell's (Appendix A.4). `first` is for the cell
    behind the first convolution, whose output stands for all four states.
    """

    def __init__(
        self,
        plan: tuple[tuple[str, Operand, Operand], ...],
        c_in: int,
        channels: int,
        stride: int,
        first: bool,
    ) -> None:
        super().__init__()
        self.plan, self.first = plan, first
        self.fits = nn.ModuleDict({f"h{i}": fitted(c_in, channels, halves=False) for i in range(STATES)})

        def of(operand: Operand) -> nn.Module:
            state, name = operand
            return operation(name, channels, channels, stride if state in self.fits else 1)

        self.blocks = nn.ModuleList(Block(of(left), of(right), join, channels) for join, left, right in plan)

    def forward(self, x: Tensor) -> Tensor:
        came = (x,) * STATES if self.first else x.chunk(STATES, dim=1)
        states = {name: fit(state) for (name, fit), state in zip(self.fits.items(), came, strict=True)}
        for i, (block, (_, left, right)) in enumerate(zip(self.blocks, self.plan, strict=True)):
            states[str(i)] = block(states[left[0]], states[right[0]])
        return torch.cat([states[str(i)] for i in range(STATES)], dim=1)


def nasnet_b(
    n: int = 4, filters: int = 1536, resolution: int = 224, stem_channels: int = 32, classes: int = 1000
) -> Network:
    """NASNet-B for ImageNet, n @ filters."""
    width = first_filters(n, filters, classes, 16)
    check_image(resolution, stem_channels)
    stages: dict[str, nn.Module] = {
        "conv": nn.Conv2d(3, stem_channels, 3, 2, bias=False),  # 111x111
        "bn": norm(stem_channels),
        "stem1": StateCell(B_REDUCTION, stem_channels, width // 4, 2, first=True),  # 56x56
        "stem2": StateCell(B_REDUCTION, width // 4, width // 2, 2, first=False),  # 28x28
    }
    _state_cells(stages, n, width, width // 2, first=False)
    stages.update(head(filters, classes, dropout=0.5))
    return Network(stages, input_shape=(3, resolution, resolution))


def nasnet_b_cifar(n: int = 4, filters: int = 1152, classes: int = 10) -> Network:
    """NASNet-B for CIFAR, n @ filters."""
    width = first_filters(n, filters, classes, 16)
    stages = cifar_stem(width)
    _state_cells(stages, n, width, 3 * width, first=True)
    stages.update(head(filters, classes, dropout=0))
    return Network(stages, input_shape=(3, 32, 32))


def _state_cells(stages: dict[str, nn.Module], n: int, width: int, c_in: int, first: bool) -> None:
    """Figure 2 without its first and last layers, of the cells of NASNet-B; `c_in` channels a state come in."""
    for stage in (1, 2, 3):
        if stage > 1:
            stages[f"reduction{stage - 1}"] = StateCell(B_REDUCTION, width, 2 * width, 2, first=False)
            width = c_in = 2 * width
        for i in range(1, n + 1):
            stages[f"normal{stage}_{i}"] = StateCell(B_NORMAL, c_in, width, 1, first)
            c_in, first = width, False


def nasnet_c(
    n: int = 3, filters: int = 960, resolution: int = 224, stem_channels: int = 32, classes: int = 1000
) -> Network:
    """NASNet-C for ImageNet, n @ filters."""
    width = first_filters(n, filters, classes, 20)
    check_image(resolution, stem_channels)
    stages, chain = stem(stem_channels, C_REDUCTION, width)
    cells(stages, chain + stacked(C_NORMAL, C_REDUCTION, n, width), stem_channels)
    stages.update(head(filters, classes, dropout=0.5))
    return CellNetwork(stages, input_shape=(3, resolution, resolution))


def nasnet_c_cifar(n: int = 4, filters: int = 640, classes: int = 10) -> Network:
    """NASNet-C for CIFAR, n @ filters."""
    width = first_filters(n, filters, classes, 20)
    stages = cifar_stem(width)
    cells(stages, stacked(C_NORMAL, C_REDUCTION, n, width), 3 * width)
    stages.update(head(filters, classes, dropout=0))
    return CellNetwork(stages, input_shape=(3, 32, 32))
