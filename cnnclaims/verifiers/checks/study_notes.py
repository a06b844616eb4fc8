"""What study notes state of operators, that is not one number and that no paper's own checks settle."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import EXACT, SEED, Draw, Sides, agree, distance
from cnnclaims.verifiers.checks.conv_costs import counts_agree, multiply_adds, parameters, random_layers
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv, depthwise, depthwise_separable, pointwise
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.measures.shapes import receptive_field
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import BasicBlock, BottleneckBlock
from cnnclaims.verifiers.trace import trace, uninitialised

# -- convolution -----------------------------------------------------------------------------------------------------


def depthwise_filters_alone() -> Found:
    """An output of a depthwise convolution reads one channel, and costs a c-th; a full one reads all."""
    draw = Draw(SEED)
    alone, mixed, ratios = [], [], []
    for c in (2, 3, 8):
        alone.append(channels_read(F.conv2d, draw, c, groups=c))
        mixed.append(channels_read(F.conv2d, draw, c, groups=1))
        with uninitialised():
            ratios.append(macs(trace(conv(c, c, 3, 14))) / macs(trace(depthwise(c, 3, 14))) / c)
    holds = alone == [1, 1, 1] and mixed == [2, 3, 8] and ratios == [1, 1, 1]
    return Found(
        holds,
        f"at 2, 3 and 8 channels an output has a gradient by {alone} channels, that of a full convolution by {mixed}; "
        f"full over depthwise multiply-adds, over the channels, is {ratios}",
    )


def channels_read(convolution: Callable[..., Tensor], draw: Draw, c: int, groups: int) -> int:
    """By how many input channels the first output channel has a gradient."""
    image = draw.normal(1, c, 7, 7).requires_grad_()
    maps = convolution(image, draw.normal(c, c // groups, 3, 3), padding=1, groups=groups)
    (gradient,) = torch.autograd.grad(maps[0, 0].sum(), image)
    return int(gradient[0].abs().amax((1, 2)).gt(0).sum())


def depthwise_keeps_channels(layer: Callable[..., Network] = depthwise) -> Found:
    """A depthwise convolution puts out as many channels as it gets at any stride; a 1x1 as many as it has filters."""
    shapes = [
        (layer.c_in, layer.c_out, layer.size, stride) for layer in random_layers() for stride in (1, 2, 3)
    ]
    with uninitialised():
        deep = [trace(layer(c, 3, size, stride)).nodes[-1].shape for c, _, size, stride in shapes]
        points = [trace(pointwise(c, out, size)).nodes[-1].shape for c, out, size, _ in shapes]
    kept = sum(shape[0] == case[0] for shape, case in zip(deep, shapes, strict=True))
    smaller = sum(shape[1] < case[2] for shape, case in zip(deep, shapes, strict=True))
    changed = sum(shape == (c_out, n, n) for shape, (_, c_out, n, _) in zip(points, shapes, strict=True))
    strided = sum(case[3] > 1 for case in shapes)
    return Found(
        kept == changed == len(shapes) and smaller == strided,
        f"of {len(shapes)} depthwise layers {kept} keep the channels and {smaller} (those with a stride) shrink the "
        f"map; all {changed} 1x1 layers beside them change the channels, to a different number, and keep the map",
    )


def full_layer_weights(
    cases: tuple[tuple[int, int], ...] = ((784, 300), (400, 120), (9216, 4096)),
    layer: Callable[..., nn.Linear] = nn.Linear,
) -> Found:
    """A full layer has a weight for each pair of input and output; a convolution's do not depend on the map's size."""
    counted = [layer(i, o, bias=False, device="meta").weight.numel() for i, o in cases]
    expected = [i * o for i, o in cases]
    with uninitialised():
        shared = [parameters(conv(1, 1, 3, side)) for side in (7, 14)]
    return Found(
        counted == expected and shared[0] == shared[1],
        f"{', '.join(f'{i} to {o}: {n:,}' for (i, o), n in zip(cases, counted, strict=True))} weights; a 3x3 "
        f"convolution, the control, has {shared[0]} on a map of 7x7 as on one of 14x14",
    )


def convolution_shares_weights(sides: tuple[int, ...] = (8, 16, 32), k: int = 3) -> Found:
    """Between the same tensors a convolution has fewer weights and multiply-adds than a full layer."""

    def ratios(side: int, kernel: int) -> tuple[float, float]:
        full = (4 * side * side) * (8 * side * side)
        with uninitialised():
            layer = conv(4, 8, kernel, side)
        return parameters(layer) / full, multiply_adds(layer) / full

    found = [ratios(side, k) for side in sides]
    control = ratios(1, 1)
    return Found(
        all(value < 1 for pair in found for value in pair) and control == (1, 1),
        f"4 to 8 channels, a {k}x{k} kernel, maps of {', '.join(map(str, sides))} pixels: at most "
        f"{max(w for w, _ in found):.2g} of the full layer's weights and {max(m for _, m in found):.2g} of its "
        f"multiply-adds; on a single pixel, the control, they are the same layer",
    )


def dilation_sees_further(dilations: tuple[int, ...] = (1, 2, 3, 4)) -> Found:
    """Dilation widens the field at the same weights and multiply-adds; a plain kernel as wide costs more."""
    with uninitialised():
        spread = [conv(8, 8, 3, 33, dilation=d) for d in dilations]
        plain = [conv(8, 8, 2 * d + 1, 33) for d in dilations]
    fields = [receptive_field(trace(net)) for net in spread]
    costs, dearer = ([(parameters(net), multiply_adds(net)) for net in nets] for nets in (spread, plain))
    wider = all(one < other for one, other in pairwise(fields))
    holds = wider and len(set(costs)) == 1 and len(set(dearer)) == len(dilations) > 1
    return Found(
        holds,
        f"3x3 kernels of dilation {', '.join(map(str, dilations))} see {fields} pixels a side, all with "
        f"{len(set(costs))} pair of counts, {costs[0][0]} weights and {costs[0][1]:,} multiply-adds; plain kernels as "
        f"wide have {[weights for weights, _ in dearer]} weights",
    )


def separable_definition(layer: Callable[..., Network] = depthwise_separable) -> Found:
    """Depthwise and 1x1 have k^2 m + m n weights and that, times the map, multiply-adds; not k^2 m n."""
    weights = counts_agree(
        "weights",
        parameters,
        lambda x: layer(x.c_in, x.c_out, x.k, x.size),
        lambda x: x.k**2 * x.c_in + x.c_in * x.c_out,
        ("k^2 m n", lambda x: x.k**2 * x.c_in * x.c_out),
    )
    cost = counts_agree(
        "multiply-adds",
        multiply_adds,
        lambda x: layer(x.c_in, x.c_out, x.k, x.size),
        lambda x: (x.k**2 * x.c_in + x.c_in * x.c_out) * x.h**2,
        ("k^2 m n f^2", lambda x: x.k**2 * x.c_in * x.c_out * x.h**2),
    )
    return Found(weights.holds and cost.holds, f"{weights.found}; {cost.found}")


def rank_one_kernels_separate() -> Found:
    """A 3x3 kernel of rank 1 is a 3x1 and a 1x3; the nearest such pair to a kernel of rank 2 or 3 is not the kernel."""
    exact, others = ([split_error(Draw(SEED + i), rank) for i in range(20)] for rank in (1, 2))
    full = [split_error(Draw(SEED + i), 3) for i in range(20)]
    return Found(
        max(exact) < EXACT and min(others + full) > 1e-4,
        f"over 20 random kernels each: of rank 1 the 3x1 and 1x3 of the first singular vectors give the map to "
        f"{max(exact):.0e} of its size; of rank 2 they are off by {min(others):.2g} at least, of rank 3 by {min(full):.2g}",
    )


def split_error(draw: Draw, rank: int) -> float:
    """How far the nearest 3x1 and 1x3 are from a random 3x3 kernel of a rank, on a random image."""
    kernel = draw.normal(3, rank) @ draw.normal(rank, 3)
    u, s, v = torch.linalg.svd(kernel)
    column, row = (u[:, 0] * s[0]).reshape(1, 1, 3, 1), v[0].reshape(1, 1, 1, 3)
    image = draw.image(1)
    return distance(F.conv2d(F.conv2d(image, column), row), F.conv2d(image, kernel[None, None]))


def filters_are_channels(convolution: Callable[[Tensor, Tensor], Tensor] = F.conv2d) -> Found:
    """256 filters of 1x1 over 512 channels put out 256 maps, each filter its own; not in another order."""

    def draw(the: Draw) -> Sides:
        image, filters = the.normal(1, 512, 4, 4), the.normal(256, 512, 1, 1)
        maps = convolution(image, filters)
        one_by_one = torch.cat([(image * f).sum(1, keepdim=True) for f in filters], 1)
        return Sides(maps, one_by_one, one_by_one.roll(1, 1))

    return agree(
        "256 maps of a 1x1 layer over 512 channels, and one weighted sum a filter", "the next filter", draw
    )


def branches_align(paddings: tuple[int, int, int] = (0, 1, 2)) -> Found:
    """1x1, 3x3 and 5x5 with padding 0, 1 and 2 give maps of one size, that of the input; without padding they do not."""

    def sizes(n: int, padded: tuple[int, ...]) -> set[int]:
        return {
            F.conv2d(torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k), padding=p).shape[-1]
            for k, p in zip((1, 3, 5), padded, strict=True)
        }

    sides = range(5, 33)
    same = sum(sizes(n, paddings) == {n} for n in sides)
    without = sum(len(sizes(n, (0, 0, 0))) == 1 for n in sides)
    return Found(
        same == len(sides) and without == 0,
        f"the branches agree with the input's side for {same} of {len(sides)} sides; without padding for {without}",
    )


# -- residual blocks -------------------------------------------------------------------------------------------------


class Passed(NamedTuple):
    """How far blocks are from the identity: on non-negative values, on signed ones, and with a branch that is alive."""

    positive: float
    signed: float
    alive: float


def zero_branch_is_identity() -> Found:
    """With the residual branch at zero, ResNet's blocks pass on what a ReLU put out; signed values they do not."""
    passed = [passes(block) for block in (BasicBlock(8, 8, 1, "B"), BottleneckBlock(8, 2, 8, 1, "B", "1x1"))]
    return Found(
        all(the.positive == 0 and the.signed > 0.1 and the.alive > 0.1 for the in passed),
        f"basic block and bottleneck with the last scale at 0 change values of 0 and above by {passed[0].positive:g} "
        f"and {passed[1].positive:g}; signed ones by {min(p.signed for p in passed):.2g} of their size, since a ReLU "
        f"stands behind the sum; with the scale at 1, the control, they change by {min(p.alive for p in passed):.2g}",
    )


