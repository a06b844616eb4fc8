"""Checks of Deformable Convolutional Networks (arXiv 1703.06211): its equations, and what offsets do.

Letters are the paper's: R the grid of N points, p_n a point of it, dp_n its offset, q any pixel of the map.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.deformable import (
    DeformableConv2d,
    by_the_sum,
    deformable_by_definition,
    g,
    sample,
)
from cnnclaims.verifiers.networks.deformable_conv import BINS, faster_rcnn_2fc, initialise, rfcn_resnet101
from cnnclaims.verifiers.trace import uninitialised

SEED = 1703
PRINTED_GAMMA = "0.1"  # Section 2.2
REGION = (30, 50)  # pixels, one number for each of
AXES = ("down", "right")
Pool = Callable[[Tensor, Tensor], Tensor]


def layer_of(the: Draw, k: int, dilation: int, groups: int = 1) -> DeformableConv2d:
    """A layer from 4 to 3 channels with random weights."""
    layer = DeformableConv2d(4, 3, k, dilation=dilation, groups=groups).double()
    for parameter in layer.parameters():
        parameter.data.uniform_(-1, 1, generator=the.values)
    return layer


def convolved(layer: DeformableConv2d, x: Tensor, offsets: Tensor) -> Tensor:
    """The layer's output for given offsets."""
    y: Tensor = layer.conv(layer.sampled(x, offsets))
    return y


# -- Section 2.1 -----------------------------------------------------------------------------------------------------


def sampling_is_the_sum() -> Found:
    """The layer's sampling is the sum over all pixels of Equation 3, and torch's own; the nearest pixel is not."""

    def draw(the: Draw) -> Sides:
        x, side = the.normal(1, 3, 7, 7), 7
        rows, columns = (3 + 3 * the.normal(1, 1, 40) for _ in range(2))  # some of them outside of the map
        grid = torch.stack([columns, rows], -1) * 2 / (side - 1) - 1
        by_torch = F.grid_sample(x, grid, align_corners=True, padding_mode="zeros")[:, :, 0]
        nearest = sample(x, rows.round(), columns.round())
        found = sample(x, rows, columns)
        total = by_the_sum(x[0], rows[0, 0], columns[0, 0])[0][None]
        return Sides(torch.cat([total, total]), torch.cat([found, by_torch]), torch.cat([nearest, nearest]))

    return agree("Equation 3 over all pixels, our sampling and torch's", "the nearest pixel", draw)


def layer_is_equation_2() -> Found:
    """The layer is the sum over the grid of Equation 2, written out; with dy and dx exchanged it is not."""

    def draw(the: Draw) -> Sides:
        k, dilation = 3, the.whole(1, 2)
        layer, x, side = layer_of(the, k, dilation), the.normal(1, 4, 6, 6), 6
        offsets = the.normal(1, 2 * k * k, side, side)
        y, _ = deformable_by_definition(x, offsets, layer.conv.weight, dilation=dilation)
        exchanged = offsets.reshape(1, k * k, 2, side, side).flip(2).flatten(1, 2)
        return Sides(y, convolved(layer, x, offsets), convolved(layer, x, exchanged))

    return agree("Equation 2 point by point, and the layer", "offsets of rows and columns exchanged", draw)


def offsets_are_2n() -> Found:
    """Every one of the 2N channels of offsets moves the output, for kernels of 1 to 7; there is no other."""
    return all_channels_count(lambda k: 2 * k * k)


def all_channels_count(expected: Callable[[int], int]) -> Found:
    """Whether the offset convolution puts out that many channels, and the output has a gradient by each alone."""
    counts, idle = {}, 0
    for k in (1, 3, 5, 7):
        the = Draw(SEED + k)
        layer, x = layer_of(the, k, 1), the.normal(1, 4, 9, 9)
        offsets = layer.offset(x).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(convolved(layer, x, offsets).square().sum(), offsets)
        counts[k] = gradient.shape[1]
        idle += int((gradient.abs().amax((0, 2, 3)) == 0).sum())
    said = ", ".join(f"{count} for {k} x {k}" for k, count in counts.items())
    holds = idle == 0 and all(count == expected(k) for k, count in counts.items())
    return Found(holds, f"channels of offsets: {said}; {idle} of them leave the output as it is")


