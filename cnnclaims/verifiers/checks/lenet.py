"""Checks of LeCun, Bottou, Bengio, Haffner 1998: the map table of C3, the squashing function."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.lenet import ScaledTanh, lenet5

HALF_A_DIGIT = 0.00005  # of the amplitude, printed as 1.7159


def map_pairs() -> Found:
    """Table I: 60 pairs of an S2 map and a C3 map, ten for each S2 map; told from which inputs move which outputs."""
    pairs = influences(lenet5().get_submodule("C3"), maps=6)
    dense = influences(nn.Conv2d(6, 16, 5), maps=6)
    each = pairs.sum(1).tolist()
    return Found(
        each == [10] * 6 and int(dense.sum()) == 6 * 16,
        f"a change of one S2 map moves {each} of the 16 C3 maps, {int(pairs.sum())} pairs in all; "
        f"in a dense convolution it is {int(dense.sum())}",
    )


def influences(layer: nn.Module, maps: int) -> Tensor:
    """Which output maps of `layer` move when one input map does: input maps x output maps, true or false."""
    generator = torch.Generator().manual_seed(1)
    image = torch.randn(1, maps, 5, 5, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        layer = layer.double()
        still = layer(image)
        moved = [
            layer(image + torch.eye(maps, dtype=torch.float64)[i].view(1, maps, 1, 1)) for i in range(maps)
        ]
    return torch.stack([(after != still).flatten(2).any(2)[0] for after in moved])


def squash_amplitude() -> Found:
    """A = 1.7159 is the amplitude that sends 1 to 1 when the slope is 2/3: A = 1 / tanh(2/3)."""
    needed, other = (1 / math.tanh(slope) for slope in (2 / 3, 1.0))
    amplitude = ScaledTanh()(torch.tensor(100.0, dtype=torch.float64)).item()  # where tanh is 1
    return Found(
        abs(amplitude - needed) <= HALF_A_DIGIT < abs(amplitude - other),
        f"with slope 2/3 the amplitude must be {needed:.6f}; with slope 1 it would be {other:.6f}",
        own_word=True,
    )


def squash_fixed_points() -> Found:
    """f(1) = 1 and f(-1) = -1, as closely as four decimals of the amplitude allow."""
    return keeps_one(ScaledTanh())


def keeps_one(squash: nn.Module) -> Found:
    """Whether `squash` sends 1 to 1 and -1 to -1 within half a digit of the amplitude; tanh itself must not."""
    ones = torch.tensor([1.0, -1.0], dtype=torch.float64)
    found, control = squash(ones), torch.tanh(ones)
    allowed = HALF_A_DIGIT * math.tanh(2 / 3)
    off, control_off = ((values - ones).abs().max().item() for values in (found, control))
    return Found(
        off <= allowed < control_off,
        f"f(1) = {found[0]:.7f} and f(-1) = {found[1]:.7f}, off by {off:.1e}; rounding the amplitude to 1.7159 "
        f"allows {allowed:.1e}. Plain tanh is off by {control_off:.2f}",
    )


def squash_curvature() -> Found:
    """The second derivative of f is said to be largest in size at 1 and -1."""
    return bends_most_at_one(ScaledTanh())


def bends_most_at_one(squash: nn.Module) -> Found:
    """Whether the second derivative of `squash` is largest at 1; to six decimals, since the claim is about an exact point.

    The control has its largest second derivative at 1 by construction: (tanh(S a))'' is largest where tanh(S a) is
    1 / sqrt(3).
    """
    slope, amplitude = math.atanh(1 / math.sqrt(3)), math.sqrt(3)
    found, control = steepest_bend(squash), steepest_bend(ScaledTanh(amplitude, slope))
    share = second_derivative(squash, 1.0) / second_derivative(squash, found)
    return Found(
        abs(found - 1) < 1e-6 and abs(control - 1) < 1e-6,
        f"the second derivative is largest in size at {found:.4f} and {-found:.4f}, {100 * abs(1 - found):.1f} % from 1 "
        f"and -1; at 1 it has {100 * share:.2f} % of that size. Slope {slope:.4f} with amplitude {amplitude:.4f} puts "
        f"it at {control:.4f}",
    )


def steepest_bend(squash: Callable[[Tensor], Tensor]) -> float:
    """The positive input at which the second derivative of `squash` is largest in size, by halving a bracket."""
    low, high, ratio = 0.1, 5.0, (math.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if second_derivative(squash, left) > second_derivative(squash, right):
            high = right
        else:
            low = left
    return (low + high) / 2


def second_derivative(squash: Callable[[Tensor], Tensor], at: float) -> float:
    """The size of the second derivative of `squash` at one point, by differentiating twice in float64."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(squash(x), x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    return abs(second.item())
