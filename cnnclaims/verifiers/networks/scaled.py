"""The older networks that EfficientNet scales (Tan and Le 2019, arXiv 1905.11946), Table 3.

Shapes are channels x height x width. The paper does not say how layers and channels are scaled: each stage here has
its number of blocks times depth, rounded up, as the authors' code does for EfficientNet, and each network rounds its
channels as its own code does. At width 1, depth 1 and 224 pixels they are the networks of their own papers.
"""

import math

from torch import nn

from cnnclaims.verifiers.networks import mobilenet_v1, mobilenet_v2, resnet
from cnnclaims.verifiers.networks.network import Network

# MobileNet v1, the pairs of layers on maps of one shape: name, channels, stride of the first pair, pairs
MOBILENET_V1 = (
    ("conv2", 64, 1, 1),  # 112x112
    ("conv3", 128, 2, 2),  # 56x56
    ("conv5", 256, 2, 2),  # 28x28
    ("conv7", 512, 2, 6),  # 14x14
    ("conv13", 1024, 2, 2),  # 7x7
)


def scaled_mobilenet_v1(width: float = 1.0, depth: float = 1.0, resolution: int = 224) -> Network:
    """MobileNet v1, its channels times width and the pairs of each stage times depth."""
    _require_arguments(width, depth, resolution)
    c_in = mobilenet_v1.thinned(32, width)
    stages: dict[str, nn.Module] = {"conv1": mobilenet_v1.full(3, c_in, stride=2)}
    for name, channels, stride, pairs in MOBILENET_V1:
        c_out = mobilenet_v1.thinned(channels, width)
        blocks = []
        for i in range(math.ceil(pairs * depth)):
            blocks.append(mobilenet_v1.separable(c_in, c_out, stride if i == 0 else 1))
            c_in = c_out
        stages[name] = nn.Sequential(*blocks)
    stages |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(1), "fc": nn.Linear(c_in, 1000)}
    return Network(stages, input_shape=(3, resolution, resolution))


def scaled_mobilenet_v2(width: float = 1.0, depth: float = 1.0, resolution: int = 224) -> Network:
    """MobileNet v2, its channels times width and the bottlenecks of each stage times depth."""
    _require_arguments(width, depth, resolution)
    c_in = mobilenet_v2.divisible(mobilenet_v2.FIRST * width)
    last = mobilenet_v2.divisible(mobilenet_v2.LAST * max(width, 1.0))
    stages: dict[str, nn.Module] = {"conv1": mobilenet_v2.conv_bn_relu6(3, c_in, 3, stride=2)}
    for name, (expansion, channels, repeats, stride) in mobilenet_v2.BOTTLENECKS.items():
        c_out = mobilenet_v2.divisible(channels * width)
        blocks = []
        for i in range(math.ceil(repeats * depth)):
            expanded = expansion * c_in if expansion > 1 else None
            blocks.append(mobilenet_v2.InvertedResidual(c_in, expanded, c_out, stride if i == 0 else 1))
            c_in = c_out
        stages[name] = nn.Sequential(*blocks)
    stages["conv2"] = mobilenet_v2.conv_bn_relu6(c_in, last, 1)
    stages |= {
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "conv3": nn.Conv2d(last, 1000, 1),
        "flatten": nn.Flatten(1),
    }
    return Network(stages, input_shape=(3, resolution, resolution))


def scaled_resnet50(width: float = 1.0, depth: float = 1.0, resolution: int = 224) -> Network:
    """ResNet-50 with the stride on the 3x3, its channels times width and the blocks of each stage times depth."""
    _require_arguments(width, depth, resolution)
    c_in = round(64 * width)
    stages: dict[str, nn.Module] = {
        "conv1": resnet.conv(3, c_in, 7, stride=2),
        "bn1": nn.BatchNorm2d(c_in),
        "relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),
    }
    for (name, channels, stride), repeats in zip(resnet.STAGES, resnet.REPEATS[50], strict=True):
        inner = round(channels * width)
        c_out = resnet.EXPANSION * inner
        blocks = []
        for i in range(math.ceil(repeats * depth)):
            blocks.append(resnet.BottleneckBlock(c_in, inner, c_out, stride if i == 0 else 1, "B", "3x3"))
            c_in = c_out
        stages[name] = nn.Sequential(*blocks)
    stages |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(1), "fc": nn.Linear(c_in, 1000)}
    return Network(stages, input_shape=(3, resolution, resolution))


def _require_arguments(width: float, depth: float, resolution: int) -> None:
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as 2")
    if depth <= 0:
        raise ValueError(f"depth is {depth}; use a number above 0, such as 4")
    if resolution < 1:
        raise ValueError(f"resolution is {resolution}; use pixels, such as 224 or 448")
