"""Squeeze-and-excitation, arXiv:1709.01507, Section 3, Equations 2 to 4, on channels x height x width."""

from torch import Tensor

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.senet import SqueezeExcitation


def squeeze_excitation_by_definition(
    u: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> tuple[Tensor, int]:
    """s = sigmoid(W2 relu(W1 z + b1) + b2), z the mean of each channel, and every channel times its s; u is batch x channels x ...

    Counted are the products of both layers and of the gates, the latter no multiply-adds by the convention of `macs`.
    """
    z = u.sum((2, 3)) / (u.shape[2] * u.shape[3])
    inner = w1 * z[:, None, :]  # batch x narrow x channels
    outer = w2 * (inner.sum(2) + b1).clamp_min(0)[:, None, :]  # batch x channels x narrow
    s = 1 / (1 + (-(outer.sum(2) + b2)).exp())
    scaled = s[:, :, None, None] * u
    return scaled, sum(products[0].numel() for products in (inner, outer, scaled))


def squeeze_excitation(channels: int, size: int, reduction: int = 16) -> Network:
    """Means of the channels through two linear layers, channels / reduction wide between them, to a gate for each channel."""
    require(1, channels=channels, size=size, reduction=reduction)
    if reduction > channels:
        raise ValueError(
            f"reduction is {reduction}, which leaves none of {channels} channels; use at most {channels}"
        )
    return Network({"se": SqueezeExcitation(channels, reduction)}, input_shape=(channels, size, size))
