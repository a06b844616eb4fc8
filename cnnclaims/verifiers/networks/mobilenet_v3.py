"""MobileNetV3 (Howard et al. 2019, arXiv 1905.02244), Tables 1 and 2. Shapes are channels x height x width.

Every convolution is without bias and followed by batch normalisation, but for those marked NBN in the tables and
those of squeeze-and-excitation, which have biases. Kernels are padded by half their size. The softmax is left to
the loss. The detectors and the segmentation networks stand in `ssdlite.py` and `lr_aspp.py`.
"""

from typing import Literal, NamedTuple

from torch import Tensor, nn

from cnnclaims.verifiers.networks.mnasnet import MBConv, Multiply, conv_bn
from cnnclaims.verifiers.networks.mobilenet_v2 import divisible
from cnnclaims.verifiers.networks.network import Network


class Row(NamedTuple):
    """One bneck of Table 1 or 2."""

    kernel: int
    exp_size: int
    out: int
    se: bool
    nl: str
    stride: int


Table = tuple[Row, ...]

# Table 1: kernel, exp size, #out, SE, NL, s # output at 224 pixels
LARGE: Table = (
    Row(3, 16, 16, False, "RE", 1),  # 16 x 112 x 112
    Row(3, 64, 24, False, "RE", 2),  # 24 x 56 x 56
    Row(3, 72, 24, False, "RE", 1),
    Row(5, 72, 40, True, "RE", 2),  # 40 x 28 x 28
    Row(5, 120, 40, True, "RE", 1),
    Row(5, 120, 40, True, "RE", 1),
    Row(3, 240, 80, False, "HS", 2),  # 80 x 14 x 14
    Row(3, 200, 80, False, "HS", 1),
    Row(3, 184, 80, False, "HS", 1),
    Row(3, 184, 80, False, "HS", 1),
    Row(3, 480, 112, True, "HS", 1),  # 112 x 14 x 14
    Row(3, 672, 112, True, "HS", 1),
    Row(5, 672, 160, True, "HS", 2),  # 160 x 7 x 7
    Row(5, 960, 160, True, "HS", 1),
    Row(5, 960, 160, True, "HS", 1),
)
# Table 2
SMALL: Table = (
    Row(3, 16, 16, True, "RE", 2),  # 16 x 56 x 56
    Row(3, 72, 24, False, "RE", 2),  # 24 x 28 x 28
    Row(3, 88, 24, False, "RE", 1),
    Row(5, 96, 40, True, "HS", 2),  # 40 x 14 x 14
    Row(5, 240, 40, True, "HS", 1),
    Row(5, 240, 40, True, "HS", 1),
    Row(5, 120, 48, True, "HS", 1),  # 48 x 14 x 14
    Row(5, 144, 48, True, "HS", 1),
    Row(5, 288, 96, True, "HS", 2),  # 96 x 7 x 7
    Row(5, 576, 96, True, "HS", 1),
    Row(5, 576, 96, True, "HS", 1),
)
FIRST = 16  # filters of the first convolution
FEATURES = 1280  # channels behind the pooling of Large

LastStage = Literal["efficient", "original"]


class HardSigmoid(nn.Module):
    """ReLU6(x + 3) / 6: a sigmoid of three straight pieces (Section 5.2)."""

    def __init__(self) -> None:
        super().__init__()
        self.relu6 = nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu6(x + 3) / 6
        return y


