"""ShiftNet (arXiv 1711.08141): what a shift does, seen from what it makes of single pixels."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.shift import Shift, csc_module
from cnnclaims.verifiers.networks.network import Network

# -- Section 3.1 ------------------------------------------------------------------------------------------------


def responses(layer: nn.Module, channels: int, k: int) -> Tensor:
    """What the layer makes of one bright pixel in the middle of each channel: channels x k x k."""
    image = torch.zeros(1, channels, k, k, dtype=torch.float64)
    image[:, :, k // 2, k // 2] = 1
    out: Tensor = layer(image)
    return out[0]


def shift_is_depthwise() -> Found:
    """A shift is the depthwise convolution of its own responses, each of which is one 1 among zeros."""
    return is_depthwise(Shift)


def is_depthwise(build: Callable[[int, int], nn.Module]) -> Found:
    """Whether a depthwise convolution with kernels of one 1 does what the layer does; mirrored kernels must not."""
    singles: list[bool] = []

    def draw(draw: Draw) -> Sides:
        k = 2 * draw.whole(1, 3) + 1
        channels = draw.whole(k * k, 2 * k * k)
        layer = build(channels, k)
        kernels = responses(layer, channels, k).flip(1, 2)  # torch's convolution does not mirror its kernels
        singles.extend(bool(one.sum() == 1 and one.max() == 1 and (one != 0).sum() == 1) for one in kernels)
        image = draw.image(channels)
        one, other = (
            F.conv2d(image, weight.unsqueeze(1), padding=k // 2, groups=channels)
            for weight in (kernels, kernels.flip(1, 2))
        )
        return Sides(layer(image), one, other)

    found = agree(
        "a shift of 3x3, 5x5 or 7x7 and the depthwise convolution with its responses to single pixels",
        "the same kernels mirrored",
        draw,
    )
    sentence = f"{found.found}; {sum(singles)} of {len(singles)} kernels are one 1 among zeros"
    return Found(found.holds and all(singles), sentence)


def displacements_share_the_channels() -> Found:
    """All k x k displacements occur, each on as many channels, the centre on what is left over as well."""
    cases = [
        (channels, k, shares(Shift(channels, k), channels, k)) for channels, k in ((32, 3), (48, 3), (128, 5))
    ]
    control = shares(nn.Identity(), 32, 3)
    return are_even(cases, control)


def shares(layer: nn.Module, channels: int, k: int) -> Counter[tuple[int, int]]:
    """How many channels each displacement has."""
    places = responses(layer, channels, k).nonzero().tolist()
    return Counter((row - k // 2, column - k // 2) for _, row, column in places)


def are_even(
    cases: Sequence[tuple[int, int, Counter[tuple[int, int]]]], control: Counter[tuple[int, int]]
) -> Found:
    """Whether every displacement but the centre has channels // k^2, and the centre the rest; the control has one place."""
    right = 0
    said = []
    for channels, k, counts in cases:
        each = channels // k**2
        others = [count for place, count in counts.items() if place != (0, 0)]
        even = len(counts) == k**2 and set(others) == {each} and sum(counts.values()) == channels
        right += even
        said.append(
            f"{len(counts)} displacements of {channels} channels at {k}x{k}, {counts[0, 0]} at the centre"
        )
    sentence = f"{'; '.join(said)}; evenly shared in {right} of {len(cases)} cases; no shift has {len(control)} place"
    return Found(bool(cases) and right == len(cases) and len(control) == 1, sentence, own_word=True)


# -- Section 3.2 ------------------------------------------------------------------------------------------------


class Reach(NamedTuple):
    """Convolutions of a module, how many of them are 1x1, and how many input pixels one output pixel depends on."""

    convolutions: int
    pointwise: int
    pixels: int


def reach(module: Network) -> Reach:
    """Seen from the gradient of the middle output pixel."""
    generator = torch.Generator().manual_seed(171108141)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, 0.5, 1.0, generator=generator)  # positive, so that no ReLU is closed
    channels, height, width = module.input_shape
    image = torch.rand(1, channels, height, width, generator=generator).requires_grad_()
    module.eval()(image)[0, :, height // 2, width // 2].sum().backward()
    assert image.grad is not None
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    pointwise = sum(layer.kernel_size == (1, 1) and layer.groups == 1 for layer in convolutions)
    return Reach(len(convolutions), pointwise, int((image.grad[0].abs().sum(0) > 0).sum()))


def module_sees_with_pointwise_weights() -> Found:
    """Conv-Shift-Conv sees k x k pixels with two 1x1 convolutions; without its shift it sees one."""
    found = {k: reach(csc_module(16, 3, k, 9)) for k in (3, 5)}
    return sees(found, reach(csc_module(16, 3, 3, 9, moves=False)))


def sees(found: dict[int, Reach], control: Reach) -> Found:
    """Whether every module has two convolutions, both 1x1, and sees k x k pixels; the control sees one."""
    right = sum(one == Reach(2, 2, k * k) for k, one in found.items())
    said = ", ".join(
        f"{one.pixels} pixels with {one.pointwise} 1x1 convolutions of {one.convolutions} at {k}x{k}"
        for k, one in found.items()
    )
    sentence = f"a module sees {said}; without the shift it sees {control.pixels}"
    return Found(bool(found) and right == len(found) and control.pixels == 1, sentence)
