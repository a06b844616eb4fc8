"""Checks of Adaptive Deconvolutional Networks (Zeiler, Taylor and Fergus, ICCV 2011), Section 2.1: pooling, unpooling.

3-D max pooling takes the largest value of two pixels by two by two maps, and keeps as a switch where it stood;
unpooling puts each value back there and zeros elsewhere. Maps stand in torch's third dimension of space.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found

SEED = 2011
POOL = (2, 2, 2)  # maps, rows, columns
SHAPE = (4, 1, 8, 12, 16)  # images, one, maps, rows, columns


def pooled(x: Tensor, region: tuple[int, ...] = POOL) -> tuple[Tensor, Tensor]:
    """The largest value of each region, and its switch."""
    values, switches = F.max_pool3d(x, region, return_indices=True)
    return values, switches


def unpooled(values: Tensor, switches: Tensor, like: Tensor) -> Tensor:
    """Each value at the place that its switch names, zeros elsewhere."""
    return F.max_unpool3d(values, switches, POOL, output_size=like.shape[2:])


def features(lowest: float) -> Tensor:
    """Random maps between `lowest` and `lowest` + 1."""
    generator = torch.Generator().manual_seed(SEED)
    return torch.rand(SHAPE, dtype=torch.float64, generator=generator) + lowest


def pooling_halves_maps_and_sides() -> Found:
    """Pooling of 2x2 pixels across two maps leaves half the maps of half the sides, and half the maps for none else."""
    return halves(POOL, (1, 2, 2))


def halves(region: tuple[int, ...], control: tuple[int, ...]) -> Found:
    """Whether pooling over a region halves all three sides and takes one value of eight, and the control does not."""
    x = features(0)
    values, switches = pooled(x, region)
    others, _ = pooled(x, control)
    half = tuple(side // 2 for side in SHAPE[2:])
    largest = torch.stack([x[..., a::2, b::2, c::2] for a in (0, 1) for b in (0, 1) for c in (0, 1)]).amax(0)
    holds = values.shape[2:] == half and torch.equal(values, largest) and others.shape[2:] != half
    return Found(
        holds,
        f"{SHAPE[2]} maps of {SHAPE[3]}x{SHAPE[4]} become {values.shape[2]} of {values.shape[3]}x{values.shape[4]}, with "
        f"{switches.numel()} switches for {x.numel()} values; pooling within maps leaves {others.shape[2]} maps",
    )


def unpooling_is_undone_by_pooling() -> Found:
    """Unpooled by the switches and pooled again, non-negative maps give the pooled values and the same switches."""
    x = features(0)
    _, switches = pooled(x)
    corner = pooled(-torch.arange(x[0, 0].numel(), dtype=x.dtype).view(SHAPE[2:]).expand(SHAPE))[1]
    return undone(switches, corner)


def undone(switches: Tensor, control: Tensor) -> Found:
    """Whether these switches bring back values and places, the control's lose places and negative maps lose values."""
    x = features(0)
    values, places = pooled(x)
    back = unpooled(values, switches, x)
    again, places_again = pooled(back)
    kept = torch.equal(back[back > 0], x[back > 0]) and torch.equal(places, places_again)
    fixed = unpooled(values, control, x)
    elsewhere = (fixed[fixed > 0] != x[fixed > 0]).double().mean().item()
    negative = features(-2)
    below, below_switches = pooled(negative)
    lost = (pooled(unpooled(below, below_switches, negative))[0] - below).abs().max().item()
    return Found(
        torch.equal(again, values) and kept and elsewhere > 0.5 and lost > 0.5,
        f"largest difference {(again - values).abs().max().item():g} with every value back in its place; at fixed corners "
        f"{elsewhere:.0%} of the values stand elsewhere, and negative maps come back up to {lost:.2f} off, as zeros win",
    )
