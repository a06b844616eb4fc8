"""Checks of Squeeze-and-Excitation Networks (arXiv 1709.01507): what its block does, what it adds to a network."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import REPEATS, resnet50, resnet101, resnet152
from cnnclaims.verifiers.networks.senet import SqueezeExcitation, se_resnet50, se_resnet101, se_resnet152
from cnnclaims.verifiers.trace import trace, uninitialised

CHANNELS, BATCH, HEIGHT, WIDTH = 48, 3, 7, 5
STAGE_CHANNELS = (256, 512, 1024, 2048)
EXACT = 1e-12


def random_block(channels: int = CHANNELS) -> SqueezeExcitation:
    """An SE block with random weights, in float64."""
    generator = torch.Generator().manual_seed(1709)
    block = SqueezeExcitation(channels, reduction=4).double()
    for parameter in block.parameters():
        parameter.data.normal_(std=0.5, generator=generator)
    return block


def random_maps(seed: int = 1710) -> Tensor:
    """Maps of every channel, neither square nor of mean zero."""
    maps = torch.empty(BATCH, CHANNELS, HEIGHT, WIDTH, dtype=torch.float64)
    return maps.normal_(mean=0.5, generator=torch.Generator().manual_seed(seed))


# -- Equation 2 ------------------------------------------------------------------------------------------------


def squeeze_is_mean() -> Found:
    """The squeeze is each channel's mean, the gates see nothing else of the maps, and scale each channel by 0 to 1."""
    return sees_only_means(random_block(), random_maps())


def sees_only_means(block: SqueezeExcitation, maps: Tensor) -> Found:
    """Whether the squeeze is the sum of a channel's values over their number, and shuffling them changes no gate.

    The block must put out each channel times its gate, which lies between 0 and 1. The control is the same shuffle
    across channels, after which the gates must differ.
    """
    batch, channels, height, width = maps.shape
    sums = torch.zeros(batch, channels, dtype=maps.dtype)
    for row in range(height):
        for column in range(width):
            sums += maps[:, :, row, column]
    off = (block.squeeze(maps).view(batch, channels) - sums / (height * width)).abs().max().item()
    shuffled = _shuffled(maps.flatten(2)).view_as(maps)
    across = _shuffled(maps.flatten(1)).view_as(maps)
    gates = block.gates(maps)
    moved, other = ((block.gates(one) - gates).abs().max().item() for one in (shuffled, across))
    least, most = gates.min().item(), gates.max().item()
    scaled = (block(maps) - maps * gates.view(batch, channels, 1, 1)).abs().max().item()
    sentence = (
        f"the squeeze of {channels} maps of {height}x{width} is the sum over the number of places to {off:.0e}; "
        f"shuffling every map moves no gate by more than {moved:.0e}, shuffling across channels one by {other:.2f}; "
        f"gates of {least:.2f} to {most:.2f} scale the maps{f' to {scaled:.0e}' if scaled else ''}"
    )
    holds = off < EXACT and moved < EXACT and 0 <= least < most <= 1 and scaled < EXACT
    return Found(holds and other > 1e-3, sentence)


def _shuffled(values: Tensor) -> Tensor:
    """The last dimension in random order, another one for each row."""
    keys = torch.empty_like(values).uniform_(generator=torch.Generator().manual_seed(1711))
    return values.gather(-1, keys.argsort(-1))


# -- Section 7.2 -----------------------------------------------------------------------------------------------


def saturated_is_identity() -> Found:
    """With gates of one the block is the identity; with gates of a half it is not."""
    return is_identity(saturated(random_block(), 100.0), saturated(random_block(), 0.0), random_maps())


def saturated(block: SqueezeExcitation, drive: float) -> SqueezeExcitation:
    """The block with `drive` before every sigmoid, whatever the input."""
    bias = block.fc2.bias
    assert bias is not None
    nn.init.zeros_(block.fc2.weight)
    nn.init.constant_(bias, drive)
    return block


def is_identity(block: SqueezeExcitation, control: SqueezeExcitation, maps: Tensor) -> Found:
    """Whether the block passes maps on unchanged, and the control does not."""
    off, other = ((one(maps) - maps).abs().max().item() for one in (block, control))
    gates, other_gates = (f"{one.gates(maps).mean().item():.3g}" for one in (block, control))
    sentence = (
        f"with all gates at {gates} {maps.shape[1]} random maps pass through with a change of {off:.0e}; with "
        f"gates at {other_gates} the change is {other:.2f}"
    )
    return Found(off == 0 and other > 1e-3, sentence)


# -- Equation 5 ------------------------------------------------------------------------------------------------


class Added(NamedTuple):
    """Weights that SE blocks add to a network of this depth at this reduction ratio, counted on built networks."""

    depth: int
    reduction: int
    weights: int


def counted() -> list[Added]:
    """All three depths at ratios of 2 to 32."""
    networks: Sequence[tuple[int, Callable[[], Network], Callable[..., Network]]] = (
        (50, resnet50, se_resnet50),
        (101, resnet101, se_resnet101),
        (152, resnet152, se_resnet152),
    )
    added = []
    with uninitialised():
        for depth, plain, with_se in networks:
            without = weights(plain())
            ratios = (2, 4, 8, 16, 32) if depth == 50 else (16,)
            added += [Added(depth, r, weights(with_se(reduction=r)) - without) for r in ratios]
    return added


def weights(net: Network) -> int:
    """Weights without biases and normalisation."""
    return sum(layer.weights for layer in trace(net).layers.values())


def formula(depth: int, reduction: int) -> Fraction:
    """Equation 5: 2/r times the sum over stages of N_s C_s squared."""
    blocks = zip(REPEATS[depth], STAGE_CHANNELS, strict=True)
    return Fraction(2, reduction) * sum(repeats * channels**2 for repeats, channels in blocks)


def one_layer_formula(depth: int, reduction: int) -> Fraction:
    """The control: the weights of one of the two layers only."""
    return formula(depth, reduction) / 2


def added_weights() -> Found:
    """Equation 5 is what SE blocks add to built networks; half of it fits none."""
    return adds_up(counted(), formula, one_layer_formula)


def adds_up(
    added: Sequence[Added], rule: Callable[[int, int], Fraction], control: Callable[[int, int], Fraction]
) -> Found:
    """Whether the rule gives the counted weights everywhere, and the control nowhere."""
    right, fooled = (
        sum(one.weights == law(one.depth, one.reduction) for one in added) for law in (rule, control)
    )
    said = ", ".join(f"{one.weights:,} for {one.depth} layers at r = {one.reduction}" for one in added)
    sentence = (
        f"SE blocks add {said}; Equation 5 gives {right} of {len(added)}, the control, half of it, {fooled}"
    )
    return Found(right == len(added) and fooled == 0, sentence)
