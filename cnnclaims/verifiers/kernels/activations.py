"""Activations of the mobile networks: ReLU6 (arXiv:1704.04861), swish (1710.05941), the hard forms of MobileNetV3 (1905.02244).

They stand value by value; the definitions are in pieces where the functions are. Nothing in them is a multiplication that
`macs` counts; the hard swish and the swish have one product a value, `elementwise(net, "mul")` of a network that spells it out.
"""

from torch import Tensor, nn, where

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.mobilenet_v3 import HardSigmoid, HardSwish
from cnnclaims.verifiers.networks.network import Network


def relu6_by_definition(x: Tensor) -> Tensor:
    """0 below 0, x up to 6, 6 above."""
    return where(x < 0, 0, where(x > 6, 6, x))


def hard_sigmoid_by_definition(x: Tensor) -> Tensor:
    """0 below -3, (x + 3) / 6 up to 3, 1 above."""
    return where(x < -3, 0, where(x > 3, 1, (x + 3) / 6))


def hard_swish_by_definition(x: Tensor) -> Tensor:
    """0 below -3, x (x + 3) / 6 up to 3, x above."""
    return where(x < -3, 0, where(x > 3, x, x * (x + 3) / 6))


def swish_by_definition(x: Tensor) -> Tensor:
    """x / (1 + e^-x)."""
    return x / (1 + (-x).exp())


def relu6(channels: int, size: int) -> Network:
    """min(max(x, 0), 6) of every value of channels x size x size."""
    return _activation(nn.ReLU6(), channels, size)


def hard_sigmoid(channels: int, size: int) -> Network:
    """ReLU6(x + 3) / 6 of every value of channels x size x size."""
    return _activation(HardSigmoid(), channels, size)


def hard_swish(channels: int, size: int) -> Network:
    """x ReLU6(x + 3) / 6 of every value of channels x size x size."""
    return _activation(HardSwish(), channels, size)


def swish(channels: int, size: int) -> Network:
    """x times its sigmoid, of every value of channels x size x size."""
    return _activation(nn.SiLU(), channels, size)


def _activation(layer: nn.Module, channels: int, size: int) -> Network:
    require(1, channels=channels, size=size)
    return Network({"activation": layer}, input_shape=(channels, size, size))
