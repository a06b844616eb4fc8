"""Small stacks in place of one square convolution, from arXiv:1512.00567, Section 3.2, on channels x size x size.

Every convolution has as many filters as channels, no bias, and padding that keeps the size of the map.
"""

from torch import nn

from cnnclaims.verifiers.networks.network import Network


def asymmetric_pair(channels: int, n: int, size: int) -> Network:
    """An n x 1 convolution, then a 1 x n one: what the paper puts in place of an n x n."""
    return _stack(channels, size, (n, 1), (1, n))


def pair_of_2x2(channels: int, size: int) -> Network:
    """Two 2 x 2 convolutions: the other way to see the 3 x 3 pixels that one 3 x 3 sees."""
    return _stack(channels, size, (2, 2), (2, 2))


def _stack(channels: int, size: int, *kernels: tuple[int, int]) -> Network:
    for name, value in {"channels": channels, "size": size, "n": max(kernels[0])}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    stages: dict[str, nn.Module] = {
        f"conv{i}": nn.Conv2d(channels, channels, kernel, padding="same", bias=False)
        for i, kernel in enumerate(kernels, start=1)
    }
    return Network(stages, input_shape=(channels, size, size))
