"""ShuffleNet V2 (Ma et al. 2018, arXiv 1807.11164), Table 5, Figure 3 and the appendix. Shapes are channels x height x width.

Every convolution is without bias and followed by batch normalisation, the 1 x 1 ones by ReLU too. The linear layer has a
bias, of which the paper says nothing.
"""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks import shufflenet_v1
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.shufflenet_v1 import normalised, stem

# Table 5: width -> channels of stages 2 to 4 and of Conv5 # output at width 1
CHANNELS = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),  # 116 x 28 x 28, 232 x 14 x 14, 464 x 7 x 7, 1024 x 7 x 7
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}
UNITS = (4, 8, 4)  # in stages 2 to 4, the first of each with stride 2
# Where squeeze-and-excitation stands: at the end of a unit's branch, or behind the concatenation
Excitation = Literal["none", "branch", "all"]


class SqueezeExcitation(nn.Module):
    """Each channel times a number of 0 to 1, which a layer of so many neurons reads off the means of all channels."""

    def __init__(self, channels: int, neurons: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(channels, neurons)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Linear(neurons, channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        scale: Tensor = self.sigmoid(self.fc2(self.relu(self.fc1(self.pool(x).flatten(1)))))
        return x * scale[:, :, None, None]


class Joined(nn.Module):
    """Two maps joined, rescaled where squeeze-and-excitation spans all channels, and shuffled."""

    def __init__(self, channels: int, se: Excitation) -> None:
        super().__init__()
        self.se = SqueezeExcitation(channels, channels // 2) if se == "all" else None
        self.shuffle = nn.ChannelShuffle(2)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        joined = torch.cat([first, second], dim=1)
        out: Tensor = self.shuffle(joined if self.se is None else self.se(joined))
        return out


class Unit(nn.Module):
    """Figure 3(c): one half of the channels passes, the other is convolved; both are joined and shuffled.

    With `residual` the branch's input is added to its output (appendix).
    """

    def __init__(self, channels: int, se: Excitation = "none", residual: bool = False) -> None:
        super().__init__()
        half = channels // 2
        self.branch = branch(half, half, half, 1, channels, se, relu=not residual)
        self.relu = nn.ReLU(inplace=True) if residual else None
        self.join = Joined(channels, se)

    def forward(self, x: Tensor) -> Tensor:
        """The half that passes comes first."""
        passed, taken = x.chunk(2, dim=1)
        made = self.branch(taken)
        if self.relu is not None:
            made = self.relu(taken + made)
        out: Tensor = self.join(passed, made)
        return out


class DownUnit(nn.Module):
    """Figure 3(d): the whole input goes through two branches, which are joined and shuffled.

    How wide they are is not printed. In the authors' code the first keeps the c_in channels and the second makes the
    rest, which costs 145.8 M at width 1 (146 in Table 5); with `equal` halves, as in torchvision, it is 144.9 M.
    """

    def __init__(
        self, c_in: int, c_out: int, stride: int = 2, equal: bool = False, se: Excitation = "none"
    ) -> None:
        super().__init__()
        kept = c_out // 2 if equal else c_in
        dw = normalised(c_in, c_in, 3, stride, groups=c_in, relu=False)
        self.projection = nn.Sequential(OrderedDict(dw=dw, pw=normalised(c_in, kept, 1)))
        self.branch = branch(c_in, c_out // 2, c_out - kept, stride, c_out, se)
        self.join = Joined(c_out, se)

    def forward(self, x: Tensor) -> Tensor:
        """The projection comes first."""
        out: Tensor = self.join(self.projection(x), self.branch(x))
        return out


def branch(
    c_in: int, m: int, c_out: int, stride: int, channels: int, se: Excitation, relu: bool = True
) -> nn.Sequential:
    """1 x 1 to m channels, 3 x 3 depthwise without ReLU, 1 x 1; the branch of a unit with that many channels."""
    layers: dict[str, nn.Module] = {
        "pw1": normalised(c_in, m, 1),
        "dw": normalised(m, m, 3, stride, groups=m, relu=False),
        "pw2": normalised(m, c_out, 1, relu=relu),
    }
    if se == "branch":
        layers["se"] = SqueezeExcitation(c_out, channels // 2)
    return nn.Sequential(OrderedDict(layers))


def shufflenet_v2(
    width: float = 1.0,
    equal_branches: bool = False,
    se: Excitation = "none",
    classes: int = 1000,
) -> Network:
    """ShuffleNet V2; equal_branches splits the channels of the units with stride 2 into halves, as torchvision does."""
    if width not in CHANNELS:
        raise ValueError(f"width is {width}; use 0.5, 1, 1.5 or 2, as in Table 5")
    _require(se, classes)
    stages = stem(24)
    c_in = 24
    *widths, last = CHANNELS[width]
    for number, (c_out, units) in enumerate(zip(widths, UNITS, strict=True), 2):
        first = DownUnit(c_in, c_out, equal=equal_branches, se=se)
        stages[f"stage{number}"] = nn.Sequential(first, *(Unit(c_out, se) for _ in range(units - 1)))
        c_in = c_out
    stages["conv5"] = normalised(c_in, last, 1)
    return Network(stages | shufflenet_v1.head(last, classes), input_shape=(3, 224, 224))


def shufflenet_v2_unit(channels: int = 116, size: int = 28) -> Network:
    """One unit with stride 1, on channels x size x size."""
    if channels < 4 or channels % 4:
        raise ValueError(f"channels is {channels}; use a multiple of 4, so that halves can be split again")
    if size < 1:
        raise ValueError(f"size is {size}; use a whole number of at least 1")
    return Network({"unit": Unit(channels)}, input_shape=(channels, size, size))


# -- large networks: appendix, Table 3 ------------------------------------------------------------------------

# stage, channels, units; conv2_x has no stride, the first unit of the others has stride 2
V2_50 = (
    ("conv2_x", 244, 3),  # 244 x 56 x 56
    ("conv3_x", 488, 4),  # 488 x 28 x 28
    ("conv4_x", 976, 6),  # 976 x 14 x 14
    ("conv5_x", 1952, 3),  # 1952 x 7 x 7
)
V2_164 = (
    ("conv2_x", 340, 10),  # 340 x 56 x 56
    ("conv3_x", 680, 10),  # 680 x 28 x 28
    ("conv4_x", 1360, 23),  # 1360 x 14 x 14
    ("conv5_x", 2720, 10),  # 2720 x 7 x 7
)
V1_50 = (
    ("conv2_x", 360, 3),  # 360 x 56 x 56
    ("conv3_x", 720, 4),  # 720 x 28 x 28
    ("conv4_x", 1440, 6),  # 1440 x 14 x 14
    ("conv5_x", 2880, 3),  # 2880 x 7 x 7
)
Rows = tuple[tuple[str, int, int], ...]


def shufflenet_v2_50(classes: int = 1000) -> Network:
    """ShuffleNet V2 of fifty layers, to be compared with ResNet-50."""
    _require("none", classes)
    stages = stem(64)
    c_in = _large(stages, V2_50, 64, "none", residual=False)
    stages["conv6"] = normalised(c_in, 2048, 1)
    return Network(stages | shufflenet_v1.head(2048, classes), input_shape=(3, 224, 224))


def shufflenet_v2_164(se: Excitation = "branch", classes: int = 1000) -> Network:
    """ShuffleNet V2 of 164 layers, with residual paths and squeeze-and-excitation before their addition."""
    _require(se, classes)
    conv1 = nn.Sequential(normalised(3, 64, 3, stride=2), normalised(64, 64, 3), normalised(64, 128, 3))
    stages: dict[str, nn.Module] = {"conv1": conv1, "maxpool": nn.MaxPool2d(3, 2, padding=1)}
    c_in = _large(stages, V2_164, 128, se, residual=True)
    stages["conv6"] = normalised(c_in, 2048, 1)
    return Network(stages | shufflenet_v1.head(2048, classes), input_shape=(3, 224, 224))


def _large(stages: dict[str, nn.Module], rows: Rows, c_in: int, se: Excitation, residual: bool) -> int:
    for name, c_out, units in rows:
        first = DownUnit(c_in, c_out, stride=1 if name == "conv2_x" else 2, se=se)
        stages[name] = nn.Sequential(first, *(Unit(c_out, se, residual) for _ in range(units - 1)))
        c_in = c_out
    return c_in


def shufflenet_v1_50(classes: int = 1000) -> Network:
    """The first ShuffleNet with fifty layers and three groups, to be compared with."""
    _require("none", classes)
    stages = stem(64)
    c_in = 64
    for name, c_out, units in V1_50:
        # The first unit of all keeps the map and reads 64 channels, which three groups do not divide.
        whole = name == "conv2_x"
        first = EqualMap(c_in, c_out) if whole else shufflenet_v1.unit(c_in, c_out, 3, 3)
        others = (shufflenet_v1.unit(c_out, c_out, 3, 3) for _ in range(units - 1))
        stages[name] = nn.Sequential(first, *others)
        c_in = c_out
    return Network(stages | shufflenet_v1.head(c_in, classes), input_shape=(3, 224, 224))


class EqualMap(nn.Module):
    """A unit of the first ShuffleNet that joins its input to its branch without pooling or groups."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.branch = shufflenet_v1.shuffled(c_in, c_out // 4, c_out - c_in, 1, groups=1, first_groups=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(torch.cat([x, self.branch(x)], dim=1))
        return out


def _require(se: str, classes: int) -> None:
    if se not in ("none", "branch", "all"):
        raise ValueError(f"se is {se!r}; use 'none', 'branch' or 'all'")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1")
