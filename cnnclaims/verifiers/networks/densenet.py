"""DenseNet: Densely Connected Convolutional Networks (Huang et al. 2016, arXiv 1608.06993), Section 3, Table 1.

Shapes are channels x height x width. A "conv" of the table is normalisation, ReLU and convolution, in this order;
convolutions have no bias. The softmax is left to the loss.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 1: layers in block1 (56x56), block2 (28x28), block3 (14x14), block4 (7x7)
LAYERS = {
    121: (6, 12, 24, 16),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
    264: (6, 12, 64, 48),
    161: (6, 12, 36, 24),  # of the authors' code, with 48 maps a layer
}
BOTTLENECK = 4  # a 1x1 convolution puts out four times the growth rate
COMPRESSION = 0.5  # theta of DenseNet-C and DenseNet-BC


class Concat(nn.Module):
    """Two tensors side by side, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([x, y], dim=1)


class DenseLayer(nn.Module):
    """Makes growth_rate new maps of all that come in, and puts them out beside those."""

    def __init__(self, c_in: int, growth_rate: int, bottleneck: bool, dropout: float = 0) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        if bottleneck:
            layers.update(bn_relu_conv(c_in, BOTTLENECK * growth_rate, 1, "1", dropout))
            c_in = BOTTLENECK * growth_rate
        layers.update(bn_relu_conv(c_in, growth_rate, 3, "2" if bottleneck else "1", dropout))
        self.new = nn.Sequential(layers)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.concat(x, self.new(x))
        return y


def bn_relu_conv(
    c_in: int, c_out: int, kernel: int, number: str = "", dropout: float = 0
) -> OrderedDict[str, nn.Module]:
    """Normalisation, ReLU, a convolution that keeps the size of the map; dropout behind it, where it is used."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers[f"bn{number}"] = nn.BatchNorm2d(c_in)
    layers[f"relu{number}"] = nn.ReLU(inplace=True)
    layers[f"conv{number}"] = nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2, bias=False)
    if dropout:
        layers[f"dropout{number}"] = nn.Dropout(dropout)
    return layers


def block(layers: int, c_in: int, growth_rate: int, bottleneck: bool, dropout: float = 0) -> nn.Sequential:
    """A dense block, layer1 to layer<layers>."""
    rows = {
        f"layer{i + 1}": DenseLayer(c_in + i * growth_rate, growth_rate, bottleneck, dropout)
        for i in range(layers)
    }
    return nn.Sequential(OrderedDict(rows))


def transition(c_in: int, c_out: int, dropout: float = 0) -> nn.Sequential:
    """A 1x1 convolution, then the means of 2x2 pixels.

    Section 3 names normalisation, convolution and pooling; the ReLU between them is in the caption of Table 1.
    """
    layers = bn_relu_conv(c_in, c_out, 1, dropout=dropout)
    layers["pool"] = nn.AvgPool2d(2)
    return nn.Sequential(layers)


def _dense(
    stages: dict[str, nn.Module],
    layers: tuple[int, ...],
    channels: int,
    growth_rate: int,
    bottleneck: bool,
    compression: float,
    dropout: float = 0,
) -> int:
    """Adds the dense blocks and the transitions between them to the stages; the channels that come out."""
    for number, repeats in enumerate(layers, 1):
        stages[f"block{number}"] = block(repeats, channels, growth_rate, bottleneck, dropout)
        channels += repeats * growth_rate
        if number < len(layers):
            kept = int(channels * compression)  # cut off: [theta m]
            stages[f"transition{number}"] = transition(channels, kept, dropout)
            channels = kept
    return channels


def _head(channels: int, classes: int) -> dict[str, nn.Module]:
    return {
        "bn": nn.BatchNorm2d(channels),
        "relu": nn.ReLU(inplace=True),
        "avgpool": nn.AdaptiveAvgPool2d(1),  # over the whole map, 8x8 or 7x7
        "flatten": nn.Flatten(1),
        "fc": nn.Linear(channels, classes),
    }


def densenet(
    depth: int = 40,
    growth_rate: int = 12,
    bottleneck: bool = False,
    compression: float = 1.0,
    initial_channels: int | None = None,
    dropout: float = 0.0,
    classes: int = 10,
) -> Network:
    """DenseNet for CIFAR; bottleneck=True and compression=0.5 make it DenseNet-BC.

    depth is 3n + 4, or 6n + 4 with bottlenecks, for n layers a block.
    """
    n = _layers_a_block(depth, bottleneck)
    _require_arguments(growth_rate, compression, initial_channels, dropout, classes)
    # 16 maps, or two growth rates for DenseNet-BC (Section 3). The authors' code has two growth rates throughout:
    # (40, 12) then has 1.06 M parameters instead of 1.02 M, (100, 24) 28.07 M instead of 27.25 M.
    paper = 2 * growth_rate if bottleneck and compression < 1 else 16
    channels = initial_channels or paper
    stages: dict[str, nn.Module] = {"conv": nn.Conv2d(3, channels, 3, padding=1, bias=False)}  # 32x32
    channels = _dense(stages, (n, n, n), channels, growth_rate, bottleneck, compression, dropout)
    stages.update(_head(channels, classes))
    return Network(stages, (3, 32, 32))


def _imagenet(depth: int, growth_rate: int, classes: int) -> Network:
    _require_arguments(growth_rate, COMPRESSION, None, 0, classes)
    channels = 2 * growth_rate
    stages: dict[str, nn.Module] = {
        "conv": nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),  # 112x112
        "conv_bn": nn.BatchNorm2d(channels),
        "conv_relu": nn.ReLU(inplace=True),
        "maxpool": nn.MaxPool2d(3, stride=2, padding=1),  # 56x56
    }
    channels = _dense(stages, LAYERS[depth], channels, growth_rate, True, COMPRESSION)
    stages.update(_head(channels, classes))
    return Network(stages, (3, 224, 224))


def densenet121(classes: int = 1000) -> Network:
    """DenseNet-121 for ImageNet: blocks of 6, 12, 24 and 16 layers, 32 maps each."""
    return _imagenet(121, 32, classes)


def densenet169(classes: int = 1000) -> Network:
    """DenseNet-169 for ImageNet: blocks of 6, 12, 32 and 32 layers, 32 maps each."""
    return _imagenet(169, 32, classes)


def densenet201(classes: int = 1000) -> Network:
    """DenseNet-201 for ImageNet: blocks of 6, 12, 48 and 32 layers, 32 maps each."""
    return _imagenet(201, 32, classes)


def densenet264(classes: int = 1000) -> Network:
    """DenseNet-264 for ImageNet: blocks of 6, 12, 64 and 48 layers, 32 maps each."""
    return _imagenet(264, 32, classes)


def densenet161(classes: int = 1000) -> Network:
    """DenseNet-161 of the authors' code: blocks of 6, 12, 36 and 24 layers, 48 maps each."""
    return _imagenet(161, 48, classes)


