"""What Xception (arXiv:1610.02357) claims that is not one number."""

from collections.abc import Callable
from fractions import Fraction

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.dropped import drops
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.cost import macs, weights
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.inception_v2 import Branches, bn_inception
from cnnclaims.verifiers.networks.inception_v3 import inception_v3
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.xception import xception
from cnnclaims.verifiers.trace import trace, uninitialised

ROUNDING = 1e-12  # float64, on values of the order of one
CHANNELS = 12
SEGMENTS = (1, 3, 4, CHANNELS)


# -- Section 1.2 ---------------------------------------------------------------------------------------------


def segments_span_the_spectrum() -> Found:
    """Towers of 1x1 and 3x3 are one 1x1 and a 3x3 on segments: 1 is a plain 3x3, one a channel a depthwise 3x3.

    The modules of Inception v3 have 3 or 4 towers. Towers in another order must give something else.
    """
    with uninitialised():
        net = inception_v3()
    return spectrum(towers, [len(stage) for stage in net.children() if isinstance(stage, Branches)])


Module = Callable[[Tensor, Tensor, Tensor, int], Tensor]


def towers(x: Tensor, w1: Tensor, w2: Tensor, segments: int) -> Tensor:
    """Figure 2: as many towers side by side, each its own 1x1 and 3x3, concatenated."""
    pairs = zip(w1.chunk(segments), w2.chunk(segments), strict=True)
    return torch.cat([F.conv2d(F.conv2d(x, one).relu(), three, padding=1) for one, three in pairs], dim=1)


def on_segments(x: Tensor, w1: Tensor, w2: Tensor, segments: int) -> Tensor:
    """Figure 3: one 1x1, then a 3x3 on each segment of its channels."""
    return F.conv2d(F.conv2d(x, w1).relu(), w2, padding=1, groups=segments)


def spectrum(module: Module, branches: list[int]) -> Found:
    """Holds towers against one 1x1 with a 3x3 on segments, and counts the towers of real modules."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 9, 9, generator=generator, dtype=torch.float64)
    w1 = torch.randn(CHANNELS, 5, 1, 1, generator=generator, dtype=torch.float64)
    apart, control, size = [], [], []
    for segments in SEGMENTS:
        w2 = torch.randn(CHANNELS, CHANNELS // segments, 3, 3, generator=generator, dtype=torch.float64)
        joined = on_segments(x, w1, w2, segments)
        apart.append((module(x, w1, w2, segments) - joined).abs().max().item())
        control.append((module(x, w1.flip(0), w2, segments) - joined).abs().max().item())
        size.append(w2.numel())
    found = sorted(set(branches))
    return Found(
        max(apart) < ROUNDING and min(control) > 0.1 and found == [3, 4],
        f"With {', '.join(map(str, SEGMENTS))} segments of {CHANNELS} channels both forms are apart by "
        f"{max(apart):.0e} at most, and the 3x3 has {', '.join(map(str, size))} weights; {len(branches)} modules of "
        f"Inception v3 have {' or '.join(map(str, found))} towers.",
    )


# -- Section 2 -----------------------------------------------------------------------------------------------


def first_layers_were_separable() -> Found:
    """The figures of GoogLeNet's first layer, 2.7K parameters and 34M operations, fit a separable one only.

    BN-Inception's appendix says so itself; its first layer as built must be the same.
    """
    with uninitialised():
        separable, dense, second = googlenet(stem="separable"), googlenet(stem="dense"), bn_inception()
    return fits_the_first_row(_first_layer(separable), _first_layer(dense), _first_layer(second))


Cost = tuple[int, int]


def fits_the_first_row(separable: Cost, dense: Cost, second: Cost) -> Found:
    """Whether weights and multiply-adds round to the printed figures for the separable layers and not for the dense."""
    said = [f"{w:,} weights and {m / 1e6:.1f} M multiply-adds" for w, m in (separable, dense)]
    return Found(
        _fits(separable) and second == separable and not any((_rounds_to_27(dense), _rounds_to_34(dense))),
        f"As a separable layer GoogLeNet's first one has {said[0]}, as a dense one {said[1]}; 2.7K and 34M are "
        f"printed. BN-Inception's has {'the same' if second == separable else 'others'}.",
    )


def _fits(cost: Cost) -> bool:
    return _rounds_to_27(cost) and _rounds_to_34(cost)


def _rounds_to_27(cost: Cost) -> bool:
    return abs(Fraction(cost[0], 1000) - Fraction("2.7")) <= Fraction("0.05")


def _rounds_to_34(cost: Cost) -> bool:
    return abs(Fraction(cost[1], 10**6) - 34) <= Fraction("0.5")


def _first_layer(net: Network) -> Cost:
    traced = trace(net)
    return weights(traced, "conv1"), macs(traced, "conv1")


# -- Figure 5 ------------------------------------------------------------------------------------------------


def depth_multipliers_are_one() -> Found:
    """Every depthwise convolution of Xception puts out one channel a channel; BN-Inception's must put out eight."""
    with uninitialised():
        net, control = xception(), bn_inception()
    return multipliers(net, control)


def multipliers(net: Network, control: Network) -> Found:
    """The depth multipliers of both networks."""
    ours, others = _multipliers(net), _multipliers(control)
    return Found(
        set(ours) == {1} and set(others) == {8},
        f"{len(ours)} depthwise convolutions put out {' or '.join(map(str, sorted(set(ours))))} channel a channel; "
        f"the one in front of BN-Inception puts out {' or '.join(map(str, sorted(set(others))))}.",
    )


def _multipliers(net: Network) -> list[int]:
    depthwise = [m for m in net.modules() if isinstance(m, nn.Conv2d) and m.groups == m.in_channels > 1]
    return [m.out_channels // m.in_channels for m in depthwise]


# -- Section 4.3 ---------------------------------------------------------------------------------------------


def dropout_of_the_features() -> Found:
    """Of the averaged features that the linear layer is handed 0.5 are dropped; at test none."""
    with uninitialised():
        return drops_half(xception())


def drops_half(net: Network) -> Found:
    """Whether that is so in a network."""
    return drops(net, {"between average and linear layer": ("flatten", "linear")}, "0.5", "probability")
