"""NASNet-A: Learning Transferable Architectures (Zoph et al. 2017, arXiv 1707.07012), Figures 2 and 4, Appendix A.

Shapes are channels x height x width. N @ F: N normal cells on each of three sizes of map, F channels at the end,
which are 24 times those of an operation in the first normal cells. Padding keeps a map at stride 1 and halves it,
rounded up, at stride 2. Left out are the side classifier and ScheduledDropPath, which only training uses.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# -- operations ----------------------------------------------------------------------------------------------

# Section 3, the list to choose from; "crossed" is 1 x k and then k x 1
OPERATIONS = (
    "identity",
    "crossed3x3",
    "crossed7x7",
    "dilated3x3",
    "avg3x3",
    "max3x3",
    "max5x5",
    "max7x7",
    "conv1x1",
    "conv3x3",
    "sep3x3",
    "sep5x5",
    "sep7x7",
)


def norm(channels: int) -> nn.BatchNorm2d:
    """Normalisation with the constants of the authors' code."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=3e-4)


def relu_conv_bn(c_in: int, c_out: int, kernel: int = 1, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """ReLU, convolution, normalisation: the order of Appendix A.4."""
    convolution = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2 * dilation, dilation, bias=False)
    return nn.Sequential(OrderedDict(relu=nn.ReLU(), conv=convolution, bn=norm(c_out)))


