"""Both forms of deformable convolution."""

from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import convolution, deformable
from cnnclaims.verifiers.kernels.forms.form import Forms, drawn, images, largest


def deformable_conv(the: Draw) -> Forms:
    """Control: offsets of rows and columns exchanged.

    `beside` are the multiplications of the sampling, which the definition does with all pixels of the map: one for the
    coefficient of a pixel and one for its value, at each tap of each output.
    """
    k, s, d, size = 2 * the.whole(0, 2) + 1, the.whole(1, 2), the.whole(1, 2), the.whole(3, 5)
    groups = the.whole(1, 2)
    c_in, c_out = groups * the.whole(1, 2), the.whole(1, 3)
    net, macs = drawn(deformable.deformable_conv(c_in, c_out, k, size, s, d, groups), the)
    x, weight = images(the, c_in, size), net.get_parameter("deformable.conv.weight")
    shifts, bias = (net.get_parameter(f"deformable.offset.{name}") for name in ("weight", "bias"))
    shifts.mul_(0.1)  # so that positions stay near the map
    moved, first = convolution.conv_by_definition(x, shifts, s, d * (k - 1) // 2, d)
    offsets = moved + bias[:, None, None]

    def define(offsets: Tensor) -> tuple[Tensor, int]:
        return deformable.deformable_by_definition(x, offsets, weight, s, d)

    y, second = define(offsets)
    control, _ = define(offsets.reshape(len(x), -1, 2, *offsets.shape[2:]).flip(2).reshape(offsets.shape))
    positions = k * k * offsets.shape[2] * offsets.shape[3]
    # A value between pixels moves by no more than four pixels' worth for a position that moves by one.
    most = c_in * k * k * largest(weight) * largest(x) * (1 + 4 * largest(offsets))
    return Forms(
        definition=y,
        framework=net(x),
        control=control,
        counted=first + second,
        macs=macs,
        terms=2 * c_in * k * k + size * size,
        magnitude=most,
        beside=positions * size * size * (groups + c_in),
    )