def dense_block(
    layers: int = 5, growth_rate: int = 4, channels: int = 6, bottleneck: bool = False, size: int = 32
) -> Network:
    """A dense block on its own, such as that of Figure 1: 5 layers, growth rate 4."""
    for name, value in (("layers", layers), ("channels", channels), ("size", size)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    _require_arguments(growth_rate, 1, None, 0, 1)
    return Network({"block": block(layers, channels, growth_rate, bottleneck)}, (channels, size, size))


@torch.no_grad()
def initialise(net: Network) -> None:
    """Section 4.2: as He et al. 2015, weights normal, of variance 2 over a unit's inputs."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")


def _layers_a_block(depth: int, bottleneck: bool) -> int:
    step = 6 if bottleneck else 3
    n, rest = divmod(depth - 4, step)
    if n < 1 or rest:
        near = max(n, 1)
        raise ValueError(
            f"depth is {depth}; use {step}n + 4, such as {step * near + 4} or {step * (near + 1) + 4}"
        )
    return n


def _require_arguments(
    growth_rate: int, compression: float, initial_channels: int | None, dropout: float, classes: int
) -> None:
    if growth_rate < 1:
        raise ValueError(
            f"growth_rate is {growth_rate}; use at least 1, such as the paper's 12, 24, 32 or 40"
        )
    if not 0 < compression <= 1:
        raise ValueError(f"compression is {compression}; use more than 0 and at most 1, such as 0.5")
    if initial_channels is not None and initial_channels < 1:
        raise ValueError(f"initial_channels is {initial_channels}; use at least 1, or None for the paper's")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout}; use at least 0 and less than 1, such as 0.2")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
