"""Both forms of convolutions one after another; the control is always the stack with its input channels passed on by one."""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import convolution, dilated, factorised, low_rank
from cnnclaims.verifiers.kernels.convolution import Padding
from cnnclaims.verifiers.kernels.forms.form import Forms, images, sums_of_products
from cnnclaims.verifiers.networks.network import Network

Found = tuple[Tensor, int]
Step = Callable[[Tensor, Tensor], Found]


def chain(net: Network, the: Draw, x: Tensor, steps: list[Step], terms: int) -> Forms:
    """A definition for each of the network's weights, one applied after the other."""

    def define(x: Tensor, *weights: Tensor) -> Found:
        multiplications = 0
        for step, weight in zip(steps, weights, strict=True):
            x, done = step(x, weight)
            multiplications += done
        return x, multiplications

    return sums_of_products(net, the, x, define, lambda x, *weights: define(x.roll(1, 1), *weights), terms)


def full(padding: Padding, dilation: int = 1) -> Step:
    """A convolution over all channels."""
    return lambda x, weight: convolution.conv_by_definition(x, weight, 1, padding, dilation)


def each(padding: Padding) -> Step:
    """A filter a channel."""
    return lambda x, weight: convolution.depthwise_by_definition(x, weight[:, 0], 1, padding)


def mixed(x: Tensor, weight: Tensor) -> Found:
    """A 1 x 1 convolution."""
    return convolution.pointwise_by_definition(x, weight[:, :, 0, 0])


def conv_stack(the: Draw) -> Forms:
    """Equal convolutions."""
    channels, k, layers, size = the.whole(2, 3), 2 * the.whole(0, 2) + 1, the.whole(1, 3), the.whole(1, 9)
    net = convolution.conv_stack(channels, k, layers, size)
    return chain(
        net, the, images(the, channels, size), [full(k // 2)] * layers, terms=layers * channels * k * k
    )


def dilated_stack(the: Draw) -> Forms:
    """Taps 1, 2 and 4 pixels apart."""
    channels, k, layers, size = the.whole(2, 3), 2 * the.whole(0, 2) + 1, the.whole(1, 3), the.whole(1, 9)
    net = dilated.dilated_stack(channels, layers, size, k)
    steps = [full(k // 2 * 2**layer, 2**layer) for layer in range(layers)]
    return chain(net, the, images(the, channels, size), steps, terms=layers * channels * k * k)


def asymmetric_pair(the: Draw) -> Forms:
    """n x 1, then 1 x n."""
    channels, n, size = the.whole(2, 4), 2 * the.whole(0, 3) + 1, the.whole(1, 9)
    net = factorised.asymmetric_pair(channels, n, size)
    return chain(
        net, the, images(the, channels, size), [full((n // 2, 0)), full((0, n // 2))], terms=2 * channels * n
    )


def pair_of_2x2(the: Draw) -> Forms:
    """Zeros above and left of the map for the first, below and right for the second."""
    channels, size = the.whole(2, 4), the.whole(1, 9)

    def padded(*sides: int) -> Step:
        return lambda x, weight: convolution.conv_by_definition(F.pad(x, sides), weight)

    net = factorised.pair_of_2x2(channels, size)
    return chain(
        net, the, images(the, channels, size), [padded(1, 0, 1, 0), padded(0, 1, 0, 1)], terms=8 * channels
    )


def separable_basis(the: Draw) -> Forms:
    """Several columns a channel, a row for each, and a sum."""
    c_in, c_out, basis = the.whole(2, 3), the.whole(1, 3), the.whole(1, 3)
    k, size = 2 * the.whole(0, 2) + 1, the.whole(1, 9)

    def vertical(x: Tensor, weight: Tensor) -> Found:
        return convolution.grouped_by_definition(x, weight, c_in, 1, (k // 2, 0))

    net = low_rank.separable_basis(c_in, c_out, basis, k, size)
    return chain(
        net, the, images(the, c_in, size), [vertical, each((0, k // 2)), mixed], terms=2 * k + c_in * basis
    )


def spatial_pair(the: Draw) -> Forms:
    """Columns to so many maps, rows from all of them."""
    c_in, c_out, rank = the.whole(2, 3), the.whole(1, 3), the.whole(1, 3)
    k, size = 2 * the.whole(0, 2) + 1, the.whole(1, 9)
    net = low_rank.spatial_pair(c_in, c_out, rank, k, size)
    return chain(
        net, the, images(the, c_in, size), [full((k // 2, 0)), full((0, k // 2))], terms=k * (c_in + rank)
    )


def cp_conv(the: Draw) -> Forms:
    """Channels, columns, rows, channels."""
    c_in, c_out, rank = the.whole(2, 3), the.whole(1, 3), the.whole(1, 3)
    k, size = 2 * the.whole(0, 2) + 1, the.whole(1, 9)
    net = low_rank.cp_conv(c_in, c_out, rank, k, size)
    steps = [mixed, each((k // 2, 0)), each((0, k // 2)), mixed]
    return chain(net, the, images(the, c_in, size), steps, terms=c_in + 2 * k + rank)


def flattened_conv(the: Draw) -> Forms:
    """Channels, columns, rows, and again."""
    c_in, c_out, levels = the.whole(2, 3), the.whole(1, 3), the.whole(1, 2)
    k, size = 2 * the.whole(0, 2) + 1, the.whole(1, 9)
    net = low_rank.flattened_conv(c_in, c_out, k, size, levels)
    steps = [mixed, each((k // 2, 0)), each((0, k // 2))] * levels
    return chain(net, the, images(the, c_in, size), steps, terms=levels * (max(c_in, c_out) + 2 * k))
