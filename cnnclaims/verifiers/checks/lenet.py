"""Checks of LeCun, Bottou, Bengio, Haffner 1998: the map table of C3, the squashing function, the first weights."""

import math
from collections.abc import Callable
from fractions import Fraction

import torch
from torch import Tensor, nn

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.agreement import seeded
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.lenet import ScaledTanh, initialise, lenet5
from cnnclaims.verifiers.networks.network import Network

HALF_A_DIGIT = 0.00005  # of the amplitude, printed as 1.7159
RANGE = "2.4"  # Appendix A: weights start within 2.4 over the fan-in
SIGMAS = 6  # by chance two in a thousand million draws are further off


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


def weights_start_within_24_over_the_fan_in() -> Found:
    """Appendix A: weights times the inputs of their unit lie evenly within 2.4; as torch starts them they do not."""
    with seeded(1998):
        net, control = lenet5(), lenet5()
    initialise(net, torch.Generator().manual_seed(1998))
    return start_evenly(by_fan_in(net), by_fan_in(control))


def start_evenly(found: dict[str, Tensor], control: dict[str, Tensor]) -> Found:
    """Whether weights times fan-in fill the printed range and no more in `found`, and not in the control."""
    reach, other = (max(values.abs().max().item() for values in each.values()) for each in (found, control))
    numbers = sum(values.numel() for values in found.values())
    even = [_is_even(values, float(RANGE)) for values in found.values()]
    holds = all(even) and parse(RANGE, "constant").allows(Fraction(reach))
    sentence = (
        f"{numbers:,} weights of LeNet-5, each times the number of inputs that its unit is seen to depend on, reach from "
        f"{-reach:.4f} to {reach:.4f} and are even in {sum(even)} of the {len(even)} layers and maps of C3; as torch starts them they reach {other:.2f}"
    )
    return Found(
        holds and not all(_is_even(values, float(RANGE)) for values in control.values()),
        sentence,
        own_word=True,
    )


def _is_even(values: Tensor, end: float) -> bool:
    """Whether values are within the end, and their mean and mean square those of an even law as closely as their number allows."""
    x, bound = values / end, SIGMAS / math.sqrt(values.numel())
    mean, square = x.mean().item(), x.square().mean().item()
    inside = x.abs().max().item() <= 1 + 1e-6  # float32
    return inside and abs(mean) <= bound / math.sqrt(3) and abs(square - 1 / 3) <= bound * math.sqrt(4 / 45)


def by_fan_in(net: Network) -> dict[str, Tensor]:
    """The weights of every layer, each times the inputs that a unit of it depends on by its gradient."""
    inputs: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        return lambda _, arguments: inputs.update({name: arguments[0].detach()})

    layers = {name: module for name, module in net.named_modules() if "weight" in module._parameters}
    hooks = [module.register_forward_pre_hook(keep(name)) for name, module in layers.items()]
    net(torch.randn(1, *net.input_shape, generator=torch.Generator().manual_seed(1)))
    for hook in hooks:
        hook.remove()
    return {
        name: layer.get_parameter("weight").detach().flatten().double()
        * _inputs_of_a_unit(layer, inputs[name])
        for name, layer in layers.items()
    }


def _inputs_of_a_unit(layer: nn.Module, x: Tensor) -> int:
    x = x.requires_grad_()
    (gradient,) = torch.autograd.grad(layer(x).flatten()[0], x)
    return int((gradient != 0).sum())
