"""The inverted residual of MobileNetV2, arXiv:1801.04381, Table 1 and Figure 4d, on batch x channels x height x width.

`inverted_residual` of the measure language stands in `networks/mobilenet_v2.py`.
"""

from collections.abc import Mapping

from torch import Tensor

from cnnclaims.verifiers.kernels.activations import relu6_by_definition
from cnnclaims.verifiers.kernels.layers import Layers


def inverted_residual_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], stride: int
) -> tuple[Tensor, int]:
    """1x1 to t times the channels, a filter a channel, linear 1x1; the input is added where the shape stays."""
    layer = Layers(weights)
    wide = relu6_by_definition(layer.conv_bn(x, "expand"))
    filtered = relu6_by_definition(layer.conv_bn(wide, "depthwise", stride, groups=wide.shape[1]))
    narrow = layer.norm(layer.conv(filtered, "project"), "project_bn")
    y = x + narrow if narrow.shape == x.shape and stride == 1 else narrow
    return y, layer.multiplications
