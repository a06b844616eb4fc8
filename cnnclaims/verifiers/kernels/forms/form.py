"""What the two forms of an operator hand back, and the network with random weights that both are applied to.

Files of this folder call kernels through their module (`convolution.conv`), never by a name of their own, so that a kernel
which is exchanged for a broken one is the one that they compare.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace

EPS = torch.finfo(torch.float64).eps


class Forms(NamedTuple):
    """One operator at one random shape.

    `control` looks like the operator and must differ. `counted` are the multiplications that the definition did for one
    image, `macs` what the measure gives for the network, and `beside` the multiplications that the measure leaves out by
    its convention (scales of normalisation, gates, interpolation).
    `terms` products or summands stand behind one output, and none of its sums of magnitudes is larger than `magnitude`.
    """

    definition: Tensor
    framework: Tensor
    control: Tensor
    counted: int
    macs: int
    terms: int
    magnitude: float
    beside: int = 0

    @property
    def bound(self) -> float:
        """How far two orders of the same sums may be apart in float64: 4 eps x terms x magnitude."""
        return 4 * EPS * self.terms * self.magnitude

    @property
    def off(self) -> float:
        """The largest difference of the two forms; infinite between different shapes."""
        return largest_difference(self.definition, self.framework)

    @property
    def control_off(self) -> float:
        """The largest difference of definition and control."""
        return largest_difference(self.definition, self.control)


def largest_difference(one: Tensor, other: Tensor) -> float:
    """Of all elements; infinite between different shapes and where one of them is no number."""
    if one.shape != other.shape:
        return float("inf")
    off = (one - other).abs().max().item()
    return off if off == off else float("inf")


def largest(magnitudes: Tensor) -> float:
    """The largest magnitude of all elements."""
    return magnitudes.abs().max().item()


def drawn(net: Network, the: Draw) -> tuple[Network, int]:
    """The network in float64 with normal values for all parameters, and the multiply-adds that `macs` gives for it.

    Means that a normalisation has stored are normal too, variances a half and squares of normal values.
    """
    cost = macs(trace(net))
    for parameter in net.double().parameters():
        parameter.requires_grad_(False)
        parameter.copy_(the.normal(*parameter.shape))
    for name, statistic in net.named_buffers():
        if name.endswith("running_mean"):
            statistic.copy_(the.normal(*statistic.shape))
        elif name.endswith("running_var"):
            statistic.copy_(the.normal(*statistic.shape).square() + 0.5)
    return net, cost


Define = Callable[..., tuple[Tensor, int]]  # of the input and the network's parameters in their order


def images(the: Draw, channels: int, size: int) -> Tensor:
    """One or two images of normal values."""
    return the.normal(the.whole(1, 2), channels, size, size)


def sums_of_products(
    net: Network,
    the: Draw,
    x: Tensor,
    define: Define,
    control: Define,
    terms: int,
    magnitudes: Define | None = None,
) -> Forms:
    """Both forms, on x, of an operator that is nothing but sums of products, with the network's own random weights.

    Applied to absolute values such an operator sums magnitudes, unless it subtracts: `magnitudes` is it without doing so.
    """
    net, macs = drawn(net, the)
    weights = list(net.parameters())
    y, counted = define(x, *weights)
    sizes, _ = (magnitudes or define)(x.abs(), *(weight.abs() for weight in weights))
    return Forms(y, net(x), control(x, *weights)[0], counted, macs, terms, largest(sizes))
