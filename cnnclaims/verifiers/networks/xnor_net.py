"""XNOR-Net. Rastegari, Ordonez, Redmon, Farhadi: XNOR-Net: ImageNet Classification Using Binary Convolutional Neural Networks,
arXiv:1603.05279, Section 3, with the AlexNet that the authors released (github.com/allenai/XNOR-Net).

Shapes are channels x height x width. The first and the last layer stay in full precision, full layers are convolutions,
nothing is split into groups, and batch normalisation stands in for local response normalisation.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network

# The released model. c_in, c_out, k, padding, pooled; the sizes are after the pooling
BINARY_LAYERS = {
    "conv2": (96, 256, 5, 2, True),  # 256 x 13 x 13
    "conv3": (256, 384, 3, 1, False),  # 384 x 13 x 13
    "conv4": (384, 384, 3, 1, False),  # 384 x 13 x 13
    "conv5": (384, 256, 3, 1, True),  # 256 x 6 x 6
    "fc6": (256, 4096, 6, 0, False),  # 4096 x 1 x 1
    "fc7": (4096, 4096, 1, 0, False),  # 4096 x 1 x 1
}


class BinaryConv2d(nn.Conv2d):
    """Section 3.1: alpha sign(W) for the weights W of each filter, alpha the mean of their sizes; the update is of W itself."""

    def forward(self, input: Tensor) -> Tensor:
        out: Tensor = self._conv_forward(input, self.binary(), self.bias)
        return out

    def binary(self) -> Tensor:
        """The weights that are used, whose gradient is passed on to W."""
        scale = self.weight.abs().mean((1, 2, 3), keepdim=True)
        return self.weight + (scale * self.weight.sign() - self.weight).detach()


class XnorConv2d(BinaryConv2d):
    """Section 3.2: the inputs are signs too, and the map K of their mean sizes scales the outputs.

    The authors' program leaves K out: input_scale=False.
    """

    def __init__(self, c_in: int, c_out: int, k: int, padding: int, input_scale: bool) -> None:
        super().__init__(c_in, c_out, k, padding=padding)
        self.input_scale = input_scale

    def forward(self, input: Tensor) -> Tensor:
        out = super().forward(signs(input))
        return out * self.scales(input) if self.input_scale else out

    def scales(self, input: Tensor) -> Tensor:
        """K: the mean of |input| over all channels of each window."""
        sizes = input.abs().mean(1, keepdim=True)
        return F.avg_pool2d(sizes, self.kernel_size, self.stride, int(self.padding[0]))


def signs(x: Tensor) -> Tensor:
    """The signs, whose gradient is 1 for inputs between -1 and 1 and 0 elsewhere."""
    inside = F.hardtanh(x)
    return inside + (x.sign() - inside).detach()


def xnor_alexnet(input_scale: bool = True) -> Network:
    """AlexNet of binary weights and binary inputs (XNOR-Net)."""
    stages = _first()
    for name, (c_in, c_out, k, padding, pooled) in BINARY_LAYERS.items():
        stages[f"{name}_bn"] = nn.BatchNorm2d(c_in, eps=1e-4)  # before the signs (Figure 3)
        stages[name] = XnorConv2d(c_in, c_out, k, padding, input_scale)
        if pooled:
            stages[f"{name}_pool"] = nn.MaxPool2d(3, stride=2)
    stages |= {"fc8_bn": nn.BatchNorm2d(4096, eps=1e-3), "fc8_relu": nn.ReLU()}
    return Network(stages | _last(), input_shape=(3, 224, 224))


def bwn_alexnet() -> Network:
    """AlexNet of binary weights (Binary-Weight-Network)."""
    stages = _first()
    for name, (c_in, c_out, k, padding, pooled) in BINARY_LAYERS.items():
        stages[name] = BinaryConv2d(c_in, c_out, k, padding=padding)
        stages |= {f"{name}_bn": nn.BatchNorm2d(c_out, eps=1e-3), f"{name}_relu": nn.ReLU()}
        if pooled:
            stages[f"{name}_pool"] = nn.MaxPool2d(3, stride=2)
    return Network(stages | _last(), input_shape=(3, 224, 224))


def _first() -> dict[str, nn.Module]:
    return {
        "conv1": nn.Conv2d(3, 96, 11, 4, padding=2),  # 96 x 55 x 55
        "conv1_bn": nn.BatchNorm2d(96),
        "conv1_relu": nn.ReLU(),
        "conv1_pool": nn.MaxPool2d(3, stride=2),  # 96 x 27 x 27
    }


def _last() -> dict[str, nn.Module]:
    return {"fc8": nn.Conv2d(4096, 1000, 1), "flatten": nn.Flatten()}  # 1000