def separable(kernel: int, c_in: int, c_out: int, stride: int) -> nn.Module:
    """A depthwise separable convolution twice; nothing stands between its two halves (Appendix A.4)."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for i in (1, 2):
        layers[f"relu{i}"] = nn.ReLU()
        layers[f"dw{i}"] = nn.Conv2d(c_in, c_in, kernel, stride, kernel // 2, groups=c_in, bias=False)
        layers[f"pw{i}"] = nn.Conv2d(c_in, c_out, 1, bias=False)
        layers[f"bn{i}"] = norm(c_out)
        c_in, stride = c_out, 1
    return nn.Sequential(layers)


def pooling(kind: str, kernel: int, c_in: int, c_out: int, stride: int) -> nn.Module:
    """Pooling, and where the channels differ a 1x1 convolution."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if kind == "avg":
        layers["pool"] = nn.AvgPool2d(kernel, stride, kernel // 2, count_include_pad=False)
    else:
        layers["pool"] = nn.MaxPool2d(kernel, stride, kernel // 2)
    if c_in != c_out:
        layers["conv"] = nn.Conv2d(c_in, c_out, 1, bias=False)
        layers["bn"] = norm(c_out)
    return nn.Sequential(layers)


def crossed(kernel: int, c_in: int, c_out: int, stride: int) -> nn.Module:
    """A row of pixels, then a column: 1 x kernel and kernel x 1, each with its own normalisation."""
    pad = kernel // 2
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["relu1"] = nn.ReLU()
    layers["row"] = nn.Conv2d(c_in, c_out, (1, kernel), (1, stride), (0, pad), bias=False)
    layers["bn1"] = norm(c_out)
    layers["relu2"] = nn.ReLU()
    layers["column"] = nn.Conv2d(c_out, c_out, (kernel, 1), (stride, 1), (pad, 0), bias=False)
    layers["bn2"] = norm(c_out)
    return nn.Sequential(layers)


def operation(name: str, c_in: int, c_out: int, stride: int) -> nn.Module:
    """The operation of this name, one of OPERATIONS."""
    if name == "identity":
        return nn.Identity() if stride == 1 and c_in == c_out else relu_conv_bn(c_in, c_out, 1, stride)
    kind, kernel = name[:-3], int(name[-1])
    if kind == "sep":
        return separable(kernel, c_in, c_out, stride)
    if kind in ("avg", "max"):
        return pooling(kind, kernel, c_in, c_out, stride)
    if kind == "conv":
        return relu_conv_bn(c_in, c_out, kernel, stride)
    if kind == "dilated":
        return relu_conv_bn(c_in, c_out, kernel, stride, dilation=2)
    if kind == "crossed":
        return crossed(kernel, c_in, c_out, stride)
    raise ValueError(f"operation is {name!r}; use one of {', '.join(OPERATIONS)}")


class Subsample(nn.Module):
    """Every second pixel, from the first or from the second on; a map of odd side is filled up with zeros."""

    def __init__(self, shift: int) -> None:
        super().__init__()
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        if self.shift:
            x = nn.functional.pad(x, (0, 1, 0, 1))
        return x[:, :, self.shift :: 2, self.shift :: 2]


class Halving(nn.Module):
    """Halves a map: a 1x1 convolution to half the channels on each of two shifted subsamples."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        first = c_out // 2
        self.relu = nn.ReLU()
        self.subsample1, self.conv1 = Subsample(0), nn.Conv2d(c_in, first, 1, bias=False)
        self.subsample2, self.conv2 = Subsample(1), nn.Conv2d(c_in, c_out - first, 1, bias=False)
        self.bn = norm(c_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        y: Tensor = self.bn(
            torch.cat([self.conv1(self.subsample1(x)), self.conv2(self.subsample2(x))], dim=1)
        )
        return y


# -- plans of cells --------------------------------------------------------------------------------------------

# A state of a cell: h is the output of the cell before, p that of the one before it, 0 to 4 the cell's own blocks.
State = str
Operand = tuple[State, str]  # a state and the operation on it


class Plan(NamedTuple):
    """What a cell does: the two operands of each block, and the states that are concatenated.

    `joins` says for each block how its operands are combined, one of JOINS; added where it is empty.
    """

    blocks: tuple[tuple[Operand, Operand], ...]
    out: tuple[State, ...]
    operation: Callable[[str, int, int, int], nn.Module] = operation
    joins: tuple[str, ...] = ()


# Figure 4, left and right
NORMAL = Plan(
    blocks=(
        (("h", "sep3x3"), ("h", "identity")),
        (("p", "sep3x3"), ("h", "sep5x5")),
        (("h", "avg3x3"), ("p", "identity")),
        (("p", "avg3x3"), ("p", "avg3x3")),
        (("p", "sep5x5"), ("p", "sep3x3")),
    ),
    out=("p", "0", "1", "2", "3", "4"),
)
REDUCTION = Plan(
    blocks=(
        (("p", "sep7x7"), ("h", "sep5x5")),
        (("h", "max3x3"), ("p", "sep7x7")),
        (("h", "avg3x3"), ("p", "sep5x5")),
        (("h", "max3x3"), ("0", "sep3x3")),
        (("0", "avg3x3"), ("1", "identity")),
    ),
    out=("1", "2", "3", "4"),
)
OUT_OF_FILTERS = 24  # F over the filters of the first normal cells: six states, doubled twice


# -- cells ---------------------------------------------------------------------------------------------------


# Appendix B; "ln" and "in" are layer and instance normalisation of the sum, each with a scale and a shift a channel
JOINS = ("add", "concat", "ln add", "in add")


class Block(nn.Module):
    """Two operations and what joins their outputs, of `channels` channels each."""

    def __init__(self, left: nn.Module, right: nn.Module, join: str, channels: int) -> None:
        super().__init__()
        if join not in JOINS:
            raise ValueError(f"join is {join!r}; use one of {', '.join(JOINS)}")
        self.left, self.right, self.join = left, right, join
        if join in ("ln add", "in add"):
            self.norm = nn.GroupNorm(1 if join == "ln add" else channels, channels)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        left, right = self.left(x), self.right(y)
        if self.join == "concat":
            return torch.cat([left, right], dim=1)
        z: Tensor = left + right
        return z if self.join == "add" else self.norm(z)


def fitted(c_in: int, c_out: int, halves: bool) -> nn.Module:
    """What brings a state to the size and the channels of the others."""
    if halves:
        return Halving(c_in, c_out)
    return nn.Identity() if c_in == c_out else relu_conv_bn(c_in, c_out)


class Cell(nn.Module):
    """A cell of `channels` channels an operation; h and p come in, of which p may have a map twice as large.

    `first` is for the cell behind the first convolution: it has no p, and takes h as it is in its place.
    """

    def __init__(
        self, plan: Plan, h: int, p: int, channels: int, stride: int, halves: bool, first: bool
    ) -> None:
        super().__init__()
        self.plan = plan
        self.fit_h = relu_conv_bn(h, channels)
        self.fit_p = nn.Identity() if first else fitted(p, channels, halves)
        inner = {"h": channels, "p": h if first else channels}

        def of(operand: Operand) -> nn.Module:
            state, name = operand
            return plan.operation(name, inner.get(state, channels), channels, stride if state in inner else 1)

        joins = plan.joins or ("add",) * len(plan.blocks)
        self.blocks = nn.ModuleList(
            Block(of(left), of(right), join, channels)
            for (left, right), join in zip(plan.blocks, joins, strict=True)
        )
        # a block that concatenates has two states' channels; every one of them is put out
        self.out_channels = channels * (len(plan.out) + joins.count("concat"))
        self.fit_out = nn.ModuleDict(
            {state: fitted(inner[state], channels, stride == 2) for state in plan.out if state in inner}
        )

    def forward(self, h: Tensor, p: Tensor) -> Tensor:
        states = {"h": self.fit_h(h), "p": self.fit_p(p)}
        for i, (block, (left, right)) in enumerate(zip(self.blocks, self.plan.blocks, strict=True)):
            states[str(i)] = block(states[left[0]], states[right[0]])
        for state, fit in self.fit_out.items():
            states[state] = fit(states[state])
        return torch.cat([states[state] for state in self.plan.out], dim=1)


class CellNetwork(Network):
    """A network in which a cell reads the outputs of the two before it."""

    def forward(self, x: Tensor) -> Tensor:
        before = x
        for stage in self.children():
            if isinstance(stage, Cell):
                x, before = stage(x, before), x
            else:
                x = before = stage(x)
        return x


def cells(
    stages: dict[str, nn.Module], chain: list[tuple[str, Plan, int, int]], channels: int
) -> dict[str, nn.Module]:
    """The stages and behind them a chain of cells: name, plan, channels of an operation, stride.

    `channels` come out of the stage before the cells.
    """
    h, p, halves, first = channels, channels, False, True
    for name, plan, width, stride in chain:
        stages[name] = cell = Cell(plan, h, p, width, stride, halves, first)
        h, p, halves, first = cell.out_channels, h, stride == 2, False
    return stages


def stacked(normal: Plan, reduction: Plan, n: int, filters: int) -> list[tuple[str, Plan, int, int]]:
    """Figure 2 without its first and last layers: n normal cells three times, reduction cells between them."""
    chain = []
    for stage in (1, 2, 3):
        width = filters * 2 ** (stage - 1)
        if stage > 1:
            chain.append((f"reduction{stage - 1}", reduction, width, 2))
        chain += [(f"normal{stage}_{i}", normal, width, 1) for i in range(1, n + 1)]
    return chain


def head(channels: int, classes: int, dropout: float) -> dict[str, nn.Module]:
    """ReLU, the mean of every map, dropout, one linear layer."""
    layers: dict[str, nn.Module] = {
        "relu": nn.ReLU(),
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(1),
        "dropout": nn.Dropout(dropout),
        "fc": nn.Linear(channels, classes),
    }
    return layers


def stem(
    channels: int, reduction: Plan, filters: int
) -> tuple[dict[str, nn.Module], list[tuple[str, Plan, int, int]]]:
    """The beginning on ImageNet: a convolution at stride 2, two reduction cells of a quarter and half the filters."""
    stages: dict[str, nn.Module] = {
        "conv": nn.Conv2d(3, channels, 3, 2, bias=False),  # 111x111 at 224, 165x165 at 331: no padding
        "bn": norm(channels),
    }
    return stages, [("stem1", reduction, filters // 4, 2), ("stem2", reduction, filters // 2, 2)]


# -- networks ------------------------------------------------------------------------------------------------


def nasnet_a(
    n: int = 6, filters: int = 4032, resolution: int = 331, stem_channels: int = 96, classes: int = 1000
) -> Network:
    """NASNet-A for ImageNet, n @ filters; stem_channels come out of the first convolution."""
    width = first_filters(n, filters, classes)
    check_image(resolution, stem_channels)
    # The paper does not print the width of the first convolution: 96 in the authors' NASNet-A (6 @ 4032), 32 in
    # their NASNet-A (4 @ 1056).
    stages, chain = stem(stem_channels, REDUCTION, width)
    cells(stages, chain + stacked(NORMAL, REDUCTION, n, width), stem_channels)
    stages.update(head(filters, classes, dropout=0.5))
    return CellNetwork(stages, input_shape=(3, resolution, resolution))


def nasnet_mobile(classes: int = 1000) -> Network:
    """NASNet-A (4 @ 1056) on images of 224 pixels, with 32 channels out of the first convolution."""
    return nasnet_a(4, 1056, 224, 32, classes)


def nasnet_a_cifar(n: int = 6, filters: int = 768, classes: int = 10) -> Network:
    """NASNet-A for CIFAR, n @ filters."""
    width = first_filters(n, filters, classes)
    stages = cifar_stem(width)
    cells(stages, stacked(NORMAL, REDUCTION, n, width), 3 * width)
    stages.update(head(filters, classes, dropout=0))
    return CellNetwork(stages, input_shape=(3, 32, 32))


def cifar_stem(width: int) -> dict[str, nn.Module]:
    """The beginning on CIFAR: a convolution that puts out three times the filters of the first cells.

    So the authors' code has it; the paper does not say.
    """
    return {
        "conv": nn.Conv2d(3, 3 * width, 3, padding=1, bias=False),  # 32x32
        "bn": norm(3 * width),
    }


def check_image(resolution: int, stem_channels: int) -> None:
    """A ValueError where an image has no place for the first convolution, or that no channels."""
    if resolution < 3:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 224, 299 or 331")
    if stem_channels < 1:
        raise ValueError(f"stem_channels is {stem_channels}; use at least 1, such as 32 or 96")


def first_filters(n: int, filters: int, classes: int, out_of: int = OUT_OF_FILTERS) -> int:
    """The filters of the first normal cells, of which F is `out_of` times as many, after a look at the arguments."""
    if n < 1:
        raise ValueError(f"n is {n}; use at least 1 normal cell, such as the paper's 3, 4, 5, 6 or 7")
    width, rest = divmod(filters, out_of)
    if width < 1 or rest:
        near = max(1, round(filters / out_of)) * out_of
        raise ValueError(f"filters is {filters}; use a multiple of {out_of}, such as {near}")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    return width
