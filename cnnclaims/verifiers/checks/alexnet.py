"""Checks of Krizhevsky, Sutskever, Hinton 2012: pooling, sizes of the two nets, dropout, the first weights."""

from collections.abc import Iterable

import torch
from torch import nn

from cnnclaims.verifiers.checks.agreement import seeded
from cnnclaims.verifiers.checks.dropped import drops
from cnnclaims.verifiers.checks.first_weights import Gaussian, first_weights
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.alexnet import (
    alexnet,
    alexnet_one_gpu,
    initialise,
)
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import uninitialised


def pooling_schemes_agree_in_size() -> Found:
    """Windows of 3 and windows of 2, both at stride 2, give maps of the same size, as long as sizes are rounded down."""
    return agree_in_size((55, 27, 13))


def agree_in_size(sizes: tuple[int, ...]) -> Found:
    """Whether both windows make the same of maps of these sizes; rounded up, they must not."""
    down = [(pooled(size, 3), pooled(size, 2)) for size in sizes]
    up = [(pooled(size, 3, ceil_mode=True), pooled(size, 2, ceil_mode=True)) for size in sizes]
    return Found(
        all(three == two for three, two in down) and all(three != two for three, two in up),
        f"rounded down, {_list(sizes)} become {_list(three for three, _ in down)} with windows of 3 and "
        f"{_list(two for _, two in down)} with windows of 2; rounded up, {_list(three for three, _ in up)} and "
        f"{_list(two for _, two in up)}",
    )


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def pooled(size: int, window: int, ceil_mode: bool = False) -> int:
    """The side that max pooling at stride 2 makes of a map of `size`."""
    pool = nn.MaxPool2d(window, stride=2, ceil_mode=ceil_mode)
    return int(pool(torch.empty(1, 1, size, size, device="meta")).shape[-1])


def first_full_layer_holds_most() -> Found:
    """More than half of all parameters are in the first full layer; no other layer has that many."""
    with torch.device("meta"):
        net = alexnet()
    total, first, second = (
        sum(p.numel() for p in part.parameters())
        for part in (net, net.get_submodule("fc6"), net.get_submodule("fc7"))
    )
    return Found(
        first > total / 2 > second,
        f"fc6 has {first:,} of {total:,} parameters, {100 * first / total:.1f} %; fc7, the next, {100 * second / total:.1f} %",
    )


def one_gpu_net_is_as_large() -> Found:
    """The one-GPU net has about the parameters of the two-GPU net: within the ten per cent that "about" allows here."""
    with torch.device("meta"):
        two, one = (sum(p.numel() for p in net.parameters()) for net in (alexnet(), alexnet_one_gpu()))
    # What the footnote says was not done: 128 kernels in conv5 too, so that fc6 has half of its inputs.
    halved = one - 128 * (192 * 9 + 1) - 128 * 6 * 6 * 4096
    return Found(
        abs(one / two - 1) <= 0.1 < abs(halved / two - 1),
        f"{one:,} parameters against {two:,}, {one / two:.3f} of them; with a halved conv5 it would be {halved / two:.3f}",
    )


def dropout_of_the_first_full_layer() -> Found:
    """Section 4.2: of what the first full layer hands to the second 0.5 are dropped; at test nothing."""
    with uninitialised():
        return drops_half(alexnet(), "relu6", "fc7")


def dropout_of_the_second_full_layer() -> Found:
    """Section 4.2: of what the second full layer hands to the last 0.5 are dropped; at test nothing."""
    with uninitialised():
        return drops_half(alexnet(), "relu7", "fc8")


def drops_half(net: Network, after: str, before: str) -> Found:
    """Whether that is so between two stages of a network."""
    return drops(net, {f"between {after} and {before}": (after, before)}, "0.5", "probability")


def weights_start_with_a_deviation_of_001() -> Found:
    """Section 5: every layer's weights are drawn from a Gaussian of deviation 0.01; torch's own start is none.

    The hidden full layers have 256 in place of 4096 units, which changes nothing in what a weight is drawn from.
    """
    with uninitialised():
        net = alexnet()
        net.fc6, net.fc7, net.fc8 = nn.Linear(9216, 256), nn.Linear(256, 256), nn.Linear(256, 1000)
    initialise(net, torch.Generator().manual_seed(2012))
    with seeded(2012):
        return starts_with(net, nn.Conv2d(3, 96, 11))


def starts_with(net: nn.Module, control: nn.Module) -> Found:
    """Whether the layers of `net` start so, and the control does not."""
    return first_weights(net, control, Gaussian("0.01", "std"))
