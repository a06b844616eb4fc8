"""IBN-Net: Enhancing Learning and Generalization Capacities (Pan et al. 2018, arXiv 1807.09441), Section 3, Figure 3.

Shapes are channels x height x width. IBN-a has instance normalisation on half of the channels behind the first
convolution of a block, IBN-b on all channels behind the stem and behind two additions; every other layer is the
original network's. Residual networks halve their maps on the 3x3 convolution, as the authors' code does.
"""

from torch import Tensor, nn

from cnnclaims.verifiers.networks.densenet import Concat, DenseLayer, densenet121, densenet169
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import resnet18, resnet34, resnet50, resnet101
from cnnclaims.verifiers.networks.resnext import resnext101_32x4d
from cnnclaims.verifiers.networks.senet import se_resnet101

# The residual stages that IBN-a changes; the last one, conv5_x, keeps batch normalisation alone.
IBN_A_STAGES = ("conv2_x", "conv3_x", "conv4_x")
# The stages whose last addition IBN-b normalises
IBN_B_STAGES = ("conv2_x", "conv3_x")
# DenseNet is not drawn in the paper: in the authors' code the first normalisation of every third layer is
# split, and 40 % of the channels, not half, are normalised by instance.
DENSE_BLOCKS = ("block1", "block2", "block3")
DENSE_EVERY = 3
DENSE_BATCH_PERCENT = 60


class InstanceNorm(nn.GroupNorm):
    """Each channel of each image to mean zero and variance one, then a scale and a shift a channel.

    As many groups as channels: torch's InstanceNorm2d takes no batch of zero images.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels)


class InstanceBatchNorm(nn.Module):
    """The first channels normalised by instance, the others over the batch (Figure 3a)."""

    def __init__(self, channels: int, by_instance: int, instance_first: bool = True) -> None:
        super().__init__()
        self.first = by_instance if instance_first else channels - by_instance
        self.instance = InstanceNorm(by_instance)
        self.batch = nn.BatchNorm2d(channels - by_instance)
        self.concat = Concat()
        self.instance_first = instance_first

    def forward(self, x: Tensor) -> Tensor:
        one, other = (self.instance, self.batch) if self.instance_first else (self.batch, self.instance)
        y: Tensor = self.concat(one(x[:, : self.first]), other(x[:, self.first :]))
        return y


class NormalisedSum(nn.Module):
    """An addition and an instance normalisation of the sum (Figure 3b)."""

    def __init__(self, add: nn.Module, channels: int) -> None:
        super().__init__()
        self.add = add
        self.instance = InstanceNorm(channels)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        z: Tensor = self.instance(self.add(x, y))
        return z


def resnet18_ibn_a() -> Network:
    """ResNet-18 with IBN-a: the split normalisation stands behind the first 3x3 convolution of a block."""
    return _ibn_a(resnet18())


def resnet34_ibn_a() -> Network:
    """ResNet-34 with IBN-a: the split normalisation stands behind the first 3x3 convolution of a block."""
    return _ibn_a(resnet34())


def resnet50_ibn_a() -> Network:
    """ResNet-50 with IBN-a: half of the channels behind the first 1x1 of thirteen blocks are normalised by instance."""
    return _ibn_a(resnet50(stride="3x3"))


def resnet101_ibn_a() -> Network:
    """ResNet-101 with IBN-a."""
    return _ibn_a(resnet101(stride="3x3"))


def resnext101_ibn_a() -> Network:
    """ResNeXt-101 (32x4d) with IBN-a."""
    return _ibn_a(resnext101_32x4d())


def se_resnet101_ibn_a() -> Network:
    """SE-ResNet-101 with IBN-a."""
    return _ibn_a(se_resnet101())


def resnet50_ibn_b() -> Network:
    """ResNet-50 with IBN-b: instance normalisation of the stem and of the sums that end conv2_x and conv3_x."""
    net = resnet50(stride="3x3")
    net.bn1 = InstanceNorm(64)
    for name in IBN_B_STAGES:
        last = list(net.get_submodule(name).children())[-1]
        last.add = NormalisedSum(last.add, last.bn3.num_features)  # type: ignore[arg-type, union-attr]
    return net


def densenet121_ibn_a() -> Network:
    """DenseNet-121 with IBN-a, as the authors' code has it: in every third layer of the first three blocks."""
    return _dense_ibn_a(densenet121())


def densenet169_ibn_a() -> Network:
    """DenseNet-169 with IBN-a, as the authors' code has it: in every third layer of the first three blocks."""
    return _dense_ibn_a(densenet169())


def _ibn_a(net: Network) -> Network:
    for name, stage in net.named_children():
        if name in IBN_A_STAGES or f"{name}_x" in IBN_A_STAGES:  # ResNeXt's table names them without the x
            for block in stage.children():
                layers = block if hasattr(block, "bn1") else block.get_submodule("residual")
                channels = int(layers.bn1.num_features)  # type: ignore[arg-type, union-attr]
                layers.add_module("bn1", InstanceBatchNorm(channels, channels // 2))
    return net


def _dense_ibn_a(net: Network) -> Network:
    for name in DENSE_BLOCKS:
        for layer in list(net.get_submodule(name).children())[::DENSE_EVERY]:
            assert isinstance(layer, DenseLayer)
            channels = int(layer.new.get_submodule("bn1").num_features)  # type: ignore[arg-type]
            by_instance = channels - channels * DENSE_BATCH_PERCENT // 100
            layer.new.add_module("bn1", InstanceBatchNorm(channels, by_instance, instance_first=False))
    return net
