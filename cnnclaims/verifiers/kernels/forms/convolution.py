"""Both forms of single convolutions; what each is compared with beside them stands in its first line."""

from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import convolution, resizing, separable, shuffle
from cnnclaims.verifiers.kernels import dilated as dilation
from cnnclaims.verifiers.kernels import im2col as unfolding
from cnnclaims.verifiers.kernels import shift as shifting
from cnnclaims.verifiers.kernels import winograd as filtering
from cnnclaims.verifiers.kernels.forms.form import Forms, images, sums_of_products

Found = tuple[Tensor, int]


def geometry(the: Draw) -> tuple[int, int, int, int, int]:
    """Kernel, stride, dilation, padding and size, such that the last tap of the first output lies on the map.

    So no output is made of nothing but padding, which would compare zeros with zeros.
    """
    k, s, d = the.whole(1, 4), the.whole(1, 3), the.whole(1, 3)
    p = the.whole(0, d * (k - 1))
    return k, s, d, p, the.whole(d * (k - 1) + 1 - p, 12)


def conv(the: Draw) -> Forms:
    """Control: input channels passed on by one."""
    k, s, d, p, size = geometry(the)
    c_in, c_out = the.whole(2, 4), the.whole(1, 4)

    def define(x: Tensor, weight: Tensor) -> Found:
        return convolution.conv_by_definition(x, weight, s, p, d)

    net = convolution.conv(c_in, c_out, k, size, s, padding=p, dilation=d)
    return sums_of_products(
        net, the, images(the, c_in, size), define, lambda x, w: define(x.roll(1, 1), w), terms=c_in * k * k
    )


def im2col(the: Draw) -> Forms:
    """Control: input channels passed on by one."""
    k, s, d, p, size = geometry(the)
    c_in, c_out = the.whole(2, 4), the.whole(1, 4)

    def define(x: Tensor, weight: Tensor) -> Found:
        return unfolding.im2col_by_definition(x, weight, s, p, d)

    net = unfolding.im2col(c_in, c_out, k, size, s, p, d)
    return sums_of_products(
        net, the, images(the, c_in, size), define, lambda x, w: define(x.roll(1, 1), w), terms=c_in * k * k
    )


