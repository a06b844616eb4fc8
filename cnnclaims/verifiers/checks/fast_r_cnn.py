"""What Fast R-CNN (arXiv 1504.08083) claims that is not one number."""

from collections.abc import Callable
from fractions import Fraction

import torch
from torch import Tensor, nn

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.fast_rcnn import fast_rcnn_head, truncated
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

KEPT = {"fc6": "1024", "fc7": "256"}  # Section 4.4: singular values
SHARES = {
    "fc6": Fraction("0.387"),
    "fc7": Fraction("0.45") - Fraction("0.387"),
}  # Figure 2: of the time before truncation
SAVED = "more than 30"  # Section 4.4: % of the time


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


def fc6_keeps_1024_values() -> Found:
    """Section 4.4: fc6 costs 1024 (u + v) multiply-adds, few enough for the printed saving of time; a whole one does not."""
    with uninitialised():
        return keeps("fc6", fast_rcnn_head(svd=True), fast_rcnn_head())


def fc7_keeps_256_values() -> Found:
    """Section 4.4: fc7 costs 256 (u + v) multiply-adds, few enough for the printed saving of time; a whole one does not."""
    with uninitialised():
        return keeps("fc7", fast_rcnn_head(svd=True), fast_rcnn_head())


def keeps(layer: str, thin: Network, whole: Network) -> Found:
    """Whether a truncated layer costs t(u + v) with the printed t, and the time printed as saved needs it to be truncated.

    Time is taken to go with multiply-adds, from the shares of the two layers that Figure 2 prints.
    """
    cost, before = costs(thin), costs(whole)
    t = Fraction(cost[layer], sum(sides(whole, layer)))
    saved = time_saved(cost, before)
    without = time_saved(cost | {layer: before[layer]}, before)
    time = parse(SAVED, "%")
    assert time.low is not None
    # the largest t that still saves the printed share
    most = Fraction(before[layer], sum(sides(whole, layer))) * (
        1 - (time.low / 100 - without) / SHARES[layer]
    )
    sentence = (
        f"{layer} costs {cost[layer]:,} multiply-adds in place of {before[layer]:,}, as t(u + v) with t = {t}. By the shares of Figure 2 "
        f"both layers then save {float(100 * saved):.1f} % of the time, {float(100 * without):.1f} % with {layer} left whole, where "
        f"{SAVED} % is printed; of {layer} alone that would be true of any t below {float(most):,.0f}"
    )
    holds = parse(KEPT[layer], "units").allows(t) and time.allows(100 * saved)
    return Found(holds and not time.allows(100 * without), sentence, own_word=True)


def costs(head: Network) -> dict[str, int]:
    """Multiply-adds of the two full layers in a run for one region."""
    nodes = trace(head).nodes
    return {layer: sum(node.macs for node in nodes if node.path.partition(".")[0] == layer) for layer in KEPT}


def sides(head: Network, layer: str) -> tuple[int, ...]:
    """Outputs and inputs of a whole layer."""
    return next(node.weight for node in trace(head).nodes if node.path == layer)


def time_saved(cost: dict[str, int], before: dict[str, int]) -> Fraction:
    """The share of the whole time that is saved if the time of a layer goes with its multiply-adds."""
    return sum(
        (share * (1 - Fraction(cost[layer], before[layer])) for layer, share in SHARES.items()), Fraction(0)
    )
