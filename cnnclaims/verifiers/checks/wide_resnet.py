"""Checks of Wide Residual Networks (arXiv 1605.07146): how its networks grow, counted on built ones.

Letters are the paper's: k widens every group, l is the number of convolutions in a block; N is the number of
blocks in a group, for which the paper writes both N and d.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.wide_resnet import wrn
from cnnclaims.verifiers.trace import trace, uninitialised

BLOCKS = (2, 3, 4, 6, 8)  # WRN-16, 22, 28, 40 and 52
WIDENINGS = (1, 2, 4, 10)
GROUPS = ("conv2", "conv3", "conv4")


class Size(NamedTuple):
    """What a network has of parameters, multiply-adds and convolutions."""

    params: int
    macs: int
    convolutions: int


def sized(net: Network) -> Size:
    """Counts in one network."""
    seen = trace(net)
    convolutions = [node for node in seen.nodes if node.op == "conv"]
    return Size(
        sum(layer.params for layer in seen.layers.values()),
        sum(node.macs for node in seen.nodes),
        len(convolutions),
    )


def _built(blocks: int, k: int, deepen: int = 2) -> Size:
    with uninitialised():
        return sized(wrn(depth=3 * deepen * blocks + 4, widen=k, deepen=deepen))


# -- Table 1 ---------------------------------------------------------------------------------------------------


def depth_formula() -> Found:
    """Convolutions are 6N + 4 with the three projections; at k = 1, where two project, they are not."""
    runs = {blocks: _built(blocks, k=2) for blocks in BLOCKS}
    return convolutions_fit(runs, {blocks: _built(blocks, k=1) for blocks in BLOCKS})


def convolutions_fit(runs: dict[int, Size], control: dict[int, Size]) -> Found:
    """Whether each network of N blocks a group has 6N + 4 convolutions, and none of the control's has."""
    counted = ", ".join(f"{size.convolutions} for N = {blocks}" for blocks, size in runs.items())
    others = ", ".join(str(size.convolutions) for size in control.values())
    fits, misfits = (
        [size.convolutions == 6 * blocks + 4 for blocks, size in one.items()] for one in (runs, control)
    )
    sentence = f"convolutions, projections included: {counted}; at k = 1, where one projection fewer is needed, {others}"
    return Found(all(fits) and not any(misfits), sentence)


def group_widths() -> Found:
    """Groups have 16k, 32k and 64k channels on maps of 32, 16 and 8 pixels; the stem has 16 for every k."""
    with uninitialised():
        nets = {k: wrn(depth=16, widen=k) for k in WIDENINGS}
        large = wrn(depth=16, widen=1)
        large.input_shape = (3, 64, 64)
        return widths_fit(nets, large)


def widths_fit(nets: dict[int, Network], control: Network) -> Found:
    """Whether channels and maps of all groups are those of Table 1, and the control's are not."""
    seen = {k: _shapes(net) for k, net in nets.items()}
    expected = {
        k: [(16, 32), *((width * k, size) for width, size in ((16, 32), (32, 16), (64, 8)))] for k in nets
    }
    other = _shapes(control)
    said = "; ".join(
        f"k = {k}: {', '.join(f'{channels} at {size}x{size}' for channels, size in shapes[1:])}"
        for k, shapes in seen.items()
    )
    sentence = f"{said}; the first convolution puts out 16 channels each time; the control, an image of 64 pixels, has a first group at {other[1][1]}x{other[1][1]}"
    return Found(seen == expected and other not in expected.values(), sentence)


def _shapes(net: Network) -> list[tuple[int, int]]:
    layers = trace(net).layers
    shapes = [layers[name].shape or (0, 0, 0) for name in ("conv1", *GROUPS)]
    return [(channels, size) for channels, size, _ in shapes]


# -- Section 2.3 and Table 3 -----------------------------------------------------------------------------------


def growth() -> Found:
    """Twice the k makes about four times the network; twice the N or twice the l about two times."""
    start = _built(blocks=6, k=4)
    return grows(
        start, wider=_built(blocks=6, k=8), longer=_built(blocks=12, k=4), deeper=_built(6, 4, deepen=4)
    )


def grows(start: Size, wider: Size, longer: Size, deeper: Size) -> Found:
    """To what power of a doubled factor parameters and multiply-adds go: nearer to 2 for k, to 1 for N and l."""
    powers = {
        name: (math.log2(size.params / start.params), math.log2(size.macs / start.macs))
        for name, size in (("k", wider), ("N", longer), ("l", deeper))
    }
    said = "; ".join(f"{name}: {of[0]:.3f} and {of[1]:.3f}" for name, of in powers.items())
    quadratic = all(1.5 < power < 2.5 for power in powers["k"])
    linear = all(0.5 < power < 1.5 for name in ("N", "l") for power in powers[name])
    sentence = f"WRN-40-4 with one factor doubled; parameters and multiply-adds go with its power {said}"
    return Found(quadratic and linear, sentence)


def deepening_keeps_size() -> Found:
    """WRN-40-2 with l = 1, 2, 3, 4 and N = 12, 6, 4, 3 has one size; with l = 4 and N = 6 another."""
    sizes = [_built(blocks, 2, deepen) for deepen, blocks in ((1, 12), (2, 6), (3, 4), (4, 3))]
    return one_size(sizes, _built(blocks=6, k=2, deepen=4))


def one_size(sizes: Sequence[Size], control: Size) -> Found:
    """Whether parameters and convolutions are the same in all, and round to the 2.2 M of Table 3."""
    equal = len({(size.params, size.convolutions) for size in sizes}) == 1
    counted = ", ".join(f"{size.params:,}" for size in sizes)
    convolutions = ", ".join(str(size.convolutions) for size in sizes)
    sentence = (
        f"for l = 1 to 4: {counted} parameters, {convolutions} convolutions; l = 4 without taking blocks away "
        f"has {control.params:,} and {control.convolutions}"
    )
    fits = abs(sizes[0].params - 2_200_000) <= 50_000
    return Found(equal and fits and control.params != sizes[0].params, sentence)