def grouped(the: Draw) -> Forms:
    """Control: groups of channels passed on by one."""
    k, s, size = 2 * the.whole(0, 2) + 1, the.whole(1, 3), the.whole(1, 12)
    groups, each, out = the.whole(2, 4), the.whole(1, 3), the.whole(1, 3)

    def define(x: Tensor, weight: Tensor) -> Found:
        return convolution.grouped_by_definition(x, weight, groups, s, k // 2)

    net = convolution.grouped(groups * each, groups * out, k, groups, size, s)
    return sums_of_products(
        net,
        the,
        images(the, groups * each, size),
        define,
        lambda x, w: define(x.roll(each, 1), w),
        terms=each * k * k,
    )


def depthwise(the: Draw) -> Forms:
    """Control: filters of the neighbouring channel."""
    k, s, size, channels = 2 * the.whole(0, 2) + 1, the.whole(1, 3), the.whole(1, 12), the.whole(2, 5)

    def define(x: Tensor, filters: Tensor) -> Found:
        return convolution.depthwise_by_definition(x, filters[:, 0], s, k // 2)

    net = convolution.depthwise(channels, k, size, s)
    return sums_of_products(
        net, the, images(the, channels, size), define, lambda x, w: define(x, w.roll(1, 0)), terms=k * k
    )


def pointwise(the: Draw) -> Forms:
    """Control: input channels passed on by one."""
    c_in, c_out, size = the.whole(2, 6), the.whole(1, 6), the.whole(1, 12)

    def define(x: Tensor, weight: Tensor) -> Found:
        return convolution.pointwise_by_definition(x, weight[:, :, 0, 0])

    net = convolution.pointwise(c_in, c_out, size)
    return sums_of_products(
        net, the, images(the, c_in, size), define, lambda x, w: define(x.roll(1, 1), w), terms=c_in
    )


def depthwise_separable(the: Draw) -> Forms:
    """Control: filters of the neighbouring channel."""
    k, s, size = 2 * the.whole(0, 2) + 1, the.whole(1, 3), the.whole(1, 12)
    c_in, c_out = the.whole(2, 5), the.whole(1, 5)

    def define(x: Tensor, filters: Tensor, mix: Tensor) -> Found:
        filters, mix = filters[:, 0], mix[:, :, 0, 0]
        return convolution.depthwise_separable_by_definition(x, filters, mix, s, k // 2)

    net = convolution.depthwise_separable(c_in, c_out, k, size, s)
    return sums_of_products(
        net,
        the,
        images(the, c_in, size),
        define,
        lambda x, w, m: define(x, w.roll(1, 0), m),
        terms=k * k + c_in,
    )


def spatially_separable(the: Draw) -> Forms:
    """Control: columns and rows of the filters exchanged."""
    k, size, channels = 2 * the.whole(1, 3) + 1, the.whole(3, 12), the.whole(1, 5)

    def define(x: Tensor, columns: Tensor, rows: Tensor) -> Found:
        columns, rows = columns.flatten(1), rows.flatten(1)
        return separable.spatially_separable_by_definition(x, columns, rows, k // 2)

    net = separable.spatially_separable(channels, k, size)
    return sums_of_products(
        net, the, images(the, channels, size), define, lambda x, a, b: define(x, b, a), terms=2 * k
    )


def dilated(the: Draw) -> Forms:
    """Control: taps one pixel less apart."""
    k, d, size = 2 * the.whole(1, 2) + 1, the.whole(2, 4), the.whole(5, 12)
    c_in, c_out = the.whole(1, 3), the.whole(1, 3)

    def define(x: Tensor, weight: Tensor, d: int = d) -> Found:
        return dilation.dilated_by_definition(x, weight, d)

    net = dilation.dilated(c_in, c_out, k, d, size)
    return sums_of_products(
        net, the, images(the, c_in, size), define, lambda x, w: define(x, w, d - 1), terms=c_in * k * k
    )


def transposed(the: Draw) -> Forms:
    """Control: input channels passed on by one."""
    k, s, size = the.whole(1, 4), the.whole(1, 3), the.whole(1, 8)
    p, more = the.whole(0, (k - 1) // 2), the.whole(0, s - 1)
    c_in, c_out = the.whole(2, 4), the.whole(1, 4)

    def define(x: Tensor, weight: Tensor) -> Found:
        return resizing.transposed_by_definition(x, weight, s, p, more)

    net = resizing.transposed(c_in, c_out, k, size, s, p, more)
    return sums_of_products(
        net, the, images(the, c_in, size), define, lambda x, w: define(x.roll(1, 1), w), terms=c_in * k * k
    )


def winograd(the: Draw) -> Forms:
    """Control: input channels passed on by one."""
    c_in, c_out, size = the.whole(2, 4), the.whole(1, 4), the.whole(1, 11)
    without_signs = filtering.Transforms(
        *([[abs(v) for v in row] for row in rows] for rows in filtering.F_2_3)
    )

    def define(x: Tensor, weight: Tensor, by: filtering.Transforms = filtering.F_2_3) -> Found:
        return filtering.winograd_by_definition(x, weight, by)

    return sums_of_products(
        filtering.winograd(c_in, c_out, size),
        the,
        images(the, c_in, size),
        define,
        control=lambda x, w: define(x.roll(1, 1), w),
        terms=16 * c_in,
        magnitudes=lambda x, w: define(x, w, without_signs),
    )


def shift(the: Draw) -> Forms:
    """Control: channels passed on by one."""
    k, size = 2 * the.whole(1, 2) + 1, the.whole(3, 9)
    channels = the.whole(2, 2 * k * k)

    def define(x: Tensor) -> Found:
        return shifting.shift_by_definition(x, k)

    net = shifting.shift(channels, k, size)
    return sums_of_products(
        net, the, images(the, channels, size), define, lambda x: define(x.roll(1, 1)), terms=1
    )


def channel_shuffle(the: Draw) -> Forms:
    """Control: no shuffle."""
    groups, each, size = the.whole(2, 5), the.whole(2, 5), the.whole(1, 6)

    def define(x: Tensor) -> Found:
        return shuffle.channel_shuffle_by_definition(x, groups)

    net = shuffle.channel_shuffle(groups * each, groups, size)
    return sums_of_products(net, the, images(the, groups * each, size), define, lambda x: (x, 0), terms=1)
