"""R-ASPP and LR-ASPP on mobile networks (MobileNetV3, arXiv 1905.02244, Section 6.4, Figure 10, Tables 7 and 8).

Shapes are channels x height x width. R-ASPP is DeepLabv3's head without its dilated branches; LR-ASPP multiplies one
1 x 1 convolution by a gate made of large means of the map, and adds a layer read off a finer map. What the papers
leave out is as in the authors' code, DeepLab of TensorFlow Models: which finer map, and inputs of 1025 x 2049 for
images of 1024 x 2048.
"""

from typing import Literal

from torch import Tensor, nn
from torch.nn.functional import interpolate

from cnnclaims.verifiers.networks import mobilenet_v2, mobilenet_v3
from cnnclaims.verifiers.networks.mnasnet import MBConv, Multiply, conv_bn
from cnnclaims.verifiers.networks.mobile_deeplab_v3 import Head, make_atrous
from cnnclaims.verifiers.networks.mobilenet_v2 import InvertedResidual, divisible
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add

Backbone = Literal["mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"]
HeadName = Literal["LR-ASPP", "R-ASPP"]
Stages = dict[str, nn.Module]

KERNEL, STRIDE = (49, 49), (16, 20)  # Figure 10: the means of LR-ASPP, on a map of 65 x 129
# The stage of stride 8, and the block in it, that LR-ASPP reads behind the filters
FINER = {"mobilenet_v2": "bottleneck3", "mobilenet_v3_large": "bneck6", "mobilenet_v3_small": "bneck3"}


class LrAspp(nn.Module):
    """Figure 10: one 1 x 1 convolution times a gate, classes from it, and classes from the finer map added."""

    def __init__(self, channels: int, finer: int, filters: int, classes: int) -> None:
        super().__init__()
        self.pointwise = conv_bn(channels, filters, 1, activation=nn.ReLU)
        self.pool = nn.AvgPool2d(KERNEL, STRIDE)
        self.pooled = nn.Conv2d(channels, filters, 1)
        self.sigmoid = nn.Sigmoid()
        self.multiply = Multiply()
        self.logits = nn.Conv2d(filters, classes, 1)
        self.finer_logits = nn.Conv2d(finer, classes, 1)
        self.add = Add()

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        # Half an image, and a map of stride 32, are smaller than the window: there it is the whole map.
        means = self.pool(x) if min(x.shape[2:]) >= KERNEL[0] else x.mean((2, 3), keepdim=True)
        gate = resized(self.sigmoid(self.pooled(means)), x)
        y = self.multiply(self.pointwise(x), gate)
        found: Tensor = self.add(self.logits(resized(y, finer)), self.finer_logits(finer))
        return found


class Segmentation(Network):
    """The stages one after another, and the classes of every pixel; LR-ASPP reads the stage `finer` too."""

    finer = ""

    def forward(self, x: Tensor) -> Tensor:
        image = x
        read: tuple[Tensor, ...] = ()
        for name, stage in self.named_children():
            if name == self.finer:
                x, inner = through(stage, x)
                read = (inner,)
            else:
                x = stage(x, *read) if name == "head" else stage(x)
        return resized(x, image)


def through(stage: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """What a stage puts out, and the map inside its last block."""
    *before, last = stage if isinstance(stage, nn.Sequential) else [stage]
    for block in before:
        x = block(x)
    assert isinstance(last, InvertedResidual | MBConv)
    inner = last.widened(x)
    return last.narrowed(inner, x), inner


def resized(x: Tensor, like: Tensor) -> Tensor:
    """A map, bilinearly, in the size of another."""
    return interpolate(x, like.shape[2:], mode="bilinear", align_corners=True)


def lr_aspp(
    backbone: Backbone = "mobilenet_v3_large",
    head: HeadName = "LR-ASPP",
    filters: int = 128,
    halved: bool = True,
    width: float = 1.0,
    output_stride: Literal[16, 32] = 16,
    height: int = 513,
    classes: int = 19,
) -> Network:
    """A mobile segmentation network for streets; the image is one pixel less than twice as wide as it is high.

    `halved` is the column RF2 of Table 7, half the channels in the last block; width is MobileNetV2's multiplier.
    A height of 513 is for half of the images' resolution, 1025 for the whole.
    """
    if backbone not in FINER:
        raise ValueError(f"backbone is {backbone!r}; use one of {', '.join(FINER)}")
    if head not in ("LR-ASPP", "R-ASPP"):
        raise ValueError(f"head is {head!r}; use 'LR-ASPP' or 'R-ASPP'")
    if output_stride not in (16, 32):
        raise ValueError(f"output_stride is {output_stride}; use 16 or 32")
    if min(filters, height, classes) < 1 or width <= 0:
        raise ValueError("filters, height, classes and width are above 0, such as 128, 1025, 19 and 1.0")
    if backbone == "mobilenet_v2":
        stages, channels, finer = _mobilenet_v2(width, halved)
    else:
        stages, channels, finer = _mobilenet_v3(backbone, width, halved)
    make_atrous(stages.values(), output_stride)
    if head == "R-ASPP":
        stages["head"] = Head(channels, (), classes, filters)
    else:
        stages["head"] = LrAspp(channels, finer, filters, classes)
    net = Segmentation(stages, input_shape=(3, height, 2 * height - 1))
    net.finer = FINER[backbone] if head == "LR-ASPP" else ""
    return net


def _mobilenet_v2(width: float, halved: bool) -> tuple[Stages, int, int]:
    """Stages up to the map of 320 channels, its channels, and those inside the last block of bottleneck3."""
    rows = dict(mobilenet_v2.BOTTLENECKS)
    if halved:  # the widths inside follow, six times the input's, so that the first block's stays 576
        for name in ("bottleneck6", "bottleneck7"):
            t, c, n, s = rows[name]
            rows[name] = (t, c // 2, n, s)
    stages = mobilenet_v2.features(width, mobilenet_v2.LAST, bottlenecks=rows)
    del stages["conv2"]
    return stages, divisible(rows["bottleneck7"][1] * width), 6 * divisible(32 * width)


def _mobilenet_v3(backbone: str, width: float, halved: bool) -> tuple[Stages, int, int]:
    """Stages up to the convolution before the pooling, its channels, and those inside the finer block."""
    large = backbone == "mobilenet_v3_large"
    table, channels, row = (mobilenet_v3.LARGE, 960, 5) if large else (mobilenet_v3.SMALL, 576, 2)
    if halved:
        table, channels = mobilenet_v3.halved(table, expansion_too=True), channels // 2
    stages = mobilenet_v3.bnecks(table, width)
    channels = divisible(channels * width)
    stages["conv2"] = conv_bn(
        divisible(table[-1].out * width), channels, 1, activation=mobilenet_v3.HardSwish
    )
    c_in = divisible(table[row - 1].out * width)
    return stages, channels, divisible(c_in * table[row].exp_size / table[row - 1].out)