@torch.no_grad()
def passes(block: nn.Module) -> Passed:
    """What a block does with its last normalisation scaled by 0, and by 1."""
    block = block.double().eval()
    image = Draw(SEED).image(8)
    last = [m for m in block.modules() if isinstance(m, nn.BatchNorm2d)][-1]
    last.weight.zero_()
    positive = distance(block(image.relu()), image.relu())
    signed = distance(block(image.clone()), image)
    last.weight.fill_(1)
    for parameter in block.parameters():
        if parameter.ndim > 1:
            parameter.copy_(Draw(SEED + 1).normal(*parameter.shape))
    return Passed(positive, signed, distance(block(image.relu()), image.relu()))


def projection_matches(k: int = 1, stride: int = 2) -> Found:
    """A 1x1 of stride 2 from 64 to 128 channels fits a branch that halves the map, for every size; the input does not."""

    def shapes(n: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        with uninitialised():
            branch, projected = conv(64, 128, 3, n, stride=2), conv(64, 128, k, n, stride=stride)
        return trace(branch).nodes[-1].shape, trace(projected).nodes[-1].shape, (64, n, n)

    every = [shapes(n) for n in range(4, 57)]
    fit, plain = (sum(shape[0] == shape[i] for shape in every) for i in (1, 2))
    example = "x".join(map(str, shapes(28)[1]))
    return Found(
        fit == len(every) and plain == 0 and example == "128x14x14",
        f"64x28x28 becomes {example}; branch and projection have one shape for {fit} of {len(every)} sides, branch and "
        f"input for {plain}",
    )


# -- activations -----------------------------------------------------------------------------------------------------


def hard_swish_is_bent() -> Found:
    """Bounded below, not above, and not monotonic: it falls down to -1.5 and rises from there; ReLU never falls."""
    return falls_then_rises(F.hardswish)


def falls_then_rises(function: Callable[[Tensor], Tensor]) -> Found:
    """Whether a function has a least value, grows without end and falls somewhere."""
    grid = torch.arange(-1000 * 64, 1000 * 64 + 1, dtype=torch.float64) / 64
    values = function(grid)
    steps = values.diff()
    falls, rises = grid[:-1][steps < 0], grid[:-1][steps > 0]
    least, most = values.min().item(), values.max().item()
    falling = f"falls from {falls.min():g} to {falls.max() + 1 / 64:g}" if len(falls) else "falls nowhere"
    return Found(
        len(falls) > 0 and len(rises) > 0 and least > -1 and most == 1000,
        f"from -1000 to 1000 it {falling}, is never below {least:g} and reaches {most:g} at the end",
    )


def hard_swish_is_smooth() -> Found:
    """Whether the derivative of the hard swish has no jump where its pieces meet; the swish has none."""
    return no_jumps(F.hardswish, control=F.silu)


def no_jumps(function: Callable[[Tensor], Tensor], control: Callable[[Tensor], Tensor]) -> Found:
    """Whether a function's slopes on both sides of -3 and 3 agree, as those of the control do."""

    def jumps(of: Callable[[Tensor], Tensor]) -> list[float]:
        x = torch.tensor([-3.0, 3.0], dtype=torch.float64)
        sides = []
        for off in (-1e-9, 1e-9):
            at = (x + off).requires_grad_()
            sides.append(torch.autograd.grad(of(at).sum(), at)[0])
        return [float(value) for value in sides[1] - sides[0]]

    found, smooth = jumps(function), jumps(control)
    calm = max(map(abs, smooth)) < 1e-6
    return Found(
        calm and max(map(abs, found)) < 1e-6,
        f"at -3 and 3 the slope changes by {found[0]:.3g} and {found[1]:.3g}; that of the swish, the control, by "
        f"{max(map(abs, smooth)):.0e} at most",
    )


# -- the rest --------------------------------------------------------------------------------------------------------


def encoded(x: Tensor, weight: Tensor) -> Tensor:
    """A small network's answer, one row an image."""
    return F.conv2d(x, weight).relu().flatten(1)


def twins_measure_likeness(encoded: Callable[[Tensor, Tensor], Tensor] = encoded) -> Found:
    """Distances of two encodings by one network are 0 of equal inputs and the same both ways; not so of two networks."""
    draws = []
    for number in range(20):
        the = Draw(SEED + number)
        x, y, w, other = the.image(2, 9), the.image(2, 9), the.normal(4, 2, 3, 3), the.normal(4, 2, 3, 3)
        far = (encoded(x, w) - encoded(y, w)).norm(dim=1)
        back = (encoded(y, w) - encoded(x, w)).norm(dim=1)
        own = (encoded(x, w) - encoded(x, w)).norm(dim=1)
        apart = (encoded(x, w) - encoded(x, other)).norm(dim=1)
        draws.append((own.max(), (far - back).abs().max(), far.min(), apart.min()))
    own, uneven, far, apart = (torch.stack(values) for values in zip(*draws, strict=True))
    return Found(
        bool(own.max() == 0 and uneven.max() == 0 and far.min() > 0 and apart.min() > 0),
        f"over 20 draws an input is {own.max():g} from itself, both ways differ by {uneven.max():g}, and two random "
        f"inputs are {far.min():.3g} apart at least; encoded by two networks, the control, an input is "
        f"{apart.min():.3g} from itself",
    )


def shorthand_is_two(first: int = 0, last: int = 7) -> Found:
    """Whether d w^2 r^2 is about 2 for networks of any phi, as it is for 1; ten per cent either side."""
    products = [1.2**phi * (1.1**phi * 1.15**phi) ** 2 for phi in range(first, last + 1)]
    near = [phi for phi, value in enumerate(products, first) if 1.8 <= value <= 2.2]
    return Found(
        near == list(range(first, last + 1)),
        f"for phi of {first} to {last} it is {', '.join(f'{value:.3g}' for value in products)}: about 2 at phi = {near}",
        own_word=True,  # powers of the three constants that the paper prints
    )
