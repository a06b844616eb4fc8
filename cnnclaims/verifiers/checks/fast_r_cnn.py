"""What Fast R-CNN (arXiv 1504.08083) claims that is not one number."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.fast_rcnn import truncated


def smooth_l1(x: Tensor) -> Tensor:
    """Equation 3 as printed: half the square within 1, the absolute value less a half outside."""
    return torch.where(x.abs() < 1, 0.5 * x.square(), x.abs() - 0.5)


def pieces_meet_smoothly() -> Found:
    """The loss's slope is the error cut off at 1, so its pieces meet in value and slope; without the half it must not be."""
    return agree(
        "the loss and the area under its slope, min(|x|, 1)",
        "an outer piece without the half",
        pieces(smooth_l1),
    )


def pieces(loss: Callable[[Tensor], Tensor]) -> Callable[[Draw], Sides]:
    """Draws of errors on both sides of 1, whose slope is summed up in closed form."""

    def draw(the: Draw) -> Sides:
        x = 3 * the.normal(200)
        inner = x.abs().clamp(max=1)
        area = inner.square() / 2 + (x.abs() - inner)
        return Sides(area, loss(x), torch.where(x.abs() < 1, 0.5 * x.square(), x.abs()))

    return draw


def truncated_layer_has_t_u_plus_v_weights() -> Found:
    """A u x v matrix of rank t goes into two layers with t(u+v) weights without loss; a rank of t-1 must lose something."""
    return two_layers(lambda u, v, t: t * (u + v))


def two_layers(number: Callable[[int, int, int], int]) -> Found:
    """Weights of two thin layers and their product against a random matrix of known rank, for several sizes."""
    the = Draw(0)
    cases, counted, kept, lost = 0, 0, 0, 0
    for u, v, t in ((7, 11, 3), (16, 9, 4), (12, 12, 5), (20, 30, 2)):
        matrix = the.normal(u, t) @ the.normal(t, v)
        thin = truncated(v, u, t)
        weights = sum(layer.weight.numel() for layer in thin.modules() if isinstance(layer, nn.Linear))
        left, values, right = torch.linalg.svd(matrix, full_matrices=False)

        def error(
            rank: int, parts: tuple[Tensor, Tensor, Tensor] = (left, values, right), whole: Tensor = matrix
        ) -> float:
            a, s, b = parts
            return ((a[:, :rank] * s[:rank]) @ b[:rank] - whole).abs().max().item()

        cases += 1
        counted += weights == number(u, v, t)
        kept += error(t) < 1e-10
        lost += error(t - 1) > 1e-3
    return Found(
        counted == kept == lost == cases,
        f"In {counted} of {cases} sizes the two layers have that many weights, in {kept} they multiply to the matrix; "
        f"with one singular value less {lost} are off.",
    )
