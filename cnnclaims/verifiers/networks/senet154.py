"""SENet-154: Squeeze-and-Excitation Networks (Hu et al. 2017, arXiv 1709.01507), appendix, and the released model.

Shapes are channels x height x width. It is ResNeXt-152 (64x4d) with SE blocks and four changes: three 3x3 in
place of the 7x7, half the channels in the first 1x1 of every block, a 3x3 in place of the 1x1 on shortcuts that
halve the map, and dropout before the linear layer.
"""

from collections import OrderedDict

from torch import nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import conv
from cnnclaims.verifiers.networks.senet import Excitation, SEBottleneck, Widths

# stage, blocks, channels of the first 1x1, of the grouped 3x3 and of the last 1x1, stride of the first block
STAGES = (
    ("conv2_x", 3, 128, 256, 256, 1),  # 56x56
    ("conv3_x", 8, 256, 512, 512, 2),  # 28x28
    ("conv4_x", 36, 512, 1024, 1024, 2),  # 14x14
    ("conv5_x", 3, 1024, 2048, 2048, 2),  # 7x7
)
CARDINALITY = 64


def senet154() -> Network:
    """SENet-154, the network of the ILSVRC 2017 entry."""
    stages: dict[str, nn.Module] = {
        "conv1": _stem(),  # 128 x 112 x 112
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56
    }
    channels = 128
    for name, repeats, first, second, out, stride in STAGES:
        blocks = []
        for step in (stride, *[1] * (repeats - 1)):
            widths = Widths(first, second, out, CARDINALITY, (1, step))
            blocks.append(SEBottleneck(channels, widths, _shortcut(channels, out, step), Excitation()))
            channels = out
        stages[name] = nn.Sequential(*blocks)
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)  # 1x1
    stages["flatten"] = nn.Flatten()
    stages["dropout"] = nn.Dropout(0.2)
    stages["fc"] = nn.Linear(channels, 1000)
    return Network(stages, (3, 224, 224))


def _stem() -> nn.Sequential:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number, (c_in, c_out, stride) in enumerate(((3, 64, 2), (64, 64, 1), (64, 128, 1)), 1):
        layers[f"conv{number}"] = conv(c_in, c_out, 3, stride)
        layers[f"bn{number}"] = nn.BatchNorm2d(c_out)
        layers[f"relu{number}"] = nn.ReLU(inplace=True)
    return nn.Sequential(layers)


def _shortcut(channels_in: int, channels: int, stride: int) -> nn.Module:
    if channels_in == channels and stride == 1:
        return nn.Identity()
    kernel = 1 if stride == 1 else 3
    layers = (("conv", conv(channels_in, channels, kernel, stride)), ("bn", nn.BatchNorm2d(channels)))
    return nn.Sequential(OrderedDict(layers))
