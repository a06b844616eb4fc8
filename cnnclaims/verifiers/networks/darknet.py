"""Networks as Darknet has them, the baselines of CSPNet and one of XNOR-Net's: the authors' configuration files as tables.

Shapes are channels x height x width. Convolutions have no bias and are followed by normalisation and leaky ReLU;
the classifier is a 1x1 convolution with bias behind global average pooling, in Extraction in front of it. Images have
256 x 256 pixels, for Extraction 224 x 224. The residual networks have no projections: where channels are missing on a
shortcut, there is nothing to add.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import Add, PaddedIdentity

SLOPE = 0.1  # of the leaky ReLU
# ResNet-50 and ResNeXt-50: stage, blocks, channels inside a block (ResNet-50, ResNeXt-50), channels out # output
STAGES = (
    ("stage1", 3, 64, 128, 256),  # 256 x 64 x 64
    ("stage2", 4, 128, 256, 512),  # 512 x 32 x 32
    ("stage3", 6, 256, 512, 1024),  # 1024 x 16 x 16
    ("stage4", 3, 512, 1024, 2048),  # 2048 x 8 x 8
)
# ResNet-10: stage, channels # output
BASIC_STAGES = (
    ("stage1", 64),  # 64 x 64 x 64
    ("stage2", 128),  # 128 x 32 x 32
    ("stage3", 256),  # 256 x 16 x 16
    ("stage4", 512),  # 512 x 8 x 8
)
# Darknet-53: stage, residual blocks, channels # output
DARKNET53 = (
    ("stage1", 1, 64),  # 64 x 128 x 128
    ("stage2", 2, 128),  # 128 x 64 x 64
    ("stage3", 8, 256),  # 256 x 32 x 32
    ("stage4", 8, 512),  # 512 x 16 x 16
    ("stage5", 4, 1024),  # 1024 x 8 x 8
)
REFERENCE = (
    16,
    32,
    64,
    128,
    256,
    512,
    1024,
)  # channels of the seven convolutions of the Darknet reference network
# Extraction: stage, side and channels of its convolutions one after another # output. The last has a bias and no normalisation.
EXTRACTION = (
    ("conv1", ((7, 64),)),  # 64 x 112 x 112
    ("conv2", ((3, 192),)),  # 192 x 56 x 56
    ("conv3", ((1, 128), (3, 256), (1, 256), (3, 512))),  # 512 x 28 x 28
    ("conv4", (*((1, 256), (3, 512)) * 4, (1, 512), (3, 1024))),  # 1024 x 14 x 14
    ("conv5", ((1, 512), (3, 1024)) * 2),  # 1024 x 7 x 7
)


def conv(
    c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1, linear: bool = False
) -> nn.Sequential:
    """A convolution that keeps the map's size at stride 1, normalisation, and leaky ReLU unless it is linear."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers["bn"] = nn.BatchNorm2d(c_out)
    if not linear:
        layers["leaky"] = nn.LeakyReLU(SLOPE, inplace=True)
    return nn.Sequential(layers)


