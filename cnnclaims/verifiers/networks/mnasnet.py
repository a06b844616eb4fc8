"""MnasNet (Tan et al. 2018, arXiv 1807.11626), Figure 7. Shapes are channels x height x width.

Every convolution is without bias and followed by batch normalisation, and by ReLU where no shortcut or next block
takes its output; the layers of squeeze-and-excitation have biases. Figure 7 draws A1; B1 and the small network are
as in the authors' code, which also gives what the figure leaves out: the 1 x 1 of 1280 channels before the pooling,
the width of squeeze-and-excitation, and the rounding of thinned layers to multiples of 8.
"""

from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor, nn

from cnnclaims.verifiers.networks.mobilenet_v2 import divisible
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

# Layers of a block: repeats, expansion, kernel, stride of the first, channels, squeeze-and-excitation
A1 = (
    (1, 1, 3, 1, 16, False),  # 16 x 112 x 112, the SepConv of Figure 7
    (2, 6, 3, 2, 24, False),  # 24 x 56 x 56
    (3, 3, 5, 2, 40, True),  # 40 x 28 x 28
    (4, 6, 3, 2, 80, False),  # 80 x 14 x 14
    (2, 6, 3, 1, 112, True),  # 112 x 14 x 14
    (3, 6, 5, 2, 160, True),  # 160 x 7 x 7
    (1, 6, 3, 1, 320, False),  # 320 x 7 x 7
)
B1 = (
    (1, 1, 3, 1, 16, False),
    (3, 3, 3, 2, 24, False),
    (3, 3, 5, 2, 40, False),
    (3, 6, 5, 2, 80, False),
    (2, 6, 3, 1, 96, False),
    (4, 6, 5, 2, 192, False),
    (1, 6, 3, 1, 320, False),
)
SMALL = (
    (1, 1, 3, 1, 8, False),
    (1, 3, 3, 2, 16, False),
    (2, 6, 3, 2, 16, False),
    (4, 6, 5, 2, 32, True),
    (3, 6, 3, 1, 32, True),
    (3, 6, 5, 2, 88, True),
    (1, 6, 3, 1, 144, False),
)
LAST = 1280  # channels before the pooling, whatever the width

Activation = Callable[[], nn.Module]
Table = tuple[tuple[int, int, int, int, int, bool], ...]


class Multiply(nn.Module):
    """The product of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x * y


class SqueezeExcitation(nn.Module):
    """Each channel times a number between 0 and 1 that is made of the means of all channels."""

    def __init__(self, channels: int, squeezed: int, gate: Activation = nn.Sigmoid) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.relu = nn.ReLU(inplace=True)
        self.expand = nn.Conv2d(squeezed, channels, 1)
        self.gate = gate()
        self.multiply = Multiply()

    def forward(self, x: Tensor) -> Tensor:
        factors = self.gate(self.expand(self.relu(self.reduce(self.pool(x)))))
        y: Tensor = self.multiply(x, factors)
        return y


class MBConv(nn.Module):
    """Figure 7 b to d: 1 x 1 expansion, a filter a channel, squeeze-and-excitation, linear 1 x 1, and a shortcut.

    The expansion is left out where it would not widen, squeeze-and-excitation where `squeezed` is 0, the shortcut
    where the map or its channels change.
    """

    def __init__(
        self,
        channels_in: int,
        expanded: int,
        channels: int,
        kernel: int,
        stride: int,
        squeezed: int = 0,
        activation: Activation = nn.ReLU,
        gate: Activation = nn.Sigmoid,
    ) -> None:
        super().__init__()
        if expanded != channels_in:
            self.expand = conv_bn(channels_in, expanded, 1, activation=activation)
        self.depthwise = conv_bn(expanded, expanded, kernel, stride, expanded, activation)
        if squeezed:
            self.se = SqueezeExcitation(expanded, squeezed, gate)
        self.project = conv_bn(expanded, channels, 1)
        if stride == 1 and channels_in == channels:
            self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        return self.narrowed(self.widened(x), x)

    def widened(self, x: Tensor) -> Tensor:
        """The map inside the block, behind the filters."""
        y: Tensor = self.depthwise(self.expand(x) if "expand" in self._modules else x)
        return y

    def narrowed(self, inner: Tensor, x: Tensor) -> Tensor:
        """What the block makes of the map inside it and of its input."""
        y: Tensor = self.project(self.se(inner) if "se" in self._modules else inner)
        return self.add(y, x) if "add" in self._modules else y


def conv_bn(
    channels_in: int,
    channels: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    activation: Activation | None = None,
) -> nn.Sequential:
    """A convolution that keeps the map at stride 1, normalisation, and an activation where one is named."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    padding = kernel // 2
    layers["conv"] = nn.Conv2d(channels_in, channels, kernel, stride, padding, groups=groups, bias=False)
    layers["bn"] = nn.BatchNorm2d(channels)
    if activation is not None:
        layers["activation"] = activation()
    return nn.Sequential(layers)


def features(
    table: Table, width: float, stem: int = 32, last: int = LAST, se_multiple: int = 1
) -> dict[str, nn.Module]:
    """The stages before the pooling: conv1, block1 to block7, conv2 of `last` channels."""
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as the paper's 0.35 to 1.4")
    channels = divisible(stem * width)
    stages: dict[str, nn.Module] = {"conv1": conv_bn(3, channels, 3, stride=2, activation=nn.ReLU)}
    for number, (repeats, expansion, kernel, stride, c, se) in enumerate(table, 1):
        blocks = []
        for step in (stride, *[1] * (repeats - 1)):
            # A quarter of the channels that come into the block, not of the expanded ones: 3.887 M parameters
            # for A1 (printed: 3.9), where a quarter of the expanded ones would make 5.1 M.
            squeezed = divisible(channels // 4, se_multiple) if se else 0
            blocks.append(
                MBConv(channels, channels * expansion, divisible(c * width), kernel, step, squeezed)
            )
            channels = divisible(c * width)
        stages[f"block{number}"] = nn.Sequential(*blocks)
    stages["conv2"] = conv_bn(channels, last, 1, activation=nn.ReLU)  # 1280 x 7 x 7
    return stages


def mnasnet_a1(
    width: float = 1.0, resolution: int = 224, se_multiple: int = 1, classes: int = 1000
) -> Network:
    """MnasNet-A1 (Figure 7a); width is the depth multiplier of the paper.

    `se_multiple` rounds the width of squeeze-and-excitation, as MobileNetV3's code does to multiples of 8.
    """
    return _mnasnet(features(A1, width, se_multiple=se_multiple), resolution, classes, 0.2)


def mnasnet_b1(width: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MnasNet-B1, found without squeeze-and-excitation in the search space (Table 2)."""
    return _mnasnet(features(B1, width), resolution, classes, 0.2)


def mnasnet_small(resolution: int = 224, classes: int = 1000) -> Network:
    """The small network of the authors' code, which has the cost and the size of MnasNet-search2 in Table 4."""
    return _mnasnet(features(SMALL, 1.0, stem=8), resolution, classes, 0.0)


def _mnasnet(stages: dict[str, nn.Module], resolution: int, classes: int, dropout: float) -> Network:
    if resolution < 1:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 96 to 224")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1280 x 1 x 1
    stages["flatten"] = nn.Flatten(1)
    stages["dropout"] = nn.Dropout(dropout)
    stages["fc"] = nn.Linear(LAST, classes)
    return Network(stages, input_shape=(3, resolution, resolution))
