"""One-shot aggregation, arXiv:1904.09730, Section 3.2 and Figure 1b, on batch x channels x height x width."""

from collections.abc import Mapping

import torch
from torch import Tensor

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.kernels.layers import Layers, relu
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.vovnet import OsaModule


def one_shot_aggregation_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], layers: int
) -> tuple[Tensor, int]:
    """x_l = H_l(x_(l-1)) one behind the other, H a 3x3 with normalisation and ReLU; [x_0, ..., x_n] meet once, in a 1x1."""
    layer = Layers(weights)
    maps = [x]
    for number in range(1, layers + 1):
        maps.append(relu(layer.conv_bn(maps[-1], f"layers.layer{number}")))
    y = relu(layer.conv_bn(torch.cat(maps, dim=1), "aggregate"))
    return y, layer.multiplications


def one_shot_aggregation(
    c_in: int = 128, width: int = 64, c_out: int = 128, layers: int = 5, size: int = 56
) -> Network:
    """`layers` 3x3 convolutions of `width` channels in a chain; their input and all outputs go through one 1x1 to c_out."""
    require(1, c_in=c_in, width=width, c_out=c_out, layers=layers, size=size)
    return Network({"osa": OsaModule(c_in, width, c_out, layers)}, input_shape=(c_in, size, size))