class HardSwish(nn.Module):
    """x * ReLU6(x + 3) / 6 (Section 5.2)."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = HardSigmoid()
        self.multiply = Multiply()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.multiply(x, self.gate(x))
        return y


NONLINEARITIES = {"RE": nn.ReLU, "HS": HardSwish}


def mobilenet_v3_large(
    width: float = 1.0,
    resolution: int = 224,
    minimalistic: bool = False,
    last_stage: LastStage = "efficient",
    first: int = FIRST,
    classes: int = 1000,
) -> Network:
    """MobileNetV3-Large (Table 1); width is that of every layer but the one of 1280 behind the pooling.

    `minimalistic` has neither squeeze-and-excitation nor h-swish nor 5 x 5 kernels. `last_stage="original"` is
    Figure 5, above: a bottleneck to 320 channels and the layer of 1280 before the pooling. `first` is the number of
    filters of the first layer, 32 before Section 5.1 halves it.
    """
    _require_arguments(width, resolution, first=first, classes=classes)
    if last_stage not in ("efficient", "original"):
        raise ValueError(f"last_stage is {last_stage!r}; use 'efficient' or 'original'")
    table = plain(LARGE) if minimalistic else LARGE
    stages = bnecks(table, width, first)
    c_in, nl = divisible(160 * width), NONLINEARITIES[table[-1].nl]
    last = divisible(960 * width)
    if last_stage == "original":
        c_out, last = divisible(320 * width), FEATURES
        stages["bneck16"] = MBConv(c_in, 6 * c_in, c_out, 3, 1, activation=nl)  # 320 x 7 x 7
        c_in = c_out
    stages["conv2"] = conv_bn(c_in, last, 1, activation=nl)  # 960 x 7 x 7
    return _finished(stages, last, FEATURES, table[-1].nl, resolution, classes)


def mobilenet_v3_small(
    width: float = 1.0,
    resolution: int = 224,
    minimalistic: bool = False,
    feature_layer: int = 1024,
    classes: int = 1000,
) -> Network:
    """MobileNetV3-Small (Table 2); width is that of every layer but `feature_layer`, the one behind the pooling.

    The last version of the paper gives that layer 1024 channels, as the authors' code does, the first ones 1280:
    2.54 M parameters with 1024, 2.95 M with 1280; the first versions print 2.9, the last 2.5.
    """
    _require_arguments(width, resolution, feature_layer=feature_layer, classes=classes)
    table = plain(SMALL) if minimalistic else SMALL
    stages = bnecks(table, width)
    last = divisible(576 * width)
    # Table 2 marks squeeze-and-excitation here too. The authors' code has none; with it there would be 2.71 M.
    stages["conv2"] = conv_bn(divisible(96 * width), last, 1, activation=NONLINEARITIES[table[-1].nl])
    return _finished(stages, last, feature_layer, table[-1].nl, resolution, classes)


def bnecks(table: Table, width: float, first: int = FIRST) -> dict[str, nn.Module]:
    """conv1 and the bottlenecks of a table, bneck1, bneck2, and so on.

    A thinned bottleneck widens its thinned input as many times as the table's widens the table's, as in the authors'
    code, so that its inner width is not always `width` times the table's.
    """
    c_table, c_in = first, divisible(first * width)
    nl = NONLINEARITIES[table[-1].nl]
    stages: dict[str, nn.Module] = {"conv1": conv_bn(3, c_in, 3, stride=2, activation=nl)}  # 16 x 112 x 112
    for number, row in enumerate(table, 1):
        expanded = divisible(c_in * max(row.exp_size / c_table, 1))
        squeezed = (
            divisible(expanded / 4) if row.se else 0
        )  # Section 5.3; the rounding is the authors' code's
        c_out = divisible(row.out * width)
        stages[f"bneck{number}"] = MBConv(
            c_in, expanded, c_out, row.kernel, row.stride, squeezed, NONLINEARITIES[row.nl], HardSigmoid
        )
        c_table, c_in = row.out, c_out
    return stages


def plain(table: Table) -> Table:
    """The table of the minimalistic networks: 3 x 3 kernels, ReLU, no squeeze-and-excitation."""
    return tuple(row._replace(kernel=3, se=False, nl="RE") for row in table)


def halved(table: Table, expansion_too: bool) -> Table:
    """The table with half the channels in the bottlenecks of stride 32 (Sections 6.3 and 6.4).

    The first of them widens a map of stride 16, which keeps its channels; with `expansion_too` it widens it to half
    as many, as in the authors' code for segmentation.
    """
    start = max(i for i, row in enumerate(table) if row.stride == 2)
    rows = list(table)
    for i in range(start, len(rows)):
        exp_size = rows[i].exp_size // 2 if i > start or expansion_too else rows[i].exp_size
        rows[i] = rows[i]._replace(out=rows[i].out // 2, exp_size=exp_size)
    return tuple(rows)


def _finished(
    stages: dict[str, nn.Module], c_in: int, features: int, nl: str, resolution: int, classes: int
) -> Network:
    """The stages with the pooling, the layer of `features` channels behind it and the classifier."""
    stages["pool"] = nn.AdaptiveAvgPool2d(1)
    if c_in != features:
        stages["conv3"] = nn.Sequential(nn.Conv2d(c_in, features, 1), NONLINEARITIES[nl]())  # 1280 x 1 x 1
    stages["dropout"] = nn.Dropout(0.2)
    stages["conv4"] = nn.Conv2d(features, classes, 1)
    stages["flatten"] = nn.Flatten(1)
    return Network(stages, input_shape=(3, resolution, resolution))


def _require_arguments(width: float, resolution: int, **others: int) -> None:
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as the paper's 0.35 to 1.25")
    if resolution < 1:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 96 to 256")
    for name, value in others.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
