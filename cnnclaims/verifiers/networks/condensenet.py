"""CondenseNet (Huang et al. 2017, arXiv 1711.09224), Sections 3 and 4. Shapes are channels x height x width.

A layer is DenseNet's bottleneck layer with both convolutions in groups: the 1x1 learns its groups while it trains,
the 3x3 has fixed ones. `condensed=True` builds the network as it is after training, when every learned group
convolution has become an index layer and a standard group convolution; `condensed=False` builds it as it is trained.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# The authors' command for ImageNet: layers of a block, growth rate # side of the maps
IMAGENET = (
    (4, 8),  # 112x112
    (6, 16),  # 56x56
    (8, 32),  # 28x28
    (10, 64),  # 14x14
    (8, 128),  # 7x7
)
BOTTLENECK = 4  # a 1x1 convolution puts out four times the growth rate
FC_KEPT = 2  # the authors' conversion keeps one input of the classifier in two


class Shuffle(nn.Module):
    """Channels as a table of `groups` rows, read by columns: the permutation behind a group convolution."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        rows = x.reshape(batch, self.groups, channels // self.groups, height, width)
        return rows.transpose(1, 2).flatten(1, 2)


class Index(nn.Module):
    """Puts out the channels of a list, in its order; a channel may come twice or not at all."""

    index: Tensor

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.register_buffer("index", torch.arange(c_out) % c_in)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.index]


