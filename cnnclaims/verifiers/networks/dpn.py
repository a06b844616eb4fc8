"""Dual Path Networks (Chen et al. 2017, arXiv 1707.01629), Table 1: DPN-131. Shapes are channels x height x width.

A block's output has a part that is added to what came in, as in ResNet, and a part that is put beside it, as in
DenseNet. Normalisation and ReLU stand before every convolution; none has a bias. The head is one linear layer.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# DPN-131: name, residual channels, channels of the middle layers, dense channels a block, blocks # output at 224
STAGES = (
    ("conv2", 256, 160, 16, 4),  # 56x56
    ("conv3", 512, 320, 32, 8),  # 28x28
    ("conv4", 1024, 640, 32, 28),  # 14x14
    ("conv5", 2048, 1280, 128, 3),  # 7x7
)
STEM, GROUPS = 128, 40


class DualPathBlock(nn.Module):
    """1x1, grouped 3x3, 1x1; its first `residual` channels are added, the rest is put beside the dense ones."""

    def __init__(self, c_in: int, residual: int, inner: int, dense: int, stride: int, projects: bool) -> None:
        super().__init__()
        self.residual = residual
        # Where a stage begins, a 1x1 convolution makes both paths of what comes in, the dense one two blocks wide.
        if projects:
            self.shortcut = bn_relu_conv(c_in, residual + 2 * dense, 1, stride)
        self.conv1 = bn_relu_conv(c_in, inner, 1)
        self.conv2 = bn_relu_conv(inner, inner, 3, stride, GROUPS)
        self.conv3 = bn_relu_conv(inner, residual + dense, 1)

    def forward(self, x: Tensor) -> Tensor:
        paths = self.shortcut(x) if "shortcut" in self._modules else x
        y = self.conv3(self.conv2(self.conv1(x)))
        added = paths[:, : self.residual] + y[:, : self.residual]
        return torch.cat([added, paths[:, self.residual :], y[:, self.residual :]], dim=1)


def bn_relu_conv(c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Normalisation, ReLU, convolution."""
    convolution = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(OrderedDict(bn=nn.BatchNorm2d(c_in), relu=nn.ReLU(), conv=convolution))


def dpn131(resolution: int = 224, classes: int = 1000) -> Network:
    """DPN-131, the deepest network of the paper."""
    if resolution < 32:
        raise ValueError(
            f"resolution is {resolution}; use at least 32 pixels, such as the paper's 224 or 320"
        )
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    stages: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, STEM, 7, 2, padding=3, bias=False),  # 112x112
        "bn1": nn.BatchNorm2d(STEM),
        "relu1": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, 2, padding=1),  # 56x56
    }
    c_in = STEM
    for number, (name, residual, inner, dense, blocks) in enumerate(STAGES):
        rows = []
        for i in range(blocks):
            stride = 2 if i == 0 and number > 0 else 1
            rows.append(DualPathBlock(c_in, residual, inner, dense, stride, projects=i == 0))
            c_in = residual + (3 + i) * dense
        stages[name] = nn.Sequential(*rows)
    stages |= {
        "bn": nn.BatchNorm2d(c_in),
        "relu": nn.ReLU(inplace=True),
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(1),
        "fc": nn.Linear(c_in, classes),
    }
    return Network(stages, input_shape=(3, resolution, resolution))
