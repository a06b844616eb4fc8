"""CP decomposition of convolutions (arXiv 1412.6553): the chain of four layers against the tensor that it stands for."""

from collections.abc import Callable

import torch
from torch import nn

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.kernels.low_rank import cp_conv
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised


def chain_is_the_tensor() -> Found:
    """Section 3.2: the four layers are a convolution with the sum of rank-one terms."""
    return chain_is("tr,rj,ri,rs->tsij")


def chain_is(terms: str) -> Found:
    """Whether the chain of random factors is the convolution with the tensor that these sums give."""

    def draw(the: Draw) -> Sides:
        s, t, rank, d = the.whole(2, 5), the.whole(2, 5), the.whole(2, 4), 2 * the.whole(1, 2) + 1
        chain = cp_conv(s, t, rank, d, size=12).double()
        for layer in convolutions(chain):
            layer.weight.data = the.normal(*layer.weight.shape)
        first, down, along, last = (layer.weight.data.squeeze() for layer in convolutions(chain))
        kernel = torch.einsum(terms, last, along, down, first)
        full = conv(s, t, d, size=12).double()
        turned = conv(s, t, d, size=12).double()
        convolutions(full)[0].weight.data = kernel
        convolutions(turned)[0].weight.data = kernel.transpose(2, 3)
        x = the.image(s, side=12)
        with torch.no_grad():
            return Sides(full(x), chain(x), turned(x))

    return agree("the chain and the tensor of its terms", "rows for columns", draw)


def convolutions(net: Network) -> list[nn.Conv2d]:
    """In their order."""
    return [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]


def weights_of_the_chain() -> Found:
    """Section 3.2: at rank R the chain has R (S + 2d + T) weights in place of S T d^2."""
    return weighs(lambda s, t, d, rank: rank * (s + 2 * d + t))


def weighs(formula: Callable[[int, int, int, int], int]) -> Found:
    """Whether chains of several sizes have so many weights, and the full layers S T d^2."""
    listed, holds = [], True
    for s, t, d, rank in ((48, 128, 5, 200), (48, 128, 9, 64), (64, 512, 7, 64)):
        with uninitialised():
            chain, full = (
                sum(layer.weights for layer in trace(net).layers.values())
                for net in (cp_conv(s, t, rank, d, size=27), conv(s, t, d, size=27))
            )
        listed.append(f"{chain} for {full} from {s} to {t} channels, {d} x {d}, rank {rank}")
        holds &= chain == formula(s, t, d, rank) and full == s * t * d**2 and chain != full
    return Found(holds, f"weights of the chain for those of the full layer: {'; '.join(listed)}")
