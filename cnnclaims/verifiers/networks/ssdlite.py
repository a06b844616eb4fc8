"""SSD and SSDLite on mobile networks (MobileNetV2, arXiv 1801.04381, Section 6.2 and Tables 5 and 6).

Shapes are channels x height x width. SSD reads boxes and classes off six maps: one of stride 16 and one of
stride 32 out of the network, and four that extra layers make out of the latter. SSDLite has separable
convolutions in place of the full ones in the extra layers and in the predictors.

What the papers leave out is as in the authors' code, the TensorFlow Object Detection API: the channels of the
extra layers and the number of anchors below, a first 1 x 1 convolution to half the channels in every extra layer,
and a class of background beside the classes of COCO. With 80 classes 14.77 M parameters and 1.26 G multiply-adds
of Table 5 come out for SSD on MobileNetV2 (printed: 14.8 and 1.25).
"""

import itertools
from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks import mnasnet, mobilenet_v2, mobilenet_v3
from cnnclaims.verifiers.networks.mnasnet import conv_bn
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import conv_bn_relu6, divisible
from cnnclaims.verifiers.networks.network import Network

EXTRAS = (512, 256, 256, 128)  # 5 x 5, 3 x 3, 2 x 2, 1 x 1 at 320 pixels
ANCHORS = (3, 6, 6, 6, 6, 6)  # boxes a place of each map, C4 first
BOX = 4  # numbers that place one box

Stages = dict[str, nn.Module]


class Detector(Network):
    """A network up to its stage of stride 32, one stage named c4 among its stages, and the layers of SSD."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        *backbone, (_, ssd) = self.named_children()
        c4 = x
        for name, stage in backbone:
            x = stage(x)
            if name == "c4":
                c4 = x
        maps: tuple[Tensor, ...] = ssd(c4, x)
        return maps


class Ssd(nn.Module):
    """Extra layers behind C5, then a predictor of boxes and one of classes on each of the six maps."""

    def __init__(self, channels: tuple[int, int], width: float, lite: bool, classes: int) -> None:
        super().__init__()
        c_in = [*channels, *(max(16, round(c * width)) for c in EXTRAS)]
        pairs = itertools.pairwise(c_in[1:])
        self.extras = nn.ModuleList(extra_layer(*pair, lite) for pair in pairs)
        maps = list(zip(c_in, ANCHORS, strict=True))
        self.boxes = nn.ModuleList(predictor(c, anchors * BOX, lite) for c, anchors in maps)
        self.classes = nn.ModuleList(predictor(c, anchors * (classes + 1), lite) for c, anchors in maps)

    def forward(self, c4: Tensor, c5: Tensor) -> tuple[Tensor, ...]:
        maps = [c4, c5]
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        boxes = [predict(x) for predict, x in zip(self.boxes, maps, strict=True)]
        return (*boxes, *(predict(x) for predict, x in zip(self.classes, maps, strict=True)))


def extra_layer(channels_in: int, channels: int, lite: bool) -> nn.Sequential:
    """1 x 1 to half the channels and a 3 x 3 of stride 2 to all of them, in SSDLite a separable one."""
    half = channels // 2
    layers: OrderedDict[str, nn.Module] = OrderedDict(narrow=conv_bn_relu6(channels_in, half, 1))
    if lite:
        layers["depthwise"] = conv_bn_relu6(half, half, 3, stride=2, groups=half)
        layers["pointwise"] = conv_bn_relu6(half, channels, 1)
    else:
        layers["conv"] = conv_bn_relu6(half, channels, 3, stride=2)
    return nn.Sequential(layers)


def predictor(channels_in: int, channels: int, lite: bool) -> nn.Sequential:
    """A 3 x 3 convolution with bias, in SSDLite a filter a channel, normalised, and a 1 x 1 with bias."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if lite:
        layers["depthwise"] = conv_bn_relu6(channels_in, channels_in, 3, groups=channels_in)
        layers["pointwise"] = nn.Conv2d(channels_in, channels, 1)
    else:
        layers["conv"] = nn.Conv2d(channels_in, channels, 3, padding=1)
    return nn.Sequential(layers)


