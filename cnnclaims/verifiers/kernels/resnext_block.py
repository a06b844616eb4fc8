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
    """One path's part of the weights: rows of all layers, columns of the last convolution."""
    parts = ("conv1.", "bn1.", "conv2.", "bn2.")
    path = {name: value[own] for name, value in weights.items() if name.startswith(parts) and value.dim()}
    return path | {"conv3.weight": weights["conv3.weight"][:, own]}


def in_form(net: Network, form: Literal["a", "b"], cardinality: int) -> Network:
    """The same block in form (a) or (b), for one that `resnext_block` made in form (c), with its weights and statistics."""
    kept = {name.removeprefix("block."): value for name, value in net.state_dict().items()}
    channels, size, _ = net.input_shape
    width = len(kept["conv1.weight"]) // cardinality
    given = {name: value for name, value in kept.items() if name.startswith("bn3.")}
    if form == "b":
        given["conv3.weight"] = kept["conv3.weight"]
    for number in range(cardinality):
        own = _path(kept, slice(number * width, (number + 1) * width))
        given |= {f"paths.{number}.{name}": value for name, value in own.items()}
    other = resnext_block(cardinality, width, form, channels, size).to(kept["conv1.weight"])
    names = other.state_dict().keys()
    other.load_state_dict({f"block.{n}": v for n, v in given.items() if f"block.{n}" in names}, strict=False)
    return other
