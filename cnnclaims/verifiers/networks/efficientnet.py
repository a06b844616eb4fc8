"""EfficientNet (Tan and Le 2019, arXiv 1905.11946), Table 1, Equation 3. Shapes are channels x height x width.

Every convolution is without bias and followed by batch normalisation; the activation is swish, x * sigmoid(x).
The paper prints neither strides nor the coefficients of B1 to B7, they are the authors' code's. That code pads an
even map at stride 2 at one side only, here both sides are padded by half the kernel: the same sizes.
"""

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 1: name, expansion, kernel, stride of the first layer, channels, layers # output at 224x224
STAGES = (
    ("stage2", 1, 3, 1, 16, 1),  # 112x112
    ("stage3", 6, 3, 2, 24, 2),  # 56x56
    ("stage4", 6, 5, 2, 40, 2),  # 28x28
    ("stage5", 6, 3, 2, 80, 3),  # 14x14
    ("stage6", 6, 5, 1, 112, 3),  # 14x14
    ("stage7", 6, 5, 2, 192, 4),  # 7x7
    ("stage8", 6, 3, 1, 320, 1),  # 7x7
)
STEM, HEAD = 32, 1280  # channels of stages 1 and 9
# Of a block's input channels, as in the authors' code; of the expanded ones, B0 would have 8.4 M parameters, not 5.3 M
SQUEEZE = 0.25
SURVIVAL = 0.8  # of the last block; it falls to this evenly from 1 (Section 5.2)

# Of the authors' code: width, depth, resolution, dropout
COEFFICIENTS = {
    "b0": (1.0, 1.0, 224, 0.2),
    "b1": (1.0, 1.1, 240, 0.2),
    "b2": (1.1, 1.2, 260, 0.3),
    "b3": (1.2, 1.4, 300, 0.3),
    "b4": (1.4, 1.8, 380, 0.4),
    "b5": (1.6, 2.2, 456, 0.4),
    "b6": (1.8, 2.6, 528, 0.5),
    "b7": (2.0, 3.1, 600, 0.5),
}


