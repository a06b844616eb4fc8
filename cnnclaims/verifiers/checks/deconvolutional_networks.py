"""A check of Deconvolutional Networks (Zeiler et al., CVPR 2010): the size of the maps that rebuild an image.

N is the side of the image, H that of the filters. Maps are what inference finds; the image is the sum of the maps,
each convolved with its filter, wherever the filter lies wholly on the map.
"""

import random
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found

SEED = 2010
CASES = 30
EXACT = 1e-12  # relative: float64 adds the same products in another order

Side = Callable[[int, int], int]  # of the image's and the filters' side


def printed_side(image: int, filters: int) -> int:
    """Section 3.1: maps are larger than the image by the filters less one."""
    return image + filters - 1


def same_side(image: int, filters: int) -> int:
    """The control: maps as large as the image."""
    return image


def maps_are_larger_than_the_image() -> Found:
    """Maps of side N + H - 1 rebuild an image of side N, each of whose pixels has all H x H taps of a filter."""
    return sides_fit(printed_side, same_side)


def sides_fit(side: Side, control: Side) -> Found:
    """Whether maps of this side always rebuild the image as described, and maps of the control's never do."""
    numbers = random.Random(SEED)
    cases = [(numbers.randint(4, 16), numbers.randint(2, 9)) for _ in range(CASES)]
    right = sum(_rebuilds(image, filters, side(image, filters)) for image, filters in cases)
    others = sum(_rebuilds(image, filters, control(image, filters)) for image, filters in cases)
    return Found(
        right == CASES and others == 0,
        f"for {right} of {CASES} random sizes the maps rebuild an image of side N with every tap of the filters at every "
        f"pixel, and the gradient of the image comes back as their full convolution; maps of side N do in {others}",
    )


def _rebuilds(image: int, filters: int, side: int) -> bool:
    if side < filters:
        return False
    generator = torch.Generator().manual_seed(SEED)
    maps = torch.randn(1, 3, side, side, dtype=torch.float64, generator=generator)
    weights = torch.randn(1, 3, filters, filters, dtype=torch.float64, generator=generator)
    rebuilt = F.conv2d(maps, weights)
    if rebuilt.shape[2:] != (image, image):
        return False
    taps = F.conv2d(torch.ones_like(maps[:, :1]), torch.ones_like(weights[:, :1]))
    return bool((taps == filters**2).all()) and _is_adjoint(maps, weights, rebuilt)


def _is_adjoint(maps: Tensor, weights: Tensor, rebuilt: Tensor) -> bool:
    """Full convolution takes an image back to maps of the same side, as the transpose of rebuilding."""
    back = F.conv2d(F.pad(rebuilt, [weights.shape[-1] - 1] * 4), weights.flip(2, 3).transpose(0, 1))
    if back.shape != maps.shape:
        return False
    both = (rebuilt * rebuilt).sum(), (back * maps).sum()
    return bool(abs(both[0] - both[1]) <= EXACT * both[0] * maps.numel())
