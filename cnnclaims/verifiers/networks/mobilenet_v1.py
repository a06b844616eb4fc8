"""MobileNet v1 (Howard et al. 2017, arXiv 1704.04861), Table 1. Shapes are channels x height x width.

Every convolution is without bias, followed by batch normalisation and ReLU (Figure 3). The paper does not
name its padding; its sizes are the input's divided by the stride, rounded up. The authors' code pads an even
map at stride 2 at one side only, here both sides are padded by 1: the same sizes. The softmax of Table 1 is
left to the loss.
"""

from collections import OrderedDict
from typing import Literal

from torch import nn

from cnnclaims.verifiers.networks.network import Network

# Table 1, a depthwise and a pointwise layer a row: name, output channels, stride of the depthwise # output
BLOCKS = (
    ("conv2", 64, 1),  # 64 x 112 x 112
    ("conv3", 128, 2),  # 128 x 56 x 56
    ("conv4", 128, 1),  # 128 x 56 x 56
    ("conv5", 256, 2),  # 256 x 28 x 28
    ("conv6", 256, 1),  # 256 x 28 x 28
    ("conv7", 512, 2),  # 512 x 14 x 14
    ("conv8", 512, 1),  # 512 x 14 x 14, the five rows that Table 1 writes as "5 x"
    ("conv9", 512, 1),
    ("conv10", 512, 1),
    ("conv11", 512, 1),
    ("conv12", 512, 1),
    ("conv13", 1024, 2),  # 1024 x 7 x 7
    # 1024 x 7 x 7. Table 1 prints stride 2 here, yet its own sizes, 7 x 7 before and behind, need stride 1.
    ("conv14", 1024, 1),
)
# What Section 4.1 takes out for the shallow network of Table 5
SHALLOW = ("conv8", "conv9", "conv10", "conv11", "conv12")


def mobilenet_v1(
    width: float = 1.0,
    resolution: int = 224,
    conv: Literal["separable", "full"] = "separable",
    shallow: bool = False,
    classes: int | None = 1000,
) -> Network:
    """MobileNet v1; width thins every layer, classes=None leaves the classifier out.

    `conv="full"` has one full 3 x 3 convolution for each separable pair (Table 4), `shallow` lacks the five
    14 x 14 x 512 pairs (Table 5).
    """
    _require_arguments(width, resolution, conv, classes)
    block = separable if conv == "separable" else full
    c_in = thinned(32, width)
    stages: dict[str, nn.Module] = {"conv1": full(3, c_in, stride=2)}  # 32 x 112 x 112
    for name, channels, stride in BLOCKS:
        if shallow and name in SHALLOW:
            continue
        c_out = thinned(channels, width)
        stages[name] = block(c_in, c_out, stride)
        c_in = c_out
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # over the whole map: 7 x 7 at resolution 224
    stages["flatten"] = nn.Flatten(1)
    if classes is not None:
        # With bias, as in the authors' code; the paper does not say. 4.21 M weights become 4.23 M parameters
        # with it and the normalisation, both printed as 4.2.
        stages["fc"] = nn.Linear(c_in, classes)
    return Network(stages, input_shape=(3, resolution, resolution))


def separable(c_in: int, c_out: int, stride: int) -> nn.Sequential:
    """Figure 3, right: a 3 x 3 filter a channel, then 1 x 1, each with its own normalisation and ReLU."""
    return nn.Sequential(
        OrderedDict(
            dw=nn.Conv2d(c_in, c_in, 3, stride, padding=1, groups=c_in, bias=False),
            dw_bn=nn.BatchNorm2d(c_in),
            dw_relu=nn.ReLU(inplace=True),
            pw=nn.Conv2d(c_in, c_out, 1, bias=False),
            pw_bn=nn.BatchNorm2d(c_out),
            pw_relu=nn.ReLU(inplace=True),
        )
    )


def full(c_in: int, c_out: int, stride: int) -> nn.Sequential:
    """Figure 3, left: a full 3 x 3 convolution, normalisation, ReLU."""
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False),
            bn=nn.BatchNorm2d(c_out),
            relu=nn.ReLU(inplace=True),
        )
    )


def thinned(channels: int, width: float) -> int:
    """Channels times the width multiplier, cut to a whole number and at least 8, as in the authors' code."""
    return max(int(channels * width), 8)


def _require_arguments(width: float, resolution: int, conv: str, classes: int | None) -> None:
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as the paper's 1, 0.75, 0.5 or 0.25")
    if resolution < 1:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 224, 192, 160 or 128")
    if conv not in ("separable", "full"):
        raise ValueError(f"conv is {conv!r}; use 'separable' or 'full'")
    if classes is not None and classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, or None for no classifier")
