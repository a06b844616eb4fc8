"""Identities of convolution: what else it is, and what its stride, dilation and transpose are.

Each is checked on random values of many random shapes in float64 beside a control, a form that looks alike and is not
equal: it must differ in every draw.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.im2col import im2col_by_definition

# -- convolution as something else -------------------------------------------------------------------------------


def im2col() -> Found:
    """A convolution is the matrix of its kernels times the patches; not so with the taps in another order."""

    def draw(the: Draw) -> Sides:
        x, k, s = the.image(3), the.whole(2, 4), the.whole(1, 3)
        weight = the.normal(5, 3, k, k)
        product, _ = im2col_by_definition(x, weight, s)
        by_columns, _ = im2col_by_definition(x, weight.transpose(2, 3), s)
        return Sides(F.conv2d(x, weight, stride=s), product, by_columns)

    return agree("convolution and product with unfolded patches", "kernels laid out by columns", draw)


def fft() -> Found:
    """A convolution is a product of transforms with the kernel turned; not so with the kernel as it is."""

    def draw(the: Draw) -> Sides:
        x, k = the.image(3), the.whole(2, 5)
        weight = the.normal(4, 3, k, k)
        side = x.shape[-1] + k - 1

        def product(kernel: Tensor) -> Tensor:
            spectra = [torch.fft.rfft2(tensor, s=(side, side)) for tensor in (x, kernel)]
            total = (spectra[0][:, None] * spectra[1][None]).sum(2)
            whole: Tensor = torch.fft.irfft2(total, s=(side, side))
            return whole[..., k - 1 : 1 - k, k - 1 : 1 - k]

        return Sides(F.conv2d(x, weight), product(weight.flip(2, 3)), product(weight))

    return agree("convolution and product of Fourier transforms", "with the kernel not turned", draw)


def linear_1x1() -> Found:
    """A 1x1 convolution is one linear layer at every pixel; a 3x3 with the same centre is none."""

    def draw(the: Draw) -> Sides:
        c_in, c_out = the.whole(2, 6), the.whole(2, 6)
        x, weight, bias = the.image(c_in), the.normal(c_out, c_in), the.normal(c_out)
        wide = the.normal(c_out, c_in, 3, 3)
        wide[..., 1, 1] = weight
        by_pixel = F.linear(x.permute(0, 2, 3, 1), weight, bias).permute(0, 3, 1, 2)
        return Sides(F.conv2d(x, weight[..., None, None], bias), by_pixel, F.conv2d(x, wide, bias, padding=1))

    return agree("1x1 convolution and linear layer at each pixel", "a 3x3 with the same centre", draw)


def fc_as_conv() -> Found:
    """A linear layer on a map is a convolution as large as the map; not so with channels laid out last."""

    def draw(the: Draw) -> Sides:
        c, h, w = the.whole(2, 4), the.whole(2, 6), the.whole(2, 6)
        x, weight = the.normal(2, c, h, w), the.normal(5, c * h * w)
        kernel = weight.reshape(5, c, h, w)
        last = weight.reshape(5, h, w, c).permute(0, 3, 1, 2)
        return Sides(
            F.linear(x.flatten(1), weight), F.conv2d(x, kernel).flatten(1), F.conv2d(x, last).flatten(1)
        )

    return agree("linear layer and convolution of the map's size", "weights with the channels last", draw)


def depthwise_groups() -> Found:
    """As many groups as channels filter each channel on its own; not so with the filters passed on by one."""

    def draw(the: Draw) -> Sides:
        c, k = the.whole(2, 6), the.whole(2, 5)
        x, weight = the.image(c), the.normal(c, 1, k, k)

        def one_by_one(filters: Tensor) -> Tensor:
            return torch.cat([F.conv2d(x[:, i : i + 1], filters[i : i + 1]) for i in range(c)], 1)

        return Sides(F.conv2d(x, weight, groups=c), one_by_one(weight), one_by_one(weight.roll(1, 0)))

    return agree("a group a channel and each channel on its own", "filters of the neighbouring channel", draw)


def grouped_split() -> Found:
    """A grouped convolution is one of each slice of the channels; not so with slices exchanged."""

    def draw(the: Draw) -> Sides:
        x, weight, g = _grouped(the)

        def slices(image: Tensor) -> Tensor:
            pairs = zip(image.chunk(g, 1), weight.chunk(g), strict=True)
            return torch.cat([F.conv2d(part, kernel) for part, kernel in pairs], 1)

        return Sides(F.conv2d(x, weight, groups=g), slices(x), slices(x.roll(x.shape[1] // g, 1)))

    return agree("groups and convolutions of slices", "slices passed on by one", draw)


def grouped_blockdiag() -> Found:
    """A grouped convolution is a dense one with zeros off the diagonal blocks; not so with the blocks repeated."""

    def draw(the: Draw) -> Sides:
        x, weight, g = _grouped(the)
        dense = weight.repeat(1, g, 1, 1)
        mask = torch.kron(torch.eye(g), torch.ones(len(weight) // g, weight.shape[1]))
        blocks = dense * mask[..., None, None]
        return Sides(F.conv2d(x, weight, groups=g), F.conv2d(x, blocks), F.conv2d(x, dense))

    return agree("groups and a block-diagonal kernel", "the same blocks off the diagonal too", draw)


def _grouped(the: Draw) -> tuple[Tensor, Tensor, int]:
    g, c_in, c_out, k = the.whole(2, 4), the.whole(1, 3), the.whole(1, 3), the.whole(1, 4)
    return the.image(g * c_in), the.normal(g * c_out, c_in, k, k), g


def separable_dense() -> Found:
    """Depthwise then pointwise is one dense convolution; not so with a ReLU between."""

    def draw(the: Draw) -> Sides:
        c, k = the.whole(2, 5), the.whole(2, 5)
        x, filters, mix = the.image(c), the.normal(c, 1, k, k), the.normal(6, c, 1, 1)
        between = F.conv2d(x, filters, groups=c)
        dense = mix * filters.transpose(0, 1)
        return Sides(F.conv2d(x, dense), F.conv2d(between, mix), F.conv2d(between.relu(), mix))

    return agree("depthwise, then pointwise, and one dense kernel", "with a ReLU between", draw)


def rank1() -> Found:
    """k x 1 then 1 x k is the convolution with the outer product; not so with that transposed."""

    def draw(the: Draw) -> Sides:
        c, m, k = the.whole(1, 3), the.whole(1, 3), the.whole(2, 5)
        x, column, row = the.image(c), the.normal(m, c, k, 1), the.normal(4, m, 1, k)
        outer = torch.einsum("mcy,omx->ocyx", column[..., 0], row[:, :, 0])
        pair = F.conv2d(F.conv2d(x, column), row)
        return Sides(F.conv2d(x, outer), pair, F.conv2d(x, outer.transpose(2, 3)))

    return agree("k x 1, then 1 x k, and one k x k", "the outer product transposed", draw)


def two_3x3() -> Found:
    """Two 3x3 are one 5x5 without padding; not so with a ReLU between."""

    def draw(the: Draw) -> Sides:
        c, m = the.whole(1, 4), the.whole(1, 4)
        x, first, second = the.image(c), the.normal(m, c, 3, 3), the.normal(5, m, 3, 3)
        between = F.conv2d(x, first)
        both = F.conv_transpose2d(second, first)
        return Sides(F.conv2d(x, both), F.conv2d(between, second), F.conv2d(between.relu(), second))

    return agree("two 3x3 and one 5x5", "with a ReLU between", draw)


def space_to_depth() -> Found:
    """A kernel of k s at stride s is one of k after space-to-depth by s; not so with the taps not rearranged."""

    def draw(the: Draw) -> Sides:
        k, s, c = the.whole(2, 3), the.whole(2, 3), the.whole(1, 3)
        x, weight = the.image(c, side=s * the.whole(4, 6)), the.normal(4, c, k * s, k * s)
        packed = F.pixel_unshuffle(x, s)
        kernel = F.pixel_unshuffle(weight, s)
        return Sides(
            F.conv2d(x, weight, stride=s),
            F.conv2d(packed, kernel),
            F.conv2d(packed, weight.reshape(kernel.shape)),
        )

    return agree(
        "kernel k s at stride s, and kernel k after space-to-depth", "taps left in their order", draw
    )


def linear_residual() -> Found:
    """An identity shortcut adds 1 to the centre tap of each channel's own kernel; not so at another tap."""

    def draw(the: Draw) -> Sides:
        c, half = the.whole(1, 4), the.whole(1, 2)
        x, weight = the.image(c), the.normal(c, c, 2 * half + 1, 2 * half + 1)

        def with_one_at(tap: int) -> Tensor:
            kernel = weight.clone()
            kernel[range(c), range(c), tap, tap] += 1
            return F.conv2d(x, kernel, padding=half)

        return Sides(x + F.conv2d(x, weight, padding=half), with_one_at(half), with_one_at(0))

    return agree("shortcut beside a convolution, and 1 more at its centre", "1 more at a corner", draw)


