"""Small stacks in place of one square convolution, from arXiv:1512.00567, Section 3.2, on channels x size x size.

Every convolution has as many filters as channels, no bias, and padding that keeps the size of the map.
"""

from torch import nn

from cnnclaims.verifiers.networks.network import Network


def asymmetric_pair(channels: int, n: int, size: int) -> Network:
    """An n x 1 convolution, then a 1 x n one: what the paper puts in place of an n x n."""
    _require_positive(channels=channels, n=n, size=size)
    if n % 2 == 0:
        raise ValueError(
            f"n is {n}: an even kernel has no centre to pad around; use an odd n, such as {n + 1}"
        )
    stages: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(channels, channels, (n, 1), padding=(n // 2, 0), bias=False),
        "conv2": nn.Conv2d(channels, channels, (1, n), padding=(0, n // 2), bias=False),
    }
    return Network(stages, input_shape=(channels, size, size))


def pair_of_2x2(channels: int, size: int) -> Network:
    """Two 2 x 2 convolutions: the other way to see the 3 x 3 pixels that one 3 x 3 sees."""
    _require_positive(channels=channels, size=size)
    stages: dict[str, nn.Module] = {
        "pad1": nn.ZeroPad2d((1, 0, 1, 0)),
        "conv1": nn.Conv2d(channels, channels, 2, bias=False),
        "pad2": nn.ZeroPad2d((0, 1, 0, 1)),
        "conv2": nn.Conv2d(channels, channels, 2, bias=False),
    }
    return Network(stages, input_shape=(channels, size, size))


def _require_positive(**arguments: int) -> None:
    for name, value in arguments.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
