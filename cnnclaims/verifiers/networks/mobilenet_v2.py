"""MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381), Tables 1 and 2. Shapes are channels x height x width.

Every convolution is without bias and followed by batch normalisation, all but the last, which has a bias and
no normalisation. Dropout stands before the last convolution, as Section 6.1 says; its rate of 0.2 is that of
the authors' code. The softmax is left to the loss. The detectors and the segmentation networks of Section 6
stand in `ssdlite.py` and `mobile_deeplab_v3.py`.
"""

from collections import OrderedDict
from collections.abc import Mapping

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

Bottlenecks = Mapping[str, tuple[int, int, int, int]]

# Table 2, the rows of bottlenecks: t, c, n, s # output at 224 pixels
BOTTLENECKS: Bottlenecks = {
    "bottleneck1": (1, 16, 1, 1),  # 16 x 112 x 112
    "bottleneck2": (6, 24, 2, 2),  # 24 x 56 x 56
    "bottleneck3": (6, 32, 3, 2),  # 32 x 28 x 28
    "bottleneck4": (6, 64, 4, 2),  # 64 x 14 x 14
    "bottleneck5": (6, 96, 3, 1),  # 96 x 14 x 14
    "bottleneck6": (6, 160, 3, 2),  # 160 x 7 x 7
    "bottleneck7": (6, 320, 1, 1),  # 320 x 7 x 7
}
FIRST, LAST = 32, 1280  # channels of the first convolution and of the last before the pooling


class InvertedResidual(nn.Module):
    """Table 1: 1 x 1 to t times the channels, a filter a channel, 1 x 1 without activation; a shortcut round all.

    The shortcut stands only where it joins maps of one shape. Where `expanded` is None there is no expansion.
    """

    def __init__(
        self, channels_in: int, expanded: int | None, channels: int, stride: int, kernel: int = 3
    ) -> None:
        super().__init__()
        hidden = expanded or channels_in
        if expanded is not None:
            self.expand = conv_bn_relu6(channels_in, hidden, 1)
        self.depthwise = conv_bn_relu6(hidden, hidden, kernel, stride, groups=hidden)
        self.project = nn.Conv2d(hidden, channels, 1, bias=False)
        self.project_bn = nn.BatchNorm2d(channels)
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
        y: Tensor = self.project_bn(self.project(inner))
        return self.add(y, x) if "add" in self._modules else y


def mobilenet_v2(
    width: float = 1.0,
    resolution: int = 224,
    expansion: int = 6,
    first_expansion: bool = False,
    classes: int | None = 1000,
) -> Network:
    """MobileNetV2; width thins or widens every layer, the last 1 x 1 of 1280 channels only above 1.

    `expansion` is the t of all blocks but the first. Table 1 gives the first one, with t = 1, an expansion from
    32 to 32 channels, the authors' code has none: 300.8 M multiply-adds without, 313.6 M with
    `first_expansion`; the paper prints 300. classes=None ends the network in the pooled features.
    """
    _require_arguments(width, resolution, expansion, classes)
    last = divisible(LAST * max(width, 1.0))  # Section 6.1: below 1 the multiplier spares this layer
    stages = features(width, last, expansion, first_expansion)
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1280 x 1 x 1, over the whole map: 7 x 7 at 224 pixels
    if classes is not None:
        stages["dropout"] = nn.Dropout(0.2)
        stages["conv3"] = nn.Conv2d(last, classes, 1)
    stages["flatten"] = nn.Flatten(1)
    return Network(stages, input_shape=(3, resolution, resolution))


def inverted_residual(
    c_in: int, c_out: int, expansion: int = 6, size: int = 14, stride: int = 1, k: int = 3
) -> Network:
    """One bottleneck of Table 1, from c_in to c_out channels on a map of size x size."""
    for name, value in {"c_in": c_in, "c_out": c_out, "expansion": expansion, "size": size, "k": k}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use at least 1")
    if stride not in (1, 2):
        raise ValueError(f"stride is {stride}; use 1 or 2")
    block = InvertedResidual(c_in, expansion * c_in, c_out, stride, k)
    return Network({"block": block}, input_shape=(c_in, size, size))


def features(
    width: float,
    last: int,
    expansion: int = 6,
    first_expansion: bool = False,
    bottlenecks: Bottlenecks = BOTTLENECKS,
) -> dict[str, nn.Module]:
    """The rows of Table 2 before the pooling: conv1, bottleneck1 to bottleneck7, conv2 of `last` channels."""
    channels = divisible(FIRST * width)
    stages: dict[str, nn.Module] = {"conv1": conv_bn_relu6(3, channels, 3, stride=2)}  # 32 x 112 x 112
    for name, (t, c, n, s) in bottlenecks.items():
        factor = expansion if t > 1 else t
        blocks = []
        for stride in (s, *[1] * (n - 1)):
            expanded = None if factor == 1 and not first_expansion else factor * channels
            blocks.append(InvertedResidual(channels, expanded, divisible(c * width), stride))
            channels = divisible(c * width)
        stages[name] = nn.Sequential(*blocks)
    stages["conv2"] = conv_bn_relu6(channels, last, 1)  # 1280 x 7 x 7
    return stages


def conv_bn_relu6(
    channels_in: int, channels: int, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """A convolution, normalisation, ReLU6; the map keeps its size at stride 1 and is halved, rounded up, at 2."""
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(
                channels_in, channels, kernel, stride, padding=kernel // 2, groups=groups, bias=False
            ),
            bn=nn.BatchNorm2d(channels),
            relu6=nn.ReLU6(inplace=True),
        )
    )


def divisible(channels: float, by: int = 8) -> int:
    """The nearest multiple of `by`, at least one and never under nine tenths, as in the authors' code.

    The paper does not say how thinned layers are rounded.
    """
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded if rounded >= 0.9 * channels else rounded + by


def _require_arguments(width: float, resolution: int, expansion: int, classes: int | None) -> None:
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as the paper's 0.35 to 1.4")
    if resolution < 1:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 96 to 224")
    if expansion < 1:
        raise ValueError(f"expansion is {expansion}; use a whole number of at least 1, such as the paper's 6")
    if classes is not None and classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, or None for no classifier")
