"""Local response normalisation across channels, Krizhevsky et al. 2012, Section 3.3, and Caffe's reading of alpha.

Definitions take batch x channels x height x width; nothing in them is a multiplication that `macs` counts.
"""

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require, require_odd
from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network

# The paper's constants
N = 5
K = 2.0
ALPHA = 1e-4
BETA = 0.75


def local_response_norm_by_definition(
    a: Tensor, n: int = N, k: float = K, alpha: float = ALPHA, beta: float = BETA, divides: bool = False
) -> Tensor:
    """b_i = a_i / (k + alpha sum of a_j^2)^beta, the sum over j from i - n/2 to i + n/2, cut off at the first and last channel.

    Caffe and torch `divide` the sum by n, at the cut ends too.
    """
    b = []
    for i in range(a.shape[1]):
        energy = a[:, max(0, i - n // 2) : i + n // 2 + 1].square().sum(1)
        if divides:
            energy = energy / n
        b.append(a[:, i] / (k + alpha * energy) ** beta)
    return torch.stack(b, dim=1)


def local_response_norm(
    channels: int,
    size: int,
    n: int = N,
    k: float = K,
    alpha: float = ALPHA,
    beta: float = BETA,
    divides: bool = False,
) -> Network:
    """Each value over a power of the energy of n neighbouring channels; `divides` takes their mean square, as Caffe does."""
    require(1, channels=channels, size=size, n=n)
    require_odd(n=n)
    if k <= 0 or alpha < 0:
        raise ValueError(
            f"k is {k} and alpha is {alpha}; use k above 0 and alpha of at least 0, so that no value is divided by 0"
        )
    layer = (
        nn.LocalResponseNorm(n, alpha, beta, k) if divides else LocalResponseNormalisation(k, n, alpha, beta)
    )
    return Network({"norm": layer}, input_shape=(channels, size, size))
