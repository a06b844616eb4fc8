"""What Section 3.3 of AlexNet's paper claims of its normalisation as an operator.

b_i = a_i / (k + alpha sum of a_j^2 over n neighbouring maps)^beta, the sum cut off at the first and the last map.
"""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.local_response_norm import (
    ALPHA,
    BETA,
    K,
    N,
    local_response_norm_by_definition,
)


def torch_needs_alpha_times_n() -> Found:
    """The formula is torch's operator with alpha times n; with alpha as it is they must differ."""
    return agree(
        "the formula and torch's operator with 5 times its alpha",
        "torch's with the same alpha",
        normalised(N),
    )


def normalised(factor: float) -> Callable[[Draw], Sides]:
    """Draws of activations of the order of 100, by the formula and by torch with the factor on alpha."""

    def draw(the: Draw) -> Sides:
        a = 100 * F.relu(the.image(the.whole(6, 9), side=4))
        return Sides(local_response_norm_by_definition(a), _by_torch(a, factor * ALPHA), _by_torch(a, ALPHA))

    return draw


def _by_torch(a: Tensor, alpha: float) -> Tensor:
    return F.local_response_norm(a, N, alpha=alpha, beta=BETA, k=K)
