"""SE blocks in networks without residual bottlenecks (Hu et al. 2017, arXiv 1709.01507), Tables 2 and 3.

Shapes are channels x height x width. Section 5.1: behind every module of an Inception network, behind the ReLU
of every convolution of VGG. The paper does not say where in MobileNet; behind every separable pair makes the
printed 4.7 M parameters and 572 M multiply-adds.
"""

from collections import OrderedDict

from torch import nn

from cnnclaims.verifiers.networks.inception_v2 import FIGURE_5, bn_inception
from cnnclaims.verifiers.networks.inception_v4 import Residual, inception_resnet_v2
from cnnclaims.verifiers.networks.mobilenet_v1 import BLOCKS, mobilenet_v1
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.senet import SqueezeExcitation
from cnnclaims.verifiers.networks.vgg import TABLE_1

CONFIGURATION_D = 4  # the column of VGG-16 in the table of VGG
# Channels that the modules of BN-Inception put out with a projection of 128 channels everywhere
CHANNELS = {
    "3a": 256,
    "3b": 320,
    "3c": 576,
    "4a": 576,
    "4b": 576,
    "4c": 608,
    "4d": 608,
    "4e": 1056,
    "5a": 1024,
    "5b": 1024,
}


def vgg16_bn(classes: int = 1000) -> Network:
    """VGG-16 with batch normalisation between convolution and ReLU."""
    return _vgg16_bn(None, classes)


def se_vgg16_bn(reduction: int = 16, classes: int = 1000) -> Network:
    """VGG-16 with batch normalisation, and an SE block behind every ReLU of its convolutions."""
    return _vgg16_bn(reduction, classes)


def _vgg16_bn(reduction: int | None, classes: int) -> Network:
    stages: dict[str, nn.Module] = {}
    channels = 3
    for number, (width, configurations) in enumerate(TABLE_1, 1):
        for layer in range(1, len(configurations[CONFIGURATION_D]) + 1):
            name = f"{number}_{layer}"
            stages[f"conv{name}"] = nn.Conv2d(channels, width, 3, padding=1)
            stages[f"bn{name}"] = nn.BatchNorm2d(width)
            stages[f"relu{name}"] = nn.ReLU(inplace=True)
            if reduction is not None:
                stages[f"se{name}"] = SqueezeExcitation(width, reduction)
            channels = width
        stages[f"pool{number}"] = nn.MaxPool2d(2, 2)  # 112, 56, 28, 14, 7
    stages |= {
        "flatten": nn.Flatten(),
        "fc6": nn.Linear(channels * 7 * 7, 4096),
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Linear(4096, 4096),
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "fc8": nn.Linear(4096, classes),
    }
    return Network(stages, input_shape=(3, 224, 224))


def se_bn_inception(reduction: int = 16) -> Network:
    """BN-Inception of the released SE model, a full 7x7 first and 608 channels in 4c and 4d, with SE blocks."""
    net = bn_inception(stem="dense", projection=128)
    stages: dict[str, nn.Module] = {}
    for name, stage in net.named_children():
        stages[name] = stage
        if name in FIGURE_5:
            stages[f"{name}_se"] = SqueezeExcitation(CHANNELS[name], reduction)
    return Network(stages, net.input_shape)


def se_inception_resnet_v2(reduction: int = 16) -> Network:
    """Inception-ResNet-v2 as released, with an SE block on the residual branch of every residual module."""
    net = inception_resnet_v2(layout="released")
    for module in net.modules():
        if isinstance(module, Residual):
            expand = module.expand
            gates = SqueezeExcitation(expand.out_channels, reduction)
            module.add_module("expand", nn.Sequential(OrderedDict(conv=expand, se=gates)))
    return net


def se_mobilenet_v1(reduction: int = 16) -> Network:
    """MobileNet with an SE block behind each of the thirteen separable pairs."""
    net = mobilenet_v1()
    for name, channels, _ in BLOCKS:
        net.get_submodule(name).add_module("se", SqueezeExcitation(channels, reduction))
    return net
