"""Stacks of dilated convolutions, as Section 2 of arXiv:1511.07122 builds them."""

from torch import nn

from cnnclaims.verifiers.networks.network import Network


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