class LearnedGroupConv(nn.Module):
    """Normalisation, ReLU and a 1x1 convolution that loses inputs while it trains (Section 3.1).

    Output i belongs to group i modulo `groups`. Each stage takes c_in / condense inputs from every group, those with
    the smallest sums of absolute weights; after condense - 1 stages one in `condense` is left.
    """

    mask: Tensor

    def __init__(self, c_in: int, c_out: int, groups: int, condense: int) -> None:
        super().__init__()
        require_divisible(c_in, c_out, groups, condense)
        self.groups, self.condense, self.stages_done = groups, condense, 0
        self.bn = nn.BatchNorm2d(c_in)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(c_in, c_out, 1, bias=False)
        self.register_buffer("mask", torch.ones(c_out, c_in, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.conv2d(self.relu(self.bn(x)), self.conv.weight * self.mask)

    @torch.no_grad()
    def drop_inputs(self) -> None:
        """One condensing stage."""
        if self.stages_done == self.condense - 1:
            raise ValueError(f"all {self.stages_done} condensing stages are done")
        dropped = self.conv.in_channels // self.condense
        for group in range(self.groups):
            strength = self.conv.weight[group :: self.groups].abs().sum((0, 2, 3))
            strength[self.mask[group].flatten() == 0] = torch.inf
            self.mask[group :: self.groups, strength.argsort()[:dropped]] = 0
        self.stages_done += 1


class CondensedConv(nn.Module):
    """What a learned group convolution is after training: index, normalisation, ReLU, group convolution, shuffle."""

    def __init__(self, c_in: int, c_out: int, groups: int, condense: int) -> None:
        super().__init__()
        require_divisible(c_in, c_out, groups, condense)
        kept = c_in // condense * groups
        self.index = Index(c_in, kept)
        self.bn = nn.BatchNorm2d(kept)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(kept, c_out, 1, groups=groups, bias=False)
        self.shuffle = Shuffle(groups)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.shuffle(self.conv(self.relu(self.bn(self.index(x)))))
        return y


@torch.no_grad()
def condense(layer: LearnedGroupConv) -> CondensedConv:
    """The condensed form of a layer whose condensing stages are done."""
    c_out, c_in = layer.conv.weight.shape[:2]
    condensed = CondensedConv(c_in, c_out, layer.groups, layer.condense).to(layer.conv.weight)
    inputs = [layer.mask[group].flatten().nonzero().flatten() for group in range(layer.groups)]
    condensed.index.index = torch.cat(inputs)
    filters = [layer.conv.weight[group :: layer.groups, kept] for group, kept in enumerate(inputs)]
    condensed.conv.weight.copy_(torch.cat(filters))
    for name, value in layer.bn.state_dict().items():
        target = condensed.bn.state_dict()[name]
        target.copy_(value[condensed.index.index] if value.dim() else value)
    return condensed.train(layer.training)


class Concat(nn.Module):
    """Two tensors side by side, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([x, y], dim=1)


class DenseLayer(nn.Module):
    """Makes growth_rate new maps of all that come in, and puts them out beside those (Figure 1)."""

    def __init__(self, c_in: int, growth_rate: int, groups: int, condense: int, condensed: bool) -> None:
        super().__init__()
        inner = BOTTLENECK * growth_rate
        conv1 = CondensedConv if condensed else LearnedGroupConv
        self.conv1 = conv1(c_in, inner, groups, condense)
        self.bn2 = nn.BatchNorm2d(inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(inner, growth_rate, 3, padding=1, groups=groups, bias=False)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.concat(x, self.conv2(self.relu2(self.bn2(self.conv1(x)))))
        return y


def block(
    layers: int, c_in: int, growth_rate: int, groups: int, condense: int, condensed: bool
) -> nn.Sequential:
    """A dense block, layer1 to layer<layers>."""
    rows = {
        f"layer{i + 1}": DenseLayer(c_in + i * growth_rate, growth_rate, groups, condense, condensed)
        for i in range(layers)
    }
    return nn.Sequential(OrderedDict(rows))


def _condensenet(
    plan: tuple[tuple[int, int], ...], stride: int, groups: int, condense: int, condensed: bool
) -> tuple[dict[str, nn.Module], int]:
    """The stages up to the last map, and its channels; only pooling stands between the blocks."""
    channels = 2 * plan[0][1]
    stages: dict[str, nn.Module] = {"conv": nn.Conv2d(3, channels, 3, stride, padding=1, bias=False)}
    for number, (layers, growth_rate) in enumerate(plan, 1):
        stages[f"block{number}"] = block(layers, channels, growth_rate, groups, condense, condensed)
        channels += layers * growth_rate
        if number < len(plan):
            stages[f"pool{number}"] = nn.AvgPool2d(2)
    return stages, channels


def _head(channels: int, classes: int, fc_kept: int = 1) -> dict[str, nn.Module]:
    layers: dict[str, nn.Module] = {
        "bn": nn.BatchNorm2d(channels),
        "relu": nn.ReLU(inplace=True),
        "avgpool": nn.AdaptiveAvgPool2d(1),  # over the whole map, 8x8 or 7x7
        "flatten": nn.Flatten(1),
    }
    if fc_kept > 1:
        layers["index"] = Index(channels, channels // fc_kept)
    layers["fc"] = nn.Linear(channels // fc_kept, classes)
    return layers


def condensenet(
    groups: int = 4, condensed: bool = True, full_fc: bool = False, classes: int = 1000
) -> Network:
    """CondenseNet-74 for ImageNet with groups = condensation factor; full_fc keeps all inputs of the classifier."""
    _require_arguments(groups, classes)
    stages, channels = _condensenet(IMAGENET, 2, groups, groups, condensed)
    # Half of the inputs are gone in the authors' conversion: 4.77 M parameters with 4 groups, against 5.81 M.
    stages.update(_head(channels, classes, FC_KEPT if condensed and not full_fc else 1))
    return Network(stages, (3, 224, 224))


def condensenet_cifar(
    depth: int = 86, growth_rate: int = 8, groups: int = 4, condensed: bool = True, classes: int = 10
) -> Network:
    """CondenseNet for CIFAR: depth is 6n + 2 for n layers a block, growth_rate is the first block's and doubles twice.

    The classifier keeps all its inputs.
    """
    n = _layers_a_block(depth, 2)
    _require_arguments(groups, classes)
    _require_growth(growth_rate, groups)
    plan = tuple((n, growth_rate * 2**i) for i in range(3))
    stages, channels = _condensenet(plan, 1, groups, groups, condensed)
    stages.update(_head(channels, classes))
    return Network(stages, (3, 32, 32))


def condensenet_light(
    depth: int = 94, growth_rate: int = 16, groups: int = 4, condensed: bool = True, classes: int = 10
) -> Network:
    """CondenseNet-light for CIFAR: DenseNet-BC with learned group convolutions; depth is 6n + 4."""
    n = _layers_a_block(depth, 4)
    _require_arguments(groups, classes)
    _require_growth(growth_rate, groups)
    conv1 = CondensedConv if condensed else LearnedGroupConv
    channels = 2 * growth_rate
    stages: dict[str, nn.Module] = {"conv": nn.Conv2d(3, channels, 3, padding=1, bias=False)}
    for number in (1, 2, 3):
        stages[f"block{number}"] = block(n, channels, growth_rate, groups, groups, condensed)
        channels += n * growth_rate
        if number < 3:
            half = -(-channels // 2)
            half += -half % groups  # as in the authors' code
            stages[f"transition{number}"] = nn.Sequential(
                OrderedDict(conv=conv1(channels, half, groups, groups), pool=nn.AvgPool2d(2))
            )
            channels = half
    stages.update(_head(channels, classes))
    return Network(stages, (3, 32, 32))


def require_divisible(c_in: int, c_out: int, groups: int, condense: int) -> None:
    """ValueError unless a learned group convolution can have these sizes."""
    if c_out % groups:
        raise ValueError(f"groups is {groups}, which does not divide {c_out} outputs; use a divisor of them")
    if c_in % condense:
        raise ValueError(
            f"condense is {condense}, which does not divide {c_in} inputs; use a divisor of them"
        )


def _layers_a_block(depth: int, others: int) -> int:
    n, rest = divmod(depth - others, 6)
    if n < 1 or rest:
        near = max(n, 1)
        raise ValueError(
            f"depth is {depth}; use 6n + {others}, such as {6 * near + others} or {6 * near + 6 + others}"
        )
    return n


def _require_growth(growth_rate: int, groups: int) -> None:
    if growth_rate < 1 or growth_rate % groups:
        raise ValueError(
            f"growth_rate is {growth_rate} and groups is {groups}; use a multiple of groups, such as {2 * groups}"
        )


def _require_arguments(groups: int, classes: int) -> None:
    if groups not in (1, 2, 4, 8):
        raise ValueError(f"groups is {groups}; use 1, 2, 4 or 8, the paper's are 4 and 8")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
