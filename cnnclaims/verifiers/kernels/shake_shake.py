"""Shake-shake's random combination of two branches, arXiv:1705.07485, Section 1.1, forward and backward.

Maps are batch x channels x height x width, alpha and beta one number an image, batch x 1 x 1 x 1.
"""

from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.shake_shake import ShakeShake


def shaken_sum_by_definition(one: Tensor, two: Tensor, alpha: Tensor) -> Tensor:
    """alpha of one branch and 1 - alpha of the other; at test time alpha is a half."""
    return alpha * one + (1 - alpha) * two


def shaken_gradients_by_definition(gradient: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
    """What arrives at the branches of the gradient behind their sum: shares beta and 1 - beta, whatever alpha was."""
    return beta * gradient, (1 - beta) * gradient


class ShakenHalves(nn.Module):
    """The first half of the channels is one branch, the second the other."""

    def __init__(self) -> None:
        super().__init__()
        self.shake = ShakeShake()

    def forward(self, x: Tensor) -> Tensor:
        """The random sum of both halves in training, their mean at test time."""
        one, two = x.chunk(2, dim=1)
        y: Tensor = self.shake(one, two)
        return y


def shaken_sum(channels: int, size: int) -> Network:
    """The random sum of two branches of channels x size x size, which come in one behind the other as 2 x channels maps."""
    require(1, channels=channels, size=size)
    return Network({"shake": ShakenHalves()}, input_shape=(2 * channels, size, size))
