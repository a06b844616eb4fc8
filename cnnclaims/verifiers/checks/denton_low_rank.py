"""Exploiting linear structure (arXiv 1404.0736): truncated decompositions and filters that are outer products."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import EXACT, SEED, Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace

ROWS, COLUMNS = 60, 90


def svd_weights() -> Found:
    """Section 3: an m x n matrix cut to rank t is two layers of t (m + n) weights."""
    return as_two_layers(lambda m, n, t: t * (m + n))


def as_two_layers(formula: Callable[[int, int, int], int]) -> Found:
    """Whether two layers in a row are the truncated matrix and hold so many weights; one layer holds another number."""
    matrix, x = Draw(SEED).normal(ROWS, COLUMNS), Draw(SEED + 1).normal(4, COLUMNS)
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    listed, holds = [], True
    for t in (1, 8, 32):
        net = Network(
            {"flatten": nn.Flatten(), "in": _linear(v[:t]), "out": _linear(u[:, :t] * s[:t])},
            input_shape=(COLUMNS, 1, 1),
        )
        off = (net(x[..., None, None]) - x @ truncated(matrix, t).T).abs().max().item()
        weights = sum(layer.weights for layer in trace(net.float()).layers.values())
        listed.append(f"{weights} weights for t = {t}")
        holds &= off < EXACT * matrix.norm().item() and weights == formula(ROWS, COLUMNS, t) != matrix.numel()
    return Found(
        holds,
        f"a {ROWS} x {COLUMNS} matrix as two layers: {', '.join(listed)}; whole it has {matrix.numel()}",
    )


def _linear(matrix: Tensor) -> nn.Linear:
    layer = nn.Linear(matrix.shape[1], matrix.shape[0], bias=False, dtype=matrix.dtype)
    layer.weight.data.copy_(matrix)
    return layer


def truncated(matrix: Tensor, t: int) -> Tensor:
    """The sum of the first t terms of the singular value decomposition."""
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    kept: Tensor = u[:, :t] * s[:t] @ v[:t]
    return kept


def svd_is_best() -> Found:
    """Section 3.2.1: the truncated decomposition is the nearest of rank t, off by the singular values that are dropped."""
    return nearest(truncated)


def nearest(approximation: Callable[[Tensor, int], Tensor], t: int = 8) -> Found:
    """Whether the squared error is the sum of the dropped squares, and no other column space does as well.

    The others are spans of the best columns turned a little, and of random ones, each with its least-squares fit.
    """
    draw = Draw(SEED)
    matrix = draw.normal(ROWS, COLUMNS)
    error = (matrix - approximation(matrix, t)).square().sum().item()
    u, s, _ = torch.linalg.svd(matrix, full_matrices=False)
    dropped = s[t:].square().sum().item()
    others = []
    for turn in (0.01, 0.1, 1.0, 100.0):
        for _ in range(50):
            basis, _ = torch.linalg.qr(u[:, :t] + turn * draw.normal(ROWS, t))
            others.append((matrix - basis @ (basis.T @ matrix)).square().sum().item())
    sentence = (
        f"rank {t} of a random {ROWS} x {COLUMNS} matrix leaves a squared error of {error:.6f}, the dropped squares sum to "
        f"{dropped:.6f}; the best of {len(others)} other spaces of {t} columns leaves {min(others):.6f}"
    )
    return Found(abs(error - dropped) < 1e-9 * dropped and min(others) > error, sentence)


def outer_product_is_three_passes() -> Found:
    """Section 3.2.2: a filter that is an outer product of three vectors runs as three passes, one for each side."""

    def draw(the: Draw) -> Sides:
        c, k = the.whole(2, 5), the.whole(2, 5)
        x, across, down, along = the.image(c), the.normal(c), the.normal(k), the.normal(k)
        kernel = torch.einsum("c,i,j->cij", across, down, along)[None]
        mixed = F.conv2d(x, across[None, :, None, None])

        def passes(map: Tensor) -> Tensor:
            return F.conv2d(F.conv2d(map, down[None, None, :, None]), along[None, None, None, :])

        return Sides(F.conv2d(x, kernel), passes(mixed), passes(mixed.relu()))

    return agree("the outer product, and one pass a side", "a ReLU between the passes", draw)
