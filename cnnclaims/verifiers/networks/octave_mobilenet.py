"""Oct-MobileNet v1 and v2: Drop an Octave (Chen et al. 2019, arXiv 1904.05049), Table 5, as in the authors' code.

Shapes are channels x height x width. Octave convolutions end where the maps get 7x7. Widths are cut to whole numbers.
"""

from collections import OrderedDict

from torch import nn

from cnnclaims.verifiers.kernels.octave import (
    AddPairs,
    High,
    OctConv2d,
    Pair,
    Split,
    Widths,
    norm,
    relu,
    widths,
)
from cnnclaims.verifiers.networks.network import Network

# MobileNet v1, a separable pair a row: name, channels in, channels out, stride, low frequencies in, out
PAIRS = (
    ("conv2", 32, 64, 1, False, True),  # 112 x 112
    ("conv3", 64, 128, 2, True, True),  # 56 x 56
    ("conv4", 128, 128, 1, True, True),
    ("conv5", 128, 256, 2, True, True),  # 28 x 28
    ("conv6", 256, 256, 1, True, True),
    ("conv7", 256, 512, 2, True, True),  # 14 x 14
    ("conv8", 512, 512, 1, True, True),
    ("conv9", 512, 512, 1, True, True),
    ("conv10", 512, 512, 1, True, True),
    ("conv11", 512, 512, 1, True, True),
    ("conv12", 512, 512, 1, True, False),
    ("conv13", 512, 1024, 2, False, False),  # 7 x 7
    ("conv14", 1024, 1024, 1, False, False),
)
# MobileNet v2, a row of bottlenecks: name, t, c, n, s, how many of them have low frequencies inside
BOTTLENECKS = (
    ("bottleneck1", 1, 16, 1, 1, 1),  # 112 x 112
    ("bottleneck2", 6, 24, 2, 2, 2),  # 56 x 56
    ("bottleneck3", 6, 32, 3, 2, 3),  # 28 x 28
    ("bottleneck4", 6, 64, 4, 2, 4),  # 14 x 14
    ("bottleneck5", 6, 96, 3, 1, 3),
    ("bottleneck6", 6, 160, 3, 2, 0),  # 7 x 7
    ("bottleneck7", 6, 320, 1, 1, 0),
)


def layer(
    c_in: Widths, c_out: Widths, kernel: int, stride: int = 1, groups: int = 1, six: bool = False
) -> nn.Sequential:
    """An octave convolution, normalisation and ReLU."""
    return nn.Sequential(
        OrderedDict(
            conv=OctConv2d(c_in, c_out, kernel, stride, groups), bn=norm(c_out), relu=relu(c_out, six)
        )
    )


def oct_mobilenet_v1(width: float = 1.0, alpha: float = 0.5) -> Network:
    """Oct-MobileNet v1: pointwise and depthwise layers down to 14 x 14 are octave convolutions."""
    _require(width, alpha)
    first = int(32 * width)
    stages = _first(first, nn.ReLU(inplace=True))
    for name, c_in, c_out, stride, low_in, low_out in PAIRS:
        before = widths(int(c_in * width), alpha if low_in else 0)
        behind = widths(int(c_out * width), alpha if low_out else 0)
        stages[name] = nn.Sequential(
            layer(before, before, 3, stride, groups=sum(before)), layer(before, behind, 1)
        )
    return Network(stages | _last(int(1024 * width)), (3, 224, 224))


class OctInvertedResidual(nn.Module):
    """An inverted residual whose wide inner maps are pairs; its narrow ends are plain."""

    def __init__(self, c_in: int, inner: Widths, c_out: int, stride: int) -> None:
        super().__init__()
        self.expand = layer((c_in, 0), inner, 1, six=True)
        self.depthwise = layer(inner, inner, 3, stride, groups=sum(inner), six=True)
        self.project = OctConv2d(inner, (c_out, 0), 1)
        self.project_bn = norm((c_out, 0))
        if stride == 1 and c_in == c_out:
            self.add = AddPairs()

    def forward(self, x: Pair) -> Pair:
        y: Pair = self.project_bn(self.project(self.depthwise(self.expand(x))))
        return self.add(y, x) if "add" in self._modules else y


def oct_mobilenet_v2(width: float = 1.0, alpha: float = 0.375) -> Network:
    """Oct-MobileNet v2: the wide maps inside the bottlenecks down to 14 x 14 are pairs.

    The authors' code expands in the first bottleneck too, from 32 channels to 32.
    """
    _require(width, alpha)
    channels = int(32 * width)
    stages = _first(channels, nn.ReLU6(inplace=True))
    for name, t, c, n, s, octave in BOTTLENECKS:
        blocks = []
        for number, stride in enumerate((s, *[1] * (n - 1))):
            inner = widths(t * channels, alpha if number < octave else 0)
            blocks.append(OctInvertedResidual(channels, inner, int(c * width), stride))
            channels = int(c * width)
        stages[name] = nn.Sequential(*blocks)
    last = int(1280 * max(width, 1.0))
    stages["conv2"] = layer((channels, 0), (last, 0), 1, six=True)
    return Network(stages | _last(last), (3, 224, 224))


def _first(channels: int, activation: nn.Module) -> dict[str, nn.Module]:
    layers = OrderedDict(
        conv=nn.Conv2d(3, channels, 3, 2, padding=1, bias=False), bn=nn.BatchNorm2d(channels), relu=activation
    )
    return {"conv1": nn.Sequential(layers), "split": Split((channels, 0))}  # 112 x 112


def _last(channels: int) -> dict[str, nn.Module]:
    return {
        "high": High(),
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(channels, 1000),
    }


def _require(width: float, alpha: float) -> None:
    if width < 0.1:
        raise ValueError(f"width is {width}; use at least 0.1, such as the paper's 0.75, 1 or 1.125")
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha is {alpha}; use 0 or more and less than 1, such as the paper's 0.375 or 0.5")