def expansion_as_c4(stages: Stages, name: str) -> Stages:
    """The stages with the expansion of the first block of `name`, the last map of stride 16, as stage c4."""
    stage = stages[name]
    block = next(module for module in stage.modules() if "expand" in module._modules)
    expansion = block._modules.pop("expand")
    assert expansion is not None
    split: Stages = {}
    for key, value in stages.items():
        if key == name:
            split["c4"] = expansion
        split[key] = value
    return split


def detector(stages: Stages, channels: tuple[int, int], width: float, lite: bool, classes: int) -> Network:
    """The stages up to C5 with the layers of SSD behind them, on images of 320 x 320."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as COCO's 80")
    return Detector({**stages, "ssd": Ssd(channels, width, lite, classes)}, input_shape=(3, 320, 320))


def ssdlite_mobilenet_v1(lite: bool = True, classes: int = 80) -> Network:
    """SSDLite (or with lite=False SSD) on MobileNet v1: the last map of 512 channels and that of 1024."""
    backbone = dict(mobilenet_v1(classes=None).named_children())
    names = {"conv12": "c4"}  # 512 x 20 x 20; then conv13, conv14: 1024 x 10 x 10
    stages = {
        names.get(name, name): stage for name, stage in backbone.items() if name not in ("avgpool", "flatten")
    }
    return detector(stages, (512, 1024), 1.0, lite, classes)


def ssdlite_mobilenet_v2(width: float = 1.0, lite: bool = True, classes: int = 80) -> Network:
    """SSDLite (or with lite=False SSD) on MobileNetV2; width is that of its layers, the last and the extra too.

    C4 is the expansion in the first block of bottleneck6, layer 15 with the paper's counting; C5 is conv2.
    """
    _require_width(width)
    last = divisible(mobilenet_v2.LAST * width)
    stages = expansion_as_c4(mobilenet_v2.features(width, last), "bottleneck6")
    return detector(stages, (6 * divisible(96 * width), last), width, lite, classes)


def ssdlite_mnasnet_a1(width: float = 1.0, classes: int = 80, se_multiple: int = 1) -> Network:
    """SSDLite on MnasNet-A1; C4 is the expansion in the first block of block6, C5 the 1 x 1 before the pooling."""
    last = divisible(mnasnet.LAST * width)
    stages = expansion_as_c4(
        mnasnet.features(mnasnet.A1, width, last=last, se_multiple=se_multiple), "block6"
    )
    return detector(stages, (6 * divisible(112 * width), last), width, True, classes)


def ssdlite_mobilenet_v3_large(reduced: bool = False, classes: int = 80) -> Network:
    """SSDLite on MobileNetV3-Large; `reduced` halves the channels between C4 and C5 (Table 6, daggers).

    C4 is the expansion in bneck13, C5 the convolution before the pooling (arXiv 1905.02244, Section 6.3).
    """
    return _ssdlite_mobilenet_v3(mobilenet_v3.LARGE, "bneck13", 672, 960, reduced, classes)


def ssdlite_mobilenet_v3_small(reduced: bool = False, classes: int = 80) -> Network:
    """SSDLite on MobileNetV3-Small; `reduced` halves the channels between C4, in bneck9, and C5."""
    return _ssdlite_mobilenet_v3(mobilenet_v3.SMALL, "bneck9", 288, 576, reduced, classes)


def _ssdlite_mobilenet_v3(
    table: mobilenet_v3.Table, name: str, c4: int, c5: int, reduced: bool, classes: int
) -> Network:
    if reduced:
        table, c5 = mobilenet_v3.halved(table, expansion_too=False), c5 // 2
    stages = mobilenet_v3.bnecks(table, 1.0)
    stages["conv2"] = conv_bn(table[-1].out, c5, 1, activation=mobilenet_v3.HardSwish)
    return detector(expansion_as_c4(stages, name), (c4, c5), 1.0, True, classes)


def _require_width(width: float) -> None:
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as 1, 0.5 or 0.35")
