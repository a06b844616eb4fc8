"""Both forms of single convolutions and their stacks."""

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import convolution
from cnnclaims.verifiers.kernels.forms.form import Forms, drawn, largest


def conv(the: Draw) -> Forms:
    """Control: input channels in another order."""
    k, s, d = the.whole(1, 4), the.whole(1, 3), the.whole(1, 3)
    p = the.whole(0, d * (k - 1))
    # So large that the last tap of the first output lies on the map: an output of nothing but padding is no comparison.
    c_in, c_out, size = the.whole(2, 4), the.whole(1, 4), the.whole(d * (k - 1) + 1 - p, 12)
    net, macs = drawn(convolution.conv(c_in, c_out, k, size, s, padding=p, dilation=d), the)
    x, weight = the.image(c_in, size), net.get_parameter("conv.weight")
    y, counted = convolution.conv_by_definition(x, weight, s, p, d)
    control, _ = convolution.conv_by_definition(x.roll(1, 1), weight, s, p, d)
    sizes, _ = convolution.conv_by_definition(x.abs(), weight.abs(), s, p, d)
    return Forms(y, net(x), control, counted, macs, c_in * k * k, largest(sizes))
