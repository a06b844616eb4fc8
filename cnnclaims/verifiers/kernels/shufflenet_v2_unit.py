"""ShuffleNet V2's units, arXiv:1807.11164, Figure 3, on batch x channels x height x width.

`shufflenet_v2_unit` of the measure language stands in `networks/shufflenet_v2.py`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from cnnclaims.verifiers.kernels.layers import Layers, relu
from cnnclaims.verifiers.kernels.shuffle import channel_shuffle_by_definition


def shufflenet_v2_unit_by_definition(x: Tensor, weights: Mapping[str, Tensor]) -> tuple[Tensor, int]:
    """The first half of the channels passes, the second goes through 1x1, 3x3 a channel and 1x1; both are joined and shuffled."""
    layer = Layers(weights)
    half = x.shape[1] // 2
    made = _filtered(layer, x[:, half:], 1)
    y, _ = channel_shuffle_by_definition(torch.cat([x[:, :half], made], dim=1), 2)
    return y, layer.multiplications


def shufflenet_v2_down_unit_by_definition(x: Tensor, weights: Mapping[str, Tensor]) -> tuple[Tensor, int]:
    """With stride 2 all channels go both ways: 3x3 a channel and 1x1, and 1x1, 3x3 a channel and 1x1."""
    layer = Layers(weights)
    projected = layer.conv_bn(x, "projection.dw", 2, groups=x.shape[1])
    projected = relu(layer.conv_bn(projected, "projection.pw"))
    made = _filtered(layer, x, 2)
    y, _ = channel_shuffle_by_definition(torch.cat([projected, made], dim=1), 2)
    return y, layer.multiplications


def _filtered(layer: Layers, x: Tensor, stride: int) -> Tensor:
    narrow = relu(layer.conv_bn(x, "branch.pw1"))
    filtered = layer.conv_bn(narrow, "branch.dw", stride, groups=narrow.shape[1])
    return relu(layer.conv_bn(filtered, "branch.pw2"))
