"""The block of ResNeXt, arXiv:1611.05431, Equation 3 and Figure 3, on batch x channels x height x width.

`resnext_block` of the measure language stands in `networks/resnext.py`, in all three forms of the figure; `in_form` gives one
of the other two the weights of form (c).
"""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor

from cnnclaims.verifiers.kernels.layers import Layers, relu
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnext import resnext_block


def resnext_block_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], cardinality: int
) -> tuple[Tensor, int]:
    """y = relu(x + norm(sum over i of T_i(x))), T_i a 1x1, a 3x3 and a 1x1 of its own; weights are those of form (c)."""
    width = len(weights["conv1.weight"]) // cardinality
    total, multiplications = torch.zeros_like(x), 0
    for number in range(cardinality):
        layer = Layers(_path(weights, slice(number * width, (number + 1) * width)))
        inner = relu(layer.norm(layer.conv(x, "conv1"), "bn1"))
        inner = relu(layer.norm(layer.conv(inner, "conv2"), "bn2"))
        total = total + layer.conv(inner, "conv3")
        multiplications += layer.multiplications
    return relu(x + Layers(weights).norm(total, "bn3")), multiplications


def _path(weights: Mapping[str, Tensor], own: slice) -> dict[str, Tensor]:
    """One path's part of the weights: its rows of the layers inside, its columns of the last convolution."""
    path = {name: value[own] for name, value in weights.items() if value.dim()}
    return path | {"conv3.weight": weights["conv3.weight"][:, own]}


def in_form(net: Network, form: Literal["a", "b"], cardinality: int) -> Network:
    """The same block in form (a) or (b), for one that `resnext_block` made in form (c), with its weights and statistics."""
    given = {name.removeprefix("block."): value for name, value in net.state_dict().items()}
    channels, size, _ = net.input_shape
    width = len(given["conv1.weight"]) // cardinality
    other = resnext_block(cardinality, width, form, channels, size).to(given["conv1.weight"])
    for number in range(cardinality):
        path = _path(given, slice(number * width, (number + 1) * width))
        other.load_state_dict(
            {f"block.paths.{number}.{name}": value for name, value in path.items()}, strict=False
        )
    other.load_state_dict({f"block.{name}": value for name, value in given.items()}, strict=False)
    return other
