"""A cross-stage-partial stage of residual blocks, arXiv:1911.11929, Section 3 and Figure 3, on batch x channels x height x width."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.kernels.layers import Layers
from cnnclaims.verifiers.networks.cspnet import CspStage, Stage
from cnnclaims.verifiers.networks.darknet import bottleneck
from cnnclaims.verifiers.networks.network import Network


def cross_stage_partial_by_definition(
    x: Tensor, weights: Mapping[str, Tensor], blocks: int
) -> tuple[Tensor, int]:
    """One half of the channels goes through blocks and a transition, the other past them; a second transition mixes both.

    Halves are made by two 1x1, as in the authors' files. A block is 1x1, 3x3, 1x1 and its input, leaky ReLU behind each.
    """
    layer = Layers(weights)
    through = leaky(layer.conv_bn(x, "enter"))
    for number in range(blocks):
        name = f"blocks.{number}.layers"
        inner = leaky(layer.conv_bn(through, f"{name}.conv1"))
        inner = leaky(layer.conv_bn(inner, f"{name}.conv2"))
        through = leaky(layer.conv_bn(inner, f"{name}.conv3") + through)
    through = leaky(layer.conv_bn(through, "partial_transition"))
    past = leaky(layer.conv_bn(x, "bypass"))
    y = leaky(layer.conv_bn(torch.cat([through, past], dim=1), "transition"))
    return y, layer.multiplications


def leaky(x: Tensor) -> Tensor:
    """x above 0, a tenth of it below."""
    return torch.maximum(x, 0.1 * x)


def cross_stage_partial(
    c_in: int = 256, half: int = 128, inner: int = 128, c_out: int = 256, blocks: int = 2, size: int = 32
) -> Network:
    """`half` of the channels through bottlenecks of `inner` ones and back, `half` past them, both mixed to c_out."""
    require(1, c_in=c_in, half=half, inner=inner, c_out=c_out, blocks=blocks, size=size)
    row = Stage("stage", blocks, half, inner, c_out)
    layers: list[nn.Module] = [bottleneck(half, inner, half) for _ in range(blocks)]
    stage = CspStage(nn.Identity(), c_in, row, half, layers)
    return Network({"csp": stage}, input_shape=(c_in, size, size))
