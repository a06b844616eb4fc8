"""What Signature Verification using a "Siamese" Time Delay Neural Network claims that is not one number."""

import copy

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import distance
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.siamese_bromley import (
    FEATURES,
    LAYERS,
    POINTS,
    STRIDE,
    siamese_bromley,
    swapped,
)


def twins_share_their_weights() -> Found:
    """A pair and the same pair swapped get one cosine; two halves with weights of their own must tell them apart."""
    generator = torch.Generator().manual_seed(1993)
    net = siamese_bromley().double()
    assert isinstance(net.branch, nn.Module)
    other = copy.deepcopy(net.branch)
    with torch.no_grad():
        for weights in (*net.branch.parameters(), *other.parameters()):
            weights.normal_(0, weights[0].numel() ** -0.5, generator=generator)
    return same_either_way(net.branch, net.branch, net.branch, other)


def same_either_way(one: nn.Module, two: nn.Module, control_one: nn.Module, control_two: nn.Module) -> Found:
    """Cosines of 16 random pairs in both orders, of two halves that should be one and of two that are not."""
    generator = torch.Generator().manual_seed(80)
    pairs = torch.randn(16, 2 * FEATURES, 1, POINTS, dtype=torch.float64, generator=generator)
    with torch.no_grad():
        off = distance(_cosines(one, two, swapped(pairs)), _cosines(one, two, pairs))
        control = distance(
            _cosines(control_one, control_two, swapped(pairs)), _cosines(control_one, control_two, pairs)
        )
    return Found(
        off <= 1e-12 and control > 1e-3,
        f"Over 16 random pairs the cosines in both orders differ by {off:.2g}; of two halves with weights of their own by {control:.2g}.",
    )


def _cosines(one: nn.Module, two: nn.Module, pairs: Tensor) -> Tensor:
    return nn.functional.cosine_similarity(one(pairs[:, :FEATURES]), two(pairs[:, FEATURES:]))


def layers_need_200_points() -> Found:
    """Of all lengths up to 400 the printed one alone gives 64 and 19 units with no point left over."""
    return fits_alone(POINTS, (64, 19))


def fits_alone(points: int, units: tuple[int, ...]) -> Found:
    """The lengths of a signature that fill layers of so many units to the last point."""
    fitting = [length for length in range(30, 401) if _filled(length) == units]
    listed = ", ".join(map(str, fitting)) or "none"
    return Found(
        fitting == [points],
        f"lengths that fill layers of {units[0]} and {units[1]} units in time, with fields of {LAYERS[0][2]} and {LAYERS[1][2]} "
        f"and steps of {STRIDE}, to the last point: {listed}",
    )


def _filled(length: int) -> tuple[int, ...] | None:
    units = []
    for _, _, field in LAYERS:
        length, rest = divmod(length - field, STRIDE)
        if rest or length < 0:
            return None
        length += 1
        units.append(length)
    return tuple(units)
