"""Flattened networks (arXiv 1412.5474): three one-dimensional filters against the cube that they stand for."""

from collections.abc import Callable

import torch
from torch import nn

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.kernels.low_rank import flattened_conv
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised


def flattened_is_the_outer_product() -> Found:
    """Section 3: filters across channels, down and along in a row are one filter, their outer product."""
    return flattened_is("fc,fi,fj->fcij")


def flattened_is(terms: str) -> Found:
    """Whether the three layers are the convolution with this product of their filters."""

    def draw(the: Draw) -> Sides:
        c, filters, k = the.whole(2, 5), the.whole(2, 5), 2 * the.whole(1, 2) + 1
        flat = flattened_conv(c, filters, k, size=12).double()
        for layer in convolutions(flat):
            layer.weight.data = the.normal(*layer.weight.shape)
        kernel = torch.einsum(terms, *(layer.weight.data.squeeze() for layer in convolutions(flat)))
        full, turned = (conv(c, filters, k, size=12).double() for _ in range(2))
        convolutions(full)[0].weight.data = kernel
        convolutions(turned)[0].weight.data = kernel.transpose(2, 3)
        x = the.image(c, side=12)
        with torch.no_grad():
            return Sides(full(x), flat(x), turned(x))

    return agree("three filters in a row and their outer product", "rows for columns", draw)


def convolutions(net: Network) -> list[nn.Conv2d]:
    """In their order."""
    return [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]


def weights_add_up() -> Found:
    """Section 3: a filter of C x X x Y weights becomes one of C + X + Y."""
    return weighs(lambda c, k: c + k + k)


def weighs(formula: Callable[[int, int], int]) -> Found:
    """Whether filters of several sizes have so many weights, and the full ones C X Y."""
    listed, holds = [], True
    for c, k in ((3, 5), (27, 3), (96, 5), (128, 3)):
        with uninitialised():
            flat, full = (
                sum(layer.weights for layer in trace(net).layers.values()) // 8
                for net in (flattened_conv(c, 8, k, size=9), conv(c, 8, k, size=9))
            )
        listed.append(f"{flat} for {full} on {c} channels, {k} x {k}")
        holds &= flat == formula(c, k) and full == c * k * k
    return Found(holds, f"weights a filter, flattened for full: {'; '.join(listed)}")
