"""Dilated convolution, and stacks of it as Section 2 of arXiv:1511.07122 builds them."""

from torch import Tensor, nn

from cnnclaims.verifiers.kernels.convolution import conv, conv_by_definition
from cnnclaims.verifiers.networks.network import Network


def dilated_by_definition(x: Tensor, weight: Tensor, dilation: int) -> tuple[Tensor, int]:
    """A convolution whose taps are `dilation` pixels apart, on a map padded so that it keeps its size; k is odd."""
    return conv_by_definition(x, weight, padding=dilation * (weight.shape[3] // 2), dilation=dilation)


def dilated(c_in: int, c_out: int, k: int, dilation: int, size: int) -> Network:
    """One k x k convolution with taps `dilation` pixels apart, which keeps the size of the map."""
    return conv(c_in, c_out, k, size, dilation=dilation)


def dilated_stack(channels: int, layers: int, size: int, k: int = 3) -> Network:
    """k x k convolutions conv1 to conv<layers>, of dilation 1, 2, 4 and so on, that keep channels x size x size."""
    for name, value in {"channels": channels, "layers": layers, "size": size, "k": k}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    if k % 2 == 0:
        raise ValueError(
            f"k is {k}: an even kernel has no centre to pad around; use an odd k, such as {k + 1}"
        )
    stages: dict[str, nn.Module] = {}
    for layer in range(layers):
        d = 2**layer
        stages[f"conv{layer + 1}"] = nn.Conv2d(
            channels, channels, k, padding=d * (k - 1) // 2, dilation=d, bias=False
        )
    return Network(stages, input_shape=(channels, size, size))
