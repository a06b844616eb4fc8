"""Instance normalisation, and the half of it that IBN-Net has (arXiv:1807.09441, Section 3, Figure 3a).

A channel of one image has a mean and a variance of its own, over its places alone, so that a contrast and a brightness that an
image has for itself are gone. Definitions take batch x channels x height x width; nothing in them is a multiplication that
`macs` counts.
"""

import torch
from torch import Tensor

from cnnclaims.verifiers.kernels import batch_norm
from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.ibn_net import InstanceBatchNorm, InstanceNorm
from cnnclaims.verifiers.networks.network import Network

EPSILON = 1e-5  # the framework's


def instance_norm_by_definition(x: Tensor, scale: Tensor, shift: Tensor, epsilon: float = EPSILON) -> Tensor:
    """y = scale (x - mean) / sqrt(variance + epsilon) + shift, mean and variance over the places of one channel of one image."""
    places = x.shape[2] * x.shape[3]
    mean = x.sum((2, 3), keepdim=True) / places
    variance = (x - mean).square().sum((2, 3), keepdim=True) / places
    return scale[:, None, None] * (x - mean) / (variance + epsilon).sqrt() + shift[:, None, None]


def instance_batch_norm_by_definition(
    x: Tensor, by_instance: int, scale: Tensor, shift: Tensor, epsilon: float = EPSILON
) -> Tensor:
    """The first `by_instance` channels normalised image by image, the others over the batch; one scale and shift a channel."""
    first, rest = slice(by_instance), slice(by_instance, None)
    one = instance_norm_by_definition(x[:, first], scale[first], shift[first], epsilon)
    other, _, _ = batch_norm.batch_norm_by_definition(x[:, rest], scale[rest], shift[rest], epsilon)
    return torch.cat([one, other], dim=1)


def instance_norm(channels: int, size: int) -> Network:
    """Instance normalisation of channels x size x size, with a scale and a shift a channel."""
    require(1, channels=channels, size=size)
    return Network({"instance": InstanceNorm(channels)}, input_shape=(channels, size, size))


def instance_batch_norm(channels: int, size: int, by_instance: int | None = None) -> Network:
    """IBN-a: `by_instance` of the channels, half of them by default, normalised by instance and the others over the batch."""
    require(2, channels=channels)
    require(1, size=size)
    first = channels // 2 if by_instance is None else by_instance
    if not 0 < first < channels:
        raise ValueError(
            f"by_instance is {by_instance}; use 1 to {channels - 1}, so that both sorts have channels"
        )
    return Network({"ibn": InstanceBatchNorm(channels, first)}, input_shape=(channels, size, size))