def equivariance() -> Found:
    """On a map that closes into a torus a convolution commutes with shifts; not so with zeros around it."""

    def draw(the: Draw) -> Sides:
        k, shift = 2 * the.whole(1, 2) + 1, (the.whole(1, 5), the.whole(1, 5))
        x, weight = the.image(3), the.normal(4, 3, k, k)

        def convolve(image: Tensor, mode: str) -> Tensor:
            return F.conv2d(F.pad(image, (k // 2,) * 4, mode=mode), weight)

        moved = x.roll(shift, (2, 3))
        return Sides(
            convolve(x, "circular").roll(shift, (2, 3)),
            convolve(moved, "circular"),
            convolve(moved, "constant"),
        )

    return agree("shift after and before a circular convolution", "zeros around the map", draw)


# -- strides, dilation, transposition ------------------------------------------------------------------------------


def strides_subsample() -> Found:
    """A stride of s keeps one in s outputs of stride 1, the first among them; not so from the second on."""

    def draw(the: Draw) -> Sides:
        k, s, p = the.whole(1, 4), the.whole(2, 4), the.whole(0, 2)
        x, weight = the.image(3), the.normal(4, 3, k, k)
        every = F.conv2d(x, weight, padding=p)
        kept = F.conv2d(x, weight, stride=s, padding=p)
        second = every.roll((-1, -1), (2, 3))[..., ::s, ::s]
        return Sides(kept, every[..., ::s, ::s], second)

    return agree("stride s and every s-th output of stride 1", "beginning with the second", draw)


def with_zeros(x: Tensor, s: int) -> Tensor:
    """A map or kernel with s - 1 zeros between neighbouring values."""
    side = s * (x.shape[-1] - 1) + 1
    wide = x.new_zeros(*x.shape[:-2], side, side)
    wide[..., ::s, ::s] = x
    return wide


def dilation_is_zeros() -> Found:
    """A dilated kernel is one with d - 1 zeros between taps; not so with the zeros after them."""

    def draw(the: Draw) -> Sides:
        k, d, s = the.whole(2, 3), the.whole(2, 4), the.whole(1, 2)
        x, weight = the.image(3), the.normal(4, 3, k, k)
        zeros = (k - 1) * (d - 1)
        between, after = with_zeros(weight, d), F.pad(weight, (0, zeros, 0, zeros))
        return Sides(
            F.conv2d(x, weight, stride=s, dilation=d),
            F.conv2d(x, between, stride=s),
            F.conv2d(x, after, stride=s),
        )

    return agree("dilation d and d - 1 zeros between taps", "the same zeros after the taps", draw)


class Convolution(NamedTuple):
    """A random convolution in groups, what it is applied to, and what its transpose is."""

    x: Tensor
    y: Tensor
    weight: Tensor
    s: int
    p: int
    a: int
    g: int

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        """The convolution."""
        return F.conv2d(x, weight, stride=self.s, padding=self.p, groups=self.g)

    def transposed(self, y: Tensor, weight: Tensor) -> Tensor:
        """Its transpose, with the same weight and a zeros more at the far ends."""
        return F.conv_transpose2d(
            y, weight, stride=self.s, padding=self.p, output_padding=self.a, groups=self.g
        )

    def backward(self, weight: Tensor) -> Tensor:
        """The gradient of <forward(x), y> by x."""
        x = self.x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad((self.forward(x, weight) * self.y).sum(), x)
        return gradient


def _convolution(the: Draw) -> Convolution:
    k, s, g = the.whole(2, 4), the.whole(1, 3), the.whole(1, 2)
    p = the.whole(0, k - 1)
    x, weight = the.image(2 * g), the.normal(3 * g, 2, k, k)
    y = F.conv2d(x, weight, stride=s, padding=p, groups=g)
    a = (x.shape[-1] + 2 * p - k) % s
    return Convolution(x, the.normal(*y.shape), weight, s, p, a, g)


def transpose_is_gradient() -> Found:
    """The transposed convolution is the gradient of the convolution by its input; not so with the kernel turned."""

    def draw(the: Draw) -> Sides:
        conv = _convolution(the)
        forward = conv.transposed(conv.y, conv.weight)
        return Sides(conv.backward(conv.weight), forward, conv.transposed(conv.y, conv.weight.flip(2, 3)))

    return agree("gradient by the input and transposed convolution", "the kernel turned by half a turn", draw)


def convolution_is_gradient() -> Found:
    """The backward pass of the transposed convolution is the convolution; not so with the kernel turned."""

    def draw(the: Draw) -> Sides:
        conv = _convolution(the)
        y = conv.y.clone().requires_grad_()
        (gradient,) = torch.autograd.grad((conv.transposed(y, conv.weight) * conv.x).sum(), y)
        turned = conv.forward(conv.x, conv.weight.flip(2, 3))
        return Sides(gradient, conv.forward(conv.x, conv.weight), turned)

    return agree(
        "gradient of the transposed convolution and convolution", "the kernel turned by half a turn", draw
    )


def transpose_is_adjoint() -> Found:
    """<conv(x), y> = <x, transposed(y)>; not so with the kernel turned."""

    def draw(the: Draw) -> Sides:
        conv = _convolution(the)
        products = [
            (conv.x * conv.transposed(conv.y, weight)).sum()
            for weight in (conv.weight, conv.weight.flip(2, 3))
        ]
        return Sides((conv.forward(conv.x, conv.weight) * conv.y).sum(), *products)

    return agree("inner products on either side", "the kernel turned by half a turn", draw)


def equivalent_convolution() -> Found:
    """The transposed convolution is one of stride 1 on the stretched input; not so with the kernel not turned."""

    def draw(the: Draw) -> Sides:
        conv = _convolution(the)
        near = conv.weight.shape[-1] - conv.p - 1
        wide = F.pad(with_zeros(conv.y, conv.s), (near, near + conv.a) * 2)
        exchanged = torch.cat([part.transpose(0, 1) for part in conv.weight.chunk(conv.g)])
        return Sides(
            conv.transposed(conv.y, conv.weight),
            F.conv2d(wide, exchanged.flip(2, 3), groups=conv.g),
            F.conv2d(wide, exchanged, groups=conv.g),
        )

    return agree(
        "transposed convolution and convolution of the stretched input", "the kernel not turned", draw
    )


def transposed_doubles() -> Found:
    """k = 4, s = 2, p = 1 doubles every side; k = 3 doubles none."""
    return doubles(kernel=4, control=3)


def doubles(kernel: int, control: int) -> Found:
    """Whether a transposed convolution at stride 2 with padding 1 doubles all sides of 1 to 64, the control none."""
    right, others = (
        sum(
            F.conv_transpose2d(torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k), stride=2, padding=1).shape[
                -1
            ]
            == 2 * n
            for n in range(1, 65)
        )
        for k in (kernel, control)
    )
    return Found(
        right == 64 and others == 0,
        f"of the sides 1 to 64, {right} are doubled at k = {kernel}, and {others} at k = {control}",
    )
