"""DeepLabv3 on mobile networks (MobileNetV2, arXiv 1801.04381, Section 6.3 and Table 7).

Shapes are channels x height x width. A network without its classifier, its last strides taken out and the filters
behind them dilated, then a head: a 1 x 1 convolution beside the mean of the whole map, and with ASPP three dilated
3 x 3 convolutions, all of 256 channels, joined by 1 x 1. What the paper leaves out is as in the authors' code: the
rates of dilation, three 3 x 3 convolutions in place of ResNet's 7 x 7, and inputs of 513 x 513, which halve to 33.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from cnnclaims.verifiers.networks import mobilenet_v2
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import BottleneckBlock

Backbone = Literal["mobilenet_v1", "mobilenet_v2", "resnet101"]
Stages = dict[str, nn.Module]

FILTERS = 256
RATES = {16: (6, 12, 18), 8: (12, 24, 36)}  # of ASPP, by output stride
CHANNELS = {"mobilenet_v1": 1024, "mobilenet_v2": 320, "resnet101": 2048}
SCALES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75)  # of "MF", each with its mirror image
# ResNet-101 with the stride in the last block of a stage: blocks, width, stride, rates of the last stage's blocks
RESNET_101 = (("conv2_x", 3, 64, 2), ("conv3_x", 4, 128, 2), ("conv4_x", 23, 256, 2), ("conv5_x", 3, 512, 1))
MULTI_GRID = (1, 2, 4)


class Head(nn.Module):
    """Parallel branches of `filters` channels, joined by 1 x 1 convolutions that end in the classes."""

    def __init__(self, channels: int, rates: tuple[int, ...], classes: int, filters: int) -> None:
        super().__init__()
        self.pointwise = conv_bn_relu(channels, filters, 1)
        self.aspp = nn.ModuleList(conv_bn_relu(channels, filters, 3, dilation=rate) for rate in rates)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.pooled = conv_bn_relu(channels, filters, 1)
        self.project = conv_bn_relu((2 + len(rates)) * filters, filters, 1)
        self.dropout = nn.Dropout(0.1)
        self.logits = nn.Conv2d(filters, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        mean = interpolate(self.pooled(self.pool(x)), x.shape[2:], mode="bilinear", align_corners=True)
        branches = [mean, self.pointwise(x), *(branch(x) for branch in self.aspp)]
        y: Tensor = self.logits(self.dropout(self.project(torch.cat(branches, 1))))
        return y


class DeepLab(Network):
    """The stages one after another, and the classes of every pixel; with `scales` the mean over resized images."""

    scales: tuple[float, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        if not self.scales:
            return self.classify(x, x)
        resized = [at_scale(x, scale) for scale in self.scales]
        images = [image for one in resized for image in (one, one.flip(3))]
        found = [self.classify(image, x) for image in images]
        for mirrored in range(1, len(found), 2):
            found[mirrored] = found[mirrored].flip(3)
        return torch.stack(found).mean(0)

    def classify(self, image: Tensor, like: Tensor) -> Tensor:
        """The classes of one image, resized to another."""
        for stage in self.children():
            image = stage(image)
        return interpolate(image, like.shape[2:], mode="bilinear", align_corners=True)


def at_scale(x: Tensor, scale: float) -> Tensor:
    """The image resized: 513 pixels become 257 at a half, so that maps of 33 become maps of 17."""
    sides = [int((side - 1) * scale) + 1 for side in x.shape[2:]]
    return interpolate(x, sides, mode="bilinear", align_corners=True)


def mobile_deeplab_v3(
    backbone: Backbone = "mobilenet_v2",
    aspp: bool = False,
    output_stride: Literal[8, 16] = 16,
    multi_scale: bool = False,
    resolution: int = 513,
    classes: int = 21,
) -> Network:
    """DeepLabv3 on a mobile network or on ResNet-101; MobileNetV2 is read at its map of 320 channels.

    `aspp` adds the dilated branches, `multi_scale` the twelve images of the paper's "MF" rows.
    """
    if backbone not in CHANNELS:
        raise ValueError(f"backbone is {backbone!r}; use one of {', '.join(CHANNELS)}")
    if output_stride not in RATES:
        raise ValueError(f"output_stride is {output_stride}; use 16 or 8")
    if resolution < 33:
        raise ValueError(f"resolution is {resolution}; use at least 33, such as 513")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as the 21 of PASCAL VOC")
    if backbone == "resnet101":
        stages = resnet_101(output_stride)
    else:
        stages = mobile(backbone)
        make_atrous(stages.values(), output_stride)
    stages["head"] = Head(CHANNELS[backbone], RATES[output_stride] if aspp else (), classes, FILTERS)
    net = DeepLab(stages, input_shape=(3, resolution, resolution))
    net.scales = SCALES if multi_scale else ()
    return net


def mobile(backbone: str) -> Stages:
    """The stages of MobileNet v1 before the pooling, or those of MobileNetV2 before its last 1 x 1 convolution."""
    if backbone == "mobilenet_v1":
        stages, behind = dict(mobilenet_v1(classes=None).named_children()), ["avgpool", "flatten"]
    else:
        stages, behind = mobilenet_v2.features(1.0, mobilenet_v2.LAST), ["conv2"]
    return {name: stage for name, stage in stages.items() if name not in behind}


def make_atrous(stages: Iterable[nn.Module], output_stride: int) -> None:
    """Takes out every stride beyond `output_stride` and widens the filters behind it instead.

    The filter that loses its stride keeps its rate, as in the authors' code; those after it double theirs.
    """
    stride = rate = 1
    for stage in stages:
        for conv in stage.modules():
            if not isinstance(conv, nn.Conv2d) or conv.kernel_size == (1, 1):
                continue
            dilate(conv, rate)
            if stride < output_stride:
                stride *= conv.stride[0]
            else:
                rate *= conv.stride[0]
                conv.stride = (1, 1)


def dilate(conv: nn.Conv2d, rate: int) -> None:
    """Spreads a filter's taps `rate` pixels apart and pads so that the map keeps its size."""
    conv.dilation = (rate, rate)
    conv.padding = (rate * (conv.kernel_size[0] // 2),) * 2


def resnet_101(output_stride: int) -> Stages:
    """ResNet-101 as the authors' code has it, each stage halving the map in its last block, not its first."""
    stages: Stages = {
        "conv1": nn.Sequential(
            conv_bn_relu(3, 64, 3, stride=2), conv_bn_relu(64, 64, 3), conv_bn_relu(64, 128, 3)
        ),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),
    }
    channels_in, current, rate = 128, 4, 1
    for name, repeats, width, stride in RESNET_101:
        blocks = []
        for number in range(repeats):
            last = number == repeats - 1
            step = stride if last and current < output_stride else 1
            option = "B" if number == 0 else "A"  # A: the shortcut of a last block takes every second pixel
            block = BottleneckBlock(channels_in, width, 4 * width, step, option, "3x3")
            grid = MULTI_GRID[number] if name == "conv5_x" else 1
            dilate(block.conv2, rate * grid)
            blocks.append(block)
            channels_in, current = 4 * width, current * step
        rate *= 1 if blocks[-1].conv2.stride[0] == stride else stride
        stages[name] = nn.Sequential(*blocks)
    return stages


def conv_bn_relu(
    channels_in: int, channels: int, kernel: int, stride: int = 1, dilation: int = 1
) -> nn.Sequential:
    """A convolution that keeps the map at stride 1, normalisation, ReLU."""
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(channels_in, channels, kernel, stride, padding, dilation, bias=False),
            bn=nn.BatchNorm2d(channels),
            relu=nn.ReLU(inplace=True),
        )
    )
