"""ProxylessNAS for mobile phones (Cai et al. 2018, arXiv 1812.00332), Figure 3. Shapes are channels x height x width.

Inverted residuals with ReLU6, as MobileNetV2's, each with a kernel and an expansion of its own; numbers that the
figure leaves out are as in the authors' code. Layers that the search removed are left out.
"""

from torch import nn

from cnnclaims.verifiers.networks.mnasnet import MBConv, conv_bn
from cnnclaims.verifiers.networks.network import Network

# Channels, stride of the first block, then expansion and kernel of each block # output
MOBILE = {
    "block1": (16, 1, ((1, 3),)),  # 16 x 112 x 112
    "block2": (32, 2, ((3, 5), (3, 3))),  # 32 x 56 x 56
    "block3": (40, 2, ((3, 7), (3, 3), (3, 5), (3, 5))),  # 40 x 28 x 28
    "block4": (80, 2, ((6, 7), (3, 5), (3, 5), (3, 5))),  # 80 x 14 x 14
    "block5": (96, 1, ((6, 5), (3, 5), (3, 5), (3, 5))),  # 96 x 14 x 14
    "block6": (192, 2, ((6, 7), (6, 7), (3, 7), (3, 7))),  # 192 x 7 x 7
    "block7": (320, 1, ((6, 7),)),  # 320 x 7 x 7
}


def proxylessnas_mobile(classes: int = 1000) -> Network:
    """ProxylessNAS-Mobile, found for the latency of a phone."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    c_in = 32
    stages: dict[str, nn.Module] = {"conv1": conv_bn(3, c_in, 3, stride=2, activation=nn.ReLU6)}
    for name, (channels, stride, rows) in MOBILE.items():
        blocks = []
        for number, (expansion, kernel) in enumerate(rows):
            step = stride if number == 0 else 1
            blocks.append(MBConv(c_in, expansion * c_in, channels, kernel, step, activation=nn.ReLU6))
            c_in = channels
        stages[name] = nn.Sequential(*blocks)
    stages["conv2"] = conv_bn(c_in, 1280, 1, activation=nn.ReLU6)  # 1280 x 7 x 7
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(1280, classes)
    return Network(stages, input_shape=(3, 224, 224))