# -- Section 2.3 and Section 3 ---------------------------------------------------------------------------------------


def starts_as_plain() -> Found:
    """Initialised, a deformable layer is the plain one of its dilation; with a bias of half a pixel it is not."""

    def draw(the: Draw) -> Sides:
        dilation = the.whole(1, 3)
        layer, x = layer_of(the, 3, dilation, groups=the.whole(1, 2)), the.image(4)
        initialise(layer)
        plain = F.conv2d(x, layer.conv.weight, padding=dilation, dilation=dilation)
        with torch.no_grad():
            started = layer(x)
            layer.offset.bias.fill_(0.5)  # type: ignore[union-attr]
            return Sides(plain, started, layer(x))

    return agree("plain and deformable layer with offsets of zero", "offsets of half a pixel", draw)


def stretched_is_dilated() -> Found:
    """Constant offsets of (d - 1) p_n make a layer of dilation 1 one of dilation d; offsets of d p_n do not."""

    def draw(the: Draw) -> Sides:
        d = the.whole(2, 4)
        layer, x = layer_of(the, 3, dilation=1), the.image(4)
        side = x.shape[-1]
        points = torch.tensor([[n // 3 - 1, n % 3 - 1] for n in range(9)], dtype=torch.float64).flatten()

        def stretched(times: int) -> Tensor:
            return convolved(layer, x, (times * points)[None, :, None, None].expand(2, 18, side, side))

        dilated = F.conv2d(x, layer.conv.weight, padding=d, dilation=d)
        return Sides(dilated, stretched(d - 1), stretched(d))

    return agree("dilated convolution and stretched offsets", "stretched once more", draw)


def three_levels_sample_729() -> Found:
    """Through three 3x3 layers with random offsets an output goes back to 9^3 points; without offsets to 49."""
    return sampled_points(levels=3, points=9**3, control=49)


def sampled_points(levels: int, points: int, control: int) -> Found:
    """Whether an output goes back to that many different points through so many levels, and without offsets to fewer."""
    generator = torch.Generator().manual_seed(SEED)
    grid = torch.tensor([[row, column] for row in (-1, 0, 1) for column in (-1, 0, 1)], dtype=torch.float64)

    def reached(spread: float) -> int:
        places = torch.zeros(1, 2, dtype=torch.float64)
        for _ in range(levels):
            offsets = torch.empty(len(places), 9, 2, dtype=torch.float64).normal_(generator=generator)
            places = (places[:, None] + grid + spread * offsets).reshape(-1, 2)
        return len(torch.unique(places.round(decimals=9), dim=0))

    found, without = reached(1.0), reached(0.0)
    sentence = f"an output goes back to {found} points through {levels} levels, without offsets to {without}"
    return Found(found == points and without == control and control < points, sentence)


# -- Section 2.2 -----------------------------------------------------------------------------------------------------


def normalised_offsets_scale() -> Found:
    """Offsets taken times a region's sides move its bins alike at every size; offsets in pixels do not."""

    def draw(the: Draw) -> Sides:
        normalised = [the.normal(1, 1, 20).clamp(-1, 1) for _ in range(2)]
        places = [(the.normal(1, 1, 20) + 3).clamp(1, 5) for _ in range(2)]
        slope, times = the.normal(3), the.whole(2, 4)

        def pooled(scale: int, offsets: int) -> Tensor:
            """Values of a plane, the same picture at `scale`, at bins moved by 0.1 of 7 pixels times `offsets`."""
            side = 10 * scale
            line = torch.arange(side, dtype=torch.float64) / scale
            plane = slope[0] + slope[1] * line[:, None] + slope[2] * line[None]
            moved = [scale * p + 0.1 * 7 * offsets * n for p, n in zip(places, normalised, strict=True)]
            return sample(plane[None, None], *moved)

        return Sides(pooled(1, 1), pooled(times, times), pooled(times, 1))

    return agree("bins of a region and of one several times as large", "offsets in pixels", draw)


def bins_move_by_a_tenth() -> Found:
    """In both poolings a normalised offset of 1 moves a bin by 0.1 of a region's side, and one of 0 does not move it."""
    with uninitialised():
        region = faster_rcnn_2fc(pooling="deformable").get_submodule("pool").double()
        sensitive = rfcn_resnet101(pooling="deformable").get_submodule("pool")
    pools = {
        "RoI pooling": partial(_of_region, region),
        "position-sensitive pooling": partial(_of_maps, sensitive),
    }
    return moves(pools)


def moves(pools: Mapping[str, Pool]) -> Found:
    """Whether bins move by the printed share of a region of 30 x 50 pixels, told from what is pooled from ramps."""
    found = {f"{name} {axis}": moved(pool, axis, 1.0) for name, pool in pools.items() for axis in AXES}
    still = max(abs(moved(pool, axis, 0.0)) for pool in pools.values() for axis in AXES)
    allowed = parse(PRINTED_GAMMA, "constant")
    listed = ", ".join(f"{share:.6f} in {name}" for name, share in found.items())
    holds = all(allowed.allows(Fraction(share)) for share in found.values())
    sentence = f"an offset of 1 moves a bin by this share of the region's side: {listed}; an offset of 0 by {still:g}"
    return Found(holds and not allowed.allows(Fraction(still)), sentence, own_word=True)


@torch.no_grad()
def moved(pool: Pool, axis: str, offset: float) -> float:
    """By which share of the side the middle bin moves: how much more it finds of a ramp of one a pixel."""
    along = AXES.index(axis)
    shape = [1, 1]
    shape[along] = -1
    ramp = torch.arange(REGION[along], dtype=torch.float64).reshape(shape).expand(REGION)
    offsets = torch.zeros(2, dtype=torch.float64)
    before = pool(ramp, offsets)
    offsets[along] = offset
    return float((pool(ramp, offsets) - before)[BINS // 2, BINS // 2] / REGION[along])


def _of_region(pool: nn.Module, ramp: Tensor, offsets: Tensor) -> Tensor:
    """Bins of the first channel; the full layer puts out the same offsets for all bins."""
    pool.get_parameter("offset.weight").zero_()
    pool.get_parameter("offset.bias").copy_(offsets.repeat_interleave(BINS**2))
    y: Tensor = pool(ramp.expand(1, 256, *REGION))
    return y[0, 0]


def _of_maps(pool: nn.Module, ramp: Tensor, offsets: Tensor) -> Tensor:
    """Bins of one class, whose maps of scores are all alike and whose maps of offsets have one value each."""
    given = offsets.repeat_interleave(BINS**2)[None, :, None, None].expand(1, -1, *REGION)
    y: Tensor = pool(ramp.expand(1, BINS**2, *REGION), given)
    return y[0, 0]


# -- Appendix A ------------------------------------------------------------------------------------------------------


def gradient_is_equation_7() -> Found:
    """The layer's gradient by an offset is Equation 7; a difference quotient of whole pixels is another."""

    def draw(the: Draw) -> Sides:
        x, row, column = the.normal(1, 1, 6, 6), 2.3 + 0.1 * the.normal(1), 3.4 + 0.1 * the.normal(1)
        rows = row.clamp(2.05, 2.95).reshape(1, 1, 1).requires_grad_()
        columns = column.clamp(3.05, 3.95).reshape(1, 1, 1)
        (gradient,) = torch.autograd.grad(sample(x, rows, columns).sum(), rows)
        vertical = torch.tensor(
            [0.0, 0.0, -1.0, 1.0, 0.0, 0.0], dtype=torch.float64
        )  # dg/dp: -1 above, 1 below
        horizontal = g(columns.flatten(), torch.arange(6, dtype=torch.float64))[0]
        by_formula = torch.einsum("y,x,yx->", vertical, horizontal, x[0, 0])
        steps = sample(x, rows.detach().round() + 1, columns) - sample(x, rows.detach().round() - 1, columns)
        return Sides(by_formula.reshape(1), gradient.flatten(), steps.flatten() / 2)

    return agree("gradient by an offset, by formula and by torch", "difference of the rows around", draw)
