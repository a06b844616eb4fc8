"""ShuffleNet's unit, arXiv:1707.01083, Figure 2, on batch x channels x height x width.

`shufflenet_v1_unit` of the measure language stands in `networks/shufflenet_v1.py`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from cnnclaims.verifiers.kernels.layers import Layers, relu
from cnnclaims.verifiers.kernels.pooling import average_pool_by_definition
from cnnclaims.verifiers.kernels.shuffle import channel_shuffle_by_definition


def shufflenet_v1_unit_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], groups: int, stride: int
) -> tuple[Tensor, int]:
    """1x1 in groups, shuffle, 3x3 a channel, 1x1 in groups; with stride 1 added to the input, with 2 joined to its 3x3 means."""
    layer = Layers(weights)
    narrow = relu(layer.norm(layer.conv(x, "branch.compress", groups=groups), "branch.compress_bn"))
    mixed, _ = channel_shuffle_by_definition(narrow, groups)
    filtered = layer.norm(layer.conv(mixed, "branch.dw", stride, groups=mixed.shape[1]), "branch.dw_bn")
    wide = layer.norm(layer.conv(filtered, "branch.expand", groups=groups), "branch.expand_bn")
    if stride == 1:
        return relu(x + wide), layer.multiplications
    means = average_pool_by_definition(x, 3, stride, padding=1)
    return relu(torch.cat([means, wide], dim=1)), layer.multiplications
