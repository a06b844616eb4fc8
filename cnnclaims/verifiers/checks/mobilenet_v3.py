"""MobileNetV3: its two piecewise functions, where they stand, its squeeze-and-excitation and its last stage."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.cost import params
from cnnclaims.verifiers.networks.mnasnet import mnasnet_a1
from cnnclaims.verifiers.networks.mobilenet_v3 import (
    HardSigmoid,
    HardSwish,
    mobilenet_v3_large,
    mobilenet_v3_small,
)
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace

Function = Callable[[Tensor], Tensor]

# -- Section 5.2 ---------------------------------------------------------------------------------------------


def grid() -> Tensor:
    """Numbers from -8 to 8, the bends at -3 and 3 among them."""
    return torch.linspace(-8, 8, 3201, dtype=torch.float64)


def hard_swish() -> Found:
    """x ReLU6(x + 3) / 6 is torch's hardswish and 0, x (x + 3) / 6 and x in pieces; swish itself must not be."""
    x = grid()
    pieces = torch.where(x <= -3, 0.0 * x, torch.where(x >= 3, x, x * (x + 3) / 6))
    return is_function(HardSwish(), nn.functional.hardswish, pieces, lambda values: values * values.sigmoid())


def hard_sigmoid() -> Found:
    """ReLU6(x + 3) / 6 is torch's hardsigmoid and 0, (x + 3) / 6 and 1 in pieces; the sigmoid itself must not be."""
    x = grid()
    pieces = torch.where(x <= -3, 0.0 * x, torch.where(x >= 3, 1.0 + 0.0 * x, (x + 3) / 6))
    return is_function(HardSigmoid(), nn.functional.hardsigmoid, pieces, torch.sigmoid)


def is_function(ours: Function, torchs: Function, pieces: Tensor, smooth: Function) -> Found:
    """Whether ours is torch's and the pieces, and the smooth function, the control, is another."""
    x = grid()
    off = max(float((ours(x) - other).abs().max()) for other in (torchs(x), pieces))
    control = float((ours(x) - smooth(x)).abs().max())
    sentence = (
        f"from -8 to 8 the formula is torch's function and its three pieces to {off:.0e}; the smooth function it "
        f"stands for is up to {control:.3f} away"
    )
    return Found(off < 1e-12 and control > 0.01, sentence)


def hard_swish_from_80_channels() -> Found:
    """In Large the blocks with h-swish are those that put out 80 channels or more; at 40 they must not be."""
    with uninitialised():
        return swishes_from(trace(mobilenet_v3_large()), 80, control=40)


def swishes_from(run: Trace, channels: int, control: int) -> Found:
    """Whether the blocks with h-swish are exactly those with so many channels, and not those of the control."""
    blocks = [path for path in run.layers if path.startswith("bneck") and "." not in path]
    swish = {path: f"{path}.depthwise.activation.multiply" in run.layers for path in blocks}
    widths = {path: (run.layers[path].shape or (0,))[0] for path in blocks}

    def exactly(least: int) -> bool:
        return all(swish[path] == (widths[path] >= least) for path in blocks)

    without = max((widths[path] for path in blocks if not swish[path]), default=0)
    least = min((widths[path] for path in blocks if swish[path]), default=0)
    sentence = f"{sum(swish.values())} of {len(blocks)} blocks have h-swish, from {least} channels on; those without have {without} at most"
    # Table 1 against Section 5.2: which activation a block has changes no count.
    return Found(exactly(channels) and not exactly(control), sentence, own_word=True)


# -- Section 5.3 ---------------------------------------------------------------------------------------------


def squeeze_is_a_quarter() -> Found:
    """Squeezed channels of Large and Small over the expanded ones; the control, MnasNet's, takes the block's input."""
    with uninitialised():
        runs = [trace(mobilenet_v3_large()), trace(mobilenet_v3_small())]
        control = trace(mnasnet_a1())
    return quarters([pair for run in runs for pair in squeezes(run)], squeezes(control))


def squeezes(run: Trace) -> list[tuple[int, int]]:
    """Channels before and after the squeezing layer of every squeeze-and-excitation that ran."""
    nodes = [node for node in run.nodes if node.path.endswith("se.reduce")]
    return [(node.weight[1], node.weight[0]) for node in nodes]


def quarters(pairs: list[tuple[int, int]], control: list[tuple[int, int]]) -> Found:
    """Whether each is a quarter, as near as a multiple of 8 comes to it; the control must not be."""

    def near(pair: tuple[int, int]) -> bool:
        wide, squeezed = pair
        return abs(squeezed - wide / 4) <= 7 and squeezed % 8 == 0

    exact = sum(4 * squeezed == wide for wide, squeezed in pairs)
    odd = ", ".join(f"{squeezed} of {wide}" for wide, squeezed in sorted(set(pairs)) if 4 * squeezed != wide)
    sentence = (
        f"{exact} of {len(pairs)} squeezes are a quarter exactly, the others the multiple of 8 next to it ({odd}); "
        f"of MnasNet's {len(control)} none is"
    )
    return Found(bool(pairs) and all(map(near, pairs)) and not any(map(near, control)), sentence)


# -- Section 5.1, Table 2 --------------------------------------------------------------------------------------


def three_layers_less_at_7x7() -> Found:
    """The efficient last stage runs three convolutions fewer on 7x7 maps than the original one."""
    with uninitialised():
        efficient, original = (
            trace(mobilenet_v3_large()),
            trace(mobilenet_v3_large(last_stage="original")),
        )
    return dropped(convolutions(original, 7), convolutions(efficient, 7), 3)


def convolutions(run: Trace, side: int) -> int:
    """Convolutions that put out maps of one size, those inside squeeze-and-excitation left out."""
    return sum(node.op == "conv" and node.shape[1:] == (side, side) for node in run.nodes)


def dropped(before: int, after: int, printed: int) -> Found:
    """Whether so many convolutions are gone."""
    sentence = f"the original last stage ends a network with {before} convolutions on 7x7 maps, the efficient one with {after}"
    return Found(before - after == printed, f"{sentence}: {before - after} fewer")


def feature_layer_of_the_first_versions() -> Found:
    """1280 channels behind the pooling of Small give the 2.9 M and 2.4 M of the first versions; 1024 must not."""
    with uninitialised():
        found = {
            width: [params(trace(mobilenet_v3_small(width, feature_layer=f))) for f in (1280, 1024)]
            for width in (1.0, 0.75)
        }
    return sizes_fit(found, {1.0: 2.9, 0.75: 2.4})


def sizes_fit(found: dict[float, list[int]], printed: dict[float, float]) -> Found:
    """Whether the first of each pair of counts rounds to the printed millions, and the second does not."""
    first = all(round(counts[0] / 1e6, 1) == printed[width] for width, counts in found.items())
    second = any(round(counts[1] / 1e6, 1) == printed[width] for width, counts in found.items())
    said = "; ".join(
        f"width {width:g}: {one / 1e6:.2f} M with 1280, {other / 1e6:.2f} M with 1024, printed {printed[width]}"
        for width, (one, other) in found.items()
    )
    return Found(first and not second, said)
