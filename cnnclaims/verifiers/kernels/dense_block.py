"""The dense block, arXiv:1608.06993, Section 3, Equation 2, on batch x channels x height x width.

`dense_block` of the measure language stands in `networks/densenet.py`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from cnnclaims.verifiers.kernels.layers import Layers, relu


def dense_block_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], layers: int, bottleneck: bool
) -> tuple[Tensor, int]:
    """x_l = H_l([x_0, x_1, ..., x_(l-1)]), H normalisation, ReLU, 3x3 convolution; with a 1x1 of the same kind before it."""
    layer = Layers(weights)
    maps = [x]
    for number in range(1, layers + 1):
        new = torch.cat(maps, dim=1)
        for step in (1, 2) if bottleneck else (1,):
            name = f"layer{number}.new"
            new = layer.conv(relu(layer.norm(new, f"{name}.bn{step}")), f"{name}.conv{step}")
        maps.append(new)
    return torch.cat(maps, dim=1), layer.multiplications
