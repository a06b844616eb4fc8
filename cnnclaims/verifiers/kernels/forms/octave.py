"""Both forms of octave convolution."""

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import octave
from cnnclaims.verifiers.kernels.forms.form import Forms, drawn, images, largest


def octave_conv(the: Draw) -> Forms:
    """Control: input channels passed on by one, so that others are high and low."""
    k, size = 2 * the.whole(0, 2) + 1, 2 * the.whole(1, 5)
    c_in, c_out = the.whole(2, 5), the.whole(2, 5)
    alpha_in, alpha_out = the.whole(0, 4) / 4, the.whole(0, 4) / 4
    net, macs = drawn(octave.octave_conv(alpha_in, alpha_out, c_in, c_out, k, size), the)
    low_in, low_out = int(alpha_in * c_in), int(alpha_out * c_out)
    before, behind = {"h": c_in - low_in, "l": low_in}, {"h": c_out - low_out, "l": low_out}
    weights = dict(net.named_parameters())
    x = images(the, c_in, size)

    def weight(source: str, target: str) -> Tensor:
        """A path that the layer leaves out has no channels at one end."""
        name = f"octave.{source}2{target}.weight"
        return weights[name] if name in weights else x.new_zeros(behind[target], before[source], k, k)

    def define(x: Tensor, hh: Tensor, lh: Tensor, ll: Tensor, hl: Tensor) -> tuple[Tensor, int]:
        high, low = x[:, : before["h"]], x[:, before["h"] :]
        low = (low[..., ::2, ::2] + low[..., 1::2, ::2] + low[..., ::2, 1::2] + low[..., 1::2, 1::2]) / 4
        y_high, y_low, counted = octave.octave_by_definition(high, low, (hh, lh), (ll, hl))
        return torch.cat([y_high.flatten(), y_low.flatten()]), counted

    kernels = weight("h", "h"), weight("l", "h"), weight("l", "l"), weight("h", "l")
    y, counted = define(x, *kernels)
    sizes, _ = define(x.abs(), *(kernel.abs() for kernel in kernels))
    control, _ = define(x.roll(1, 1), *kernels)
    found = net(x)
    parts = found if isinstance(found, tuple) else (found,)
    framework = torch.cat([part.flatten() for part in parts])
    return Forms(y, framework, control, counted, macs, 4 * c_in * k * k + 8, largest(sizes))
