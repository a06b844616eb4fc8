"""Channel shuffle, arXiv:1707.01083, Section 3.1, on batch x channels x height x width: no weights, no multiplications."""

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require, require_divides
from cnnclaims.verifiers.networks.network import Network


def channel_shuffle_by_definition(x: Tensor, groups: int) -> tuple[Tensor, int]:
    """Output channels take the first channel of each group, then the second of each, and so on; no multiplication."""
    each = x.shape[1] // groups  # channels of a group
    order = [group * each + place for place in range(each) for group in range(groups)]
    return torch.stack([x[:, channel] for channel in order], 1), 0


def channel_shuffle(channels: int, groups: int, size: int) -> Network:
    """Channels written into a matrix of groups x channels of a group, and read from it column by column."""
    require(1, channels=channels, groups=groups, size=size)
    require_divides("groups", groups, channels=channels)
    return Network({"shuffle": nn.ChannelShuffle(groups)}, input_shape=(channels, size, size))