class Residual(nn.Module):
    """Layers and what comes in, added; on a shortcut that is smaller or shorter, as far as it reaches."""

    def __init__(self, layers: nn.Sequential, extra_channels: int, stride: int, linear: bool) -> None:
        super().__init__()
        self.layers = layers
        changes = extra_channels or stride != 1
        self.shortcut = PaddedIdentity(extra_channels, stride) if changes else nn.Identity()
        self.add = Add()
        self.leaky = nn.Identity() if linear else nn.LeakyReLU(SLOPE, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.leaky(self.add(self.layers(x), self.shortcut(x)))
        return y


def bottleneck(c_in: int, inner: int, c_out: int, stride: int = 1, groups: int = 1) -> Residual:
    """1x1, 3x3, linear 1x1, and the shortcut; leaky ReLU behind the sum."""
    layers: dict[str, nn.Module] = {
        "conv1": conv(c_in, inner, 1),
        "conv2": conv(inner, inner, 3, stride, groups),
        "conv3": conv(inner, c_out, 1, linear=True),
    }
    return Residual(nn.Sequential(OrderedDict(layers)), c_out - c_in, stride, linear=False)


def basic(c_in: int, c_out: int, stride: int) -> Residual:
    """3x3, linear 3x3, and the shortcut; leaky ReLU behind the sum."""
    layers = (("conv1", conv(c_in, c_out, 3, stride)), ("conv2", conv(c_out, c_out, 3, linear=True)))
    return Residual(nn.Sequential(OrderedDict(layers)), c_out - c_in, stride, linear=False)


def darknet_block(channels: int, inner: int) -> Residual:
    """1x1, 3x3 and the shortcut of Darknet-53, linear behind the sum."""
    layers = (("conv1", conv(channels, inner, 1)), ("conv2", conv(inner, channels, 3)))
    return Residual(nn.Sequential(OrderedDict(layers)), 0, 1, linear=True)


def stem() -> dict[str, nn.Module]:
    """7x7 of stride 2, 2x2 pooling."""
    return {"conv1": conv(3, 64, 7, stride=2), "maxpool": nn.MaxPool2d(2)}  # 64 x 128 x 128, 64 x 64 x 64


def head(channels: int, classes: int) -> dict[str, nn.Module]:
    """Global average pooling, then the classifier."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    layers = {"avgpool": nn.AdaptiveAvgPool2d(1), "classifier": nn.Conv2d(channels, classes, 1)}
    return {**layers, "flatten": nn.Flatten(1)}


def _resnet(groups: int, classes: int) -> Network:
    stages = stem()
    c_in = 64
    for name, blocks, narrow, wide, channels in STAGES:
        inner = narrow if groups == 1 else wide
        stride = 1 if name == "stage1" else 2
        rows = [bottleneck(c_in, inner, channels, stride, groups)]
        rows += [bottleneck(channels, inner, channels, 1, groups) for _ in range(blocks - 1)]
        stages[name] = nn.Sequential(*rows)
        c_in = channels
    return Network({**stages, **head(c_in, classes)}, (3, 256, 256))


def darknet_resnet50(classes: int = 1000) -> Network:
    """ResNet-50 of Darknet: no projections, the stride on the 3x3."""
    return _resnet(1, classes)


def darknet_resnext50(classes: int = 1000) -> Network:
    """ResNeXt-50 (32x4d) of Darknet: no projections, the stride on the grouped 3x3."""
    return _resnet(32, classes)


def darknet_resnet10(classes: int = 1000) -> Network:
    """ResNet-10 of Darknet: one basic block a stage, no projections."""
    stages = stem()
    c_in = 64
    for name, channels in BASIC_STAGES:
        stages[name] = basic(c_in, channels, 1 if name == "stage1" else 2)
        c_in = channels
    return Network({**stages, **head(c_in, classes)}, (3, 256, 256))


def darknet53(classes: int = 1000) -> Network:
    """Darknet-53 (Redmon and Farhadi 2018): every stage begins with a 3x3 of stride 2."""
    stages: dict[str, nn.Module] = {"conv1": conv(3, 32, 3)}  # 32 x 256 x 256
    c_in = 32
    for name, blocks, channels in DARKNET53:
        rows = [darknet_block(channels, channels // 2) for _ in range(blocks)]
        stages[name] = nn.Sequential(conv(c_in, channels, 3, stride=2), *rows)
        c_in = channels
    return Network({**stages, **head(c_in, classes)}, (3, 256, 256))


def darknet_extraction(classes: int = 1000) -> Network:
    """Extraction, GoogLeNet without branches: 1x1 and 3x3 in turn, and the classifier on every place of the last map."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {}
    c_in = 3
    for number, (name, rows) in enumerate(EXTRACTION, 1):
        layers = []
        for side, channels in rows:
            layers.append(conv(c_in, channels, side, stride=2 if side == 7 else 1))
            c_in = channels
        stages[name] = nn.Sequential(*layers)
        if number < len(EXTRACTION):
            stages[f"maxpool{number}"] = nn.MaxPool2d(2)
    stages |= {
        "classifier": nn.Sequential(
            nn.Conv2d(c_in, classes, 1), nn.LeakyReLU(SLOPE, inplace=True)
        ),  # 1000 x 7 x 7
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(1),
    }
    return Network(stages, (3, 224, 224))


def darknet_reference(classes: int = 1000) -> Network:
    """The Darknet reference network: seven 3x3 convolutions with pooling between them."""
    stages: dict[str, nn.Module] = {}
    c_in = 3
    for number, channels in enumerate(REFERENCE, 1):
        stages[f"conv{number}"] = conv(c_in, channels, 3)
        if number < len(REFERENCE):
            stages[f"maxpool{number}"] = nn.MaxPool2d(2)
        c_in = channels
    return Network({**stages, **head(c_in, classes)}, (3, 256, 256))