def scaled_width(channels: int, width: float) -> int:
    """Channels times the width coefficient, as the multiple of 8 nearest to it and not below nine tenths of it."""
    exact = channels * width
    rounded = max(8, int(exact + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * exact else rounded


def scaled_depth(layers: int, depth: float) -> int:
    """Layers times the depth coefficient, rounded up."""
    return math.ceil(layers * depth)


class Multiply(nn.Module):
    """The product of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x * y


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class SqueezeExcitation(nn.Module):
    """A factor for each channel, between 0 and 1, made of the means of all channels; both layers have a bias."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.swish = nn.SiLU(inplace=True)
        self.expand = nn.Conv2d(squeezed, channels, 1)
        self.sigmoid = nn.Sigmoid()
        self.multiply = Multiply()

    def forward(self, x: Tensor) -> Tensor:
        factors = self.sigmoid(self.expand(self.swish(self.reduce(self.pool(x)))))
        y: Tensor = self.multiply(x, factors)
        return y


class StochasticDepth(nn.Module):
    """While training, an image's branch survives with the given probability and is scaled up to match."""

    def __init__(self, survival: float) -> None:
        super().__init__()
        self.survival = survival

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.survival == 1:
            return x
        kept = torch.bernoulli(torch.full((x.shape[0], 1, 1, 1), self.survival, device=x.device))
        return x * kept / self.survival


class MBConv(nn.Module):
    """Expansion by 1x1, a depthwise convolution, squeeze-and-excitation, a linear 1x1; a shortcut where it fits."""

    def __init__(
        self, c_in: int, c_out: int, expansion: int, kernel: int, stride: int, survival: float
    ) -> None:
        super().__init__()
        inner = c_in * expansion
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        if expansion != 1:
            layers["expand"] = nn.Conv2d(c_in, inner, 1, bias=False)
            layers["expand_bn"] = norm(inner)
            layers["expand_swish"] = nn.SiLU(inplace=True)
        layers["dw"] = nn.Conv2d(inner, inner, kernel, stride, kernel // 2, groups=inner, bias=False)
        layers["dw_bn"] = norm(inner)
        layers["dw_swish"] = nn.SiLU(inplace=True)
        layers["se"] = SqueezeExcitation(inner, max(1, int(c_in * SQUEEZE)))
        layers["project"] = nn.Conv2d(inner, c_out, 1, bias=False)
        layers["project_bn"] = norm(c_out)
        self.branch = nn.Sequential(layers)
        self.residual = stride == 1 and c_in == c_out
        if self.residual:
            self.drop = StochasticDepth(survival)
            self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.branch(x)
        if self.residual:
            y = self.add(self.drop(y), x)
        return y


def norm(channels: int) -> nn.BatchNorm2d:
    """Section 5.2: batch normalisation keeps 0.99 of its running means; 0.001 is the authors' code's."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def conv(c_in: int, c_out: int, kernel: int, stride: int) -> OrderedDict[str, nn.Module]:
    """A convolution, normalisation, swish."""
    return OrderedDict(
        conv=nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False),
        bn=norm(c_out),
        swish=nn.SiLU(inplace=True),
    )


def efficientnet(
    width: float = 1.0, depth: float = 1.0, resolution: int = 224, dropout: float = 0.2, classes: int = 1000
) -> Network:
    """EfficientNet-B0, its channels times width, its layers times depth, on images of `resolution` pixels."""
    _require_arguments(width, depth, resolution, dropout, classes)
    c_in = scaled_width(STEM, width)
    stages: dict[str, nn.Module] = {"stage1": nn.Sequential(conv(3, c_in, 3, 2))}  # 112x112
    total = sum(scaled_depth(layers, depth) for *_, layers in STAGES)
    built = 0
    for name, expansion, kernel, stride, channels, layers in STAGES:
        c_out = scaled_width(channels, width)
        blocks = []
        for i in range(scaled_depth(layers, depth)):
            survival = 1 - (1 - SURVIVAL) * built / total
            blocks.append(MBConv(c_in, c_out, expansion, kernel, stride if i == 0 else 1, survival))
            c_in, built = c_out, built + 1
        stages[name] = nn.Sequential(*blocks)
    head = conv(c_in, scaled_width(HEAD, width), 1, 1)
    head["avgpool"] = nn.AdaptiveAvgPool2d(1)
    head["flatten"] = nn.Flatten(1)
    stages["stage9"] = nn.Sequential(head)  # 1280 channels, 7x7 before the pooling
    stages["dropout"] = nn.Dropout(dropout)
    stages["fc"] = nn.Linear(scaled_width(HEAD, width), classes)
    return Network(stages, input_shape=(3, resolution, resolution))


def efficientnet_b0(classes: int = 1000) -> Network:
    """EfficientNet-B0, the network of Table 1."""
    return efficientnet(*COEFFICIENTS["b0"], classes)


def efficientnet_b1(classes: int = 1000) -> Network:
    """EfficientNet-B1: 1.1 times the layers of B0, images of 240 pixels."""
    return efficientnet(*COEFFICIENTS["b1"], classes)


def efficientnet_b2(classes: int = 1000) -> Network:
    """EfficientNet-B2: 1.1 times the channels of B0, 1.2 times the layers, images of 260 pixels."""
    return efficientnet(*COEFFICIENTS["b2"], classes)


def efficientnet_b3(classes: int = 1000) -> Network:
    """EfficientNet-B3: 1.2 times the channels of B0, 1.4 times the layers, images of 300 pixels."""
    return efficientnet(*COEFFICIENTS["b3"], classes)


def efficientnet_b4(classes: int = 1000) -> Network:
    """EfficientNet-B4: 1.4 times the channels of B0, 1.8 times the layers, images of 380 pixels."""
    return efficientnet(*COEFFICIENTS["b4"], classes)


def efficientnet_b5(classes: int = 1000) -> Network:
    """EfficientNet-B5: 1.6 times the channels of B0, 2.2 times the layers, images of 456 pixels."""
    return efficientnet(*COEFFICIENTS["b5"], classes)


def efficientnet_b6(classes: int = 1000) -> Network:
    """EfficientNet-B6: 1.8 times the channels of B0, 2.6 times the layers, images of 528 pixels."""
    return efficientnet(*COEFFICIENTS["b6"], classes)


def efficientnet_b7(classes: int = 1000) -> Network:
    """EfficientNet-B7: twice the channels of B0, 3.1 times the layers, images of 600 pixels."""
    return efficientnet(*COEFFICIENTS["b7"], classes)


def _require_arguments(width: float, depth: float, resolution: int, dropout: float, classes: int) -> None:
    if width <= 0:
        raise ValueError(f"width is {width}; use a number above 0, such as 1.1 for B2")
    if depth <= 0:
        raise ValueError(f"depth is {depth}; use a number above 0, such as 1.2 for B2")
    if resolution < 1:
        raise ValueError(f"resolution is {resolution}; use pixels, such as 224 for B0")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout}; use at least 0 and less than 1, such as 0.2 for B0")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
