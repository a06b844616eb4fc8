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


def nothing_bends_between_filters() -> Found:
    """Figure 2: what a layer of two triples makes of a mean is the mean of what it makes; with a ReLU behind each filter not."""
    return straight(lambda net: net)


def straight(change: Callable[[Network], Network]) -> Found:
    """Whether the layer, changed or not, treats a mean as a straight map does, and one with ReLUs does not."""

    def draw(the: Draw) -> Sides:
        c, filters = the.whole(2, 5), the.whole(8, 12)  # with fewer a ReLU may silence them all
        net = flattened_conv(c, filters, 3, size=12, levels=2).double()
        for layer in convolutions(net):
            layer.weight.data = the.normal(*layer.weight.shape)
        one, two = the.image(c, side=12), the.image(c, side=12)
        built, bent = change(net), with_relu(net)
        with torch.no_grad():
            mean = (built(one) + built(two)) / 2
            bent_mean = (bent(one) + bent(two)) / 2
            # the control bends: how far it is from straight stands where the others have nothing
            return Sides(mean, built((one + two) / 2), mean + bent((one + two) / 2) - bent_mean)

    found = agree(
        "the layer's output for a mean and the mean of its outputs", "a ReLU behind each filter", draw
    )
    return found._replace(own_word=True)


def with_relu(net: Network) -> Network:
    """The same filters with a ReLU behind each but the last."""
    stages: dict[str, nn.Module] = {}
    for name, stage in net.named_children():
        stages |= {name: stage, f"relu_{name}": nn.ReLU()}
    stages.popitem()
    return Network(stages, net.input_shape)
