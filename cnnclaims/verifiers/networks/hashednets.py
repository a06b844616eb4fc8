"""HashedNets. Chen, Wilson, Tyree, Weinberger, Chen: Compressing Neural Networks with the Hashing Trick, arXiv:1504.04788,
Sections 4 and 6.

Shapes are channels x height x width. The paper counts layers of units, so its nets of 3 and of 5 layers have one and
three hidden layers.
"""

import math
from fractions import Fraction
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network


class HashedLinear(nn.Linear):
    """Equation 3 and Section 4.3: V[i, j] = sign(i, j) w[h(i, j)], of which only w is stored.

    h and sign are hash functions of the place; what they give is computed when the layer is built and is no part of
    its state.
    """

    index: Tensor
    sign: Tensor

    def __init__(self, inputs: int, outputs: int, stored: int) -> None:
        super().__init__(inputs, outputs, bias=False)
        self.weight = nn.Parameter(self.weight.detach().flatten()[:stored].clone())
        place = torch.arange(outputs * inputs).view(outputs, inputs)
        self.register_buffer("index", hashed(2 * place) % stored, persistent=False)
        self.register_buffer("sign", hashed(2 * place + 1) % 2 * 2 - 1, persistent=False)

    def virtual(self) -> Tensor:
        """The matrix V, outputs x inputs."""
        return self.weight[self.index] * self.sign

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.virtual())


def hashed(keys: Tensor) -> Tensor:
    """A 32-bit hash of whole numbers: shifts and two odd multipliers (MurmurHash3's final mix; the authors use xxHash)."""
    keys = (keys ^ (keys >> 16)) * 0x85EBCA6B & 0xFFFFFFFF
    keys = (keys ^ (keys >> 13)) * 0xC2B2AE35 & 0xFFFFFFFF
    return keys ^ (keys >> 16)


def hashednet(
    hidden: int = 1, units: int = 1000, factor: float = 0.125, image: int = 28, classes: int = 10
) -> Network:
    """HashedNet: each layer stores the share `factor` of its virtual weights."""
    _require(hidden, units, factor, image, classes)
    widths = [image * image, *[units] * hidden, classes]
    # The paper does not say how to round: a 64th of 1000 x 10 weights is 156.25, of which 157 are stored here.
    layers: list[nn.Module] = [
        HashedLinear(a, b, math.ceil(a * b * _exact(factor))) for a, b in pairwise(widths)
    ]
    return _chain(layers, image)


def equal_size_net(
    hidden: int = 1, units: int = 1000, factor: float = 0.125, image: int = 28, classes: int = 10
) -> Network:
    """The plain net of the tables (NN): as many hidden units as fit into what a HashedNet of these settings stores."""
    _require(hidden, units, factor, image, classes)
    allowed = _weights(hidden, units, image, classes) * _exact(factor)
    fit = max((n for n in range(1, units + 1) if _weights(hidden, n, image, classes) <= allowed), default=0)
    if not fit:
        raise ValueError(f"factor is {factor}, too little for one hidden unit; use a larger share")
    widths = [image * image, *[fit] * hidden, classes]
    layers: list[nn.Module] = [nn.Linear(a, b, bias=False) for a, b in pairwise(widths)]
    return _chain(layers, image)


def _weights(hidden: int, units: int, image: int, classes: int) -> int:
    return (image * image + classes) * units + (hidden - 1) * units * units


def _exact(factor: float) -> Fraction:
    return Fraction(str(factor))  # 0.1 as written, not the binary fraction beside it


def _chain(layers: list[nn.Module], image: int) -> Network:
    """Section 6: rectified units and dropout after each hidden layer; the softmax belongs to the loss."""
    stages: dict[str, nn.Module] = {"flatten": nn.Flatten()}  # 784
    for number, layer in enumerate(layers[:-1], 1):
        stages |= {f"fc{number}": layer, f"relu{number}": nn.ReLU(), f"drop{number}": nn.Dropout(0.5)}  # 1000
    stages[f"fc{len(layers)}"] = layers[-1]  # 10
    return Network(stages, input_shape=(1, image, image))


def _require(hidden: int, units: int, factor: float, image: int, classes: int) -> None:
    for name, value in (("hidden", hidden), ("units", units), ("image", image), ("classes", classes)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    if not 0 < factor <= 1:
        raise ValueError(f"factor is {factor}; use a share above 0 and up to 1, such as 0.125")
