"""MobileNetV2: what ReLU keeps of a signal (Figure 1, Appendix A).

Letters are the paper's: m rows and n columns of the matrix B. Matrices have entries from a standard normal distribution,
all numbers are float64.
"""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.checks.mobilenet_v2 import SEED

# -- Figure 1: a spiral through ReLU --------------------------------------------------------------------------

DRAWS = 200  # random matrices
POINTS = 200  # of the spiral


def spiral() -> Tensor:
    """Points of two and a half turns of a spiral in the plane, none at the centre."""
    angle = torch.linspace(0.5, 5 * math.pi, POINTS, dtype=torch.float64)
    return torch.stack((angle * angle.cos(), angle * angle.sin()), 1)


def matrices(rows: int, columns: int, count: int = DRAWS) -> Tensor:
    """Random matrices, the same ones every time."""
    generator = torch.Generator().manual_seed(SEED + 1000 * rows + columns)
    return torch.randn(count, rows, columns, dtype=torch.float64, generator=generator)


def collapsed(n: int) -> float:
    """The share of the spiral's points that ReLU(T x), T of n x 2, does not tell from all of their neighbours.

    Each point is moved a hundredth along the direction in which its image changes least; it is collapsed where the
    image stays the same.
    """
    x = spiral()
    lost = 0
    for t in matrices(n, 2):
        active = (x @ t.T > 0).to(t)  # points x rows
        jacobians = active[:, :, None] * t
        least = torch.linalg.svd(jacobians, full_matrices=True).Vh[:, -1]
        moved = torch.relu((x + 0.01 * least) @ t.T) - torch.relu(x @ t.T)
        lost += int((moved.abs().amax(1) < 1e-12).sum())
    return lost / (DRAWS * POINTS)


def bent(n: int, activation: Callable[[Tensor], Tensor] = torch.relu) -> float:
    """How far the spiral after T, ReLU and the inverse of T is from a linear image, over its own size.

    The middle of the images of two points is held against the image of their middle.
    """
    x = spiral()
    y = x.flip(0)
    total = 0.0
    for t in matrices(n, 2):
        inverse = torch.linalg.pinv(t)

        def image(points: Tensor, t: Tensor = t, inverse: Tensor = inverse) -> Tensor:
            return activation(points @ t.T) @ inverse.T

        off = image((x + y) / 2) - (image(x) + image(y)) / 2
        total += float(off.norm(dim=1).mean() / image(x).norm(dim=1).mean())
    return total / DRAWS


def low_dimensions_lose() -> Found:
    """At n = 2 and 3 points of the spiral collapse into each other; at 15 and 30 they must not. At 5, which is drawn too, some do."""
    shares = {n: collapsed(n) for n in (2, 3, 5, 15, 30)}
    return loses(shares, low=(2, 3), high=(15, 30))


def loses(shares: dict[int, float], low: tuple[int, ...], high: tuple[int, ...]) -> Found:
    """Whether a quarter of the points or more is lost in low dimensions, under one in a hundred in high, and fewer with each n."""
    said = ", ".join(f"{share:.2%} at n = {n}" for n, share in shares.items())
    falls = list(shares.values()) == sorted(shares.values(), reverse=True)
    holds = falls and min(shares[n] for n in low) > 0.25 and max(shares[n] for n in high) < 0.01
    return Found(holds, f"points that collapse into neighbours, of {DRAWS} random T: {said}")


def high_dimensions_keep() -> Found:
    """At n = 15 and 30 the spiral is kept and yet far from a linear image; without ReLU it must be one."""
    return keeps(
        {n: collapsed(n) for n in (15, 30)},
        {n: bent(n) for n in (15, 30)},
        {n: bent(n, lambda values: values) for n in (15, 30)},
    )


def keeps(lost: dict[int, float], bends: dict[int, float], linear: dict[int, float]) -> Found:
    """Whether under one point in a hundred is lost where chords bend by more than that, and none do without ReLU.

    The paper does not say how far from convex "highly" is: a hundredth of the image's size can be seen.
    """
    said = ", ".join(f"at n = {n} {lost[n]:.2%} collapse and chords bend by {bends[n]:.0%}" for n in lost)
    holds = max(lost.values()) < 0.01 and min(bends.values()) > 0.01 and max(linear.values()) < 1e-9
    return Found(holds, f"{said} of the image's size; without ReLU by {max(linear.values()):.0e}")


# -- Appendix A: when ReLU(B x) can be inverted ------------------------------------------------------------------


class Inversion(NamedTuple):
    """A random case: rows and columns of B, active rows, the error of inverting, how far a twin of x can be."""

    m: int
    n: int
    active: int
    error: float
    twin: float


def inversion(b: Tensor, x: Tensor) -> Inversion:
    """Solves the active rows of ReLU(B x) for x, and looks for another x with the same outputs."""
    m, n = b.shape
    y = torch.relu(b @ x)
    rows = b[y > 0]
    active = len(rows)
    solved = torch.linalg.lstsq(rows, y[y > 0], driver="gelsd").solution if active else torch.zeros_like(x)
    error = float((solved - x).norm() / x.norm())
    null = torch.linalg.svd(rows, full_matrices=True).Vh[-1] if active else torch.eye(n, dtype=b.dtype)[0]
    room = (-(b @ x))[y == 0].min().clamp(min=0) if active < m else torch.tensor(1.0)
    step = 0.5 * room / b.norm(dim=1).max()  # so small that no other row becomes active
    same = torch.allclose(torch.relu(b @ (x + step * null)), y, atol=1e-12 * float(y.norm()), rtol=0)
    return Inversion(m, n, active, error, float(step) if same else 0.0)


def inversions() -> list[Inversion]:
    """Random B and x of many sizes, with fewer, as many and more rows than columns."""
    generator = random.Random(SEED)
    found = []
    for _ in range(300):
        n = generator.randint(2, 12)
        m = generator.randint(1, 4 * n)
        seeded = torch.Generator().manual_seed(generator.randrange(2**31))
        b = torch.randn(m, n, dtype=torch.float64, generator=seeded)
        found.append(inversion(b, torch.randn(n, dtype=torch.float64, generator=seeded)))
    return found


def enough_active_rows_invert() -> Found:
    """x comes back from ReLU(B x) exactly where n rows or more are active, and never where fewer are."""
    return inverted_where_enough(inversions())


def inverted_where_enough(cases: list[Inversion]) -> Found:
    """Whether n or more active rows give x back, and fewer leave another x with the same outputs."""
    enough = [case for case in cases if case.active >= case.n]
    fewer = [case for case in cases if case.active < case.n]
    back = sum(case.error < 1e-6 for case in enough)
    twins = sum(case.twin > 0 for case in fewer)
    sentence = (
        f"x comes back in {back} of {len(enough)} cases with n active rows or more "
        f"(largest error {max((case.error for case in enough), default=0):.0e}); "
        f"in {twins} of {len(fewer)} with fewer another x has the same outputs"
    )
    return Found(bool(enough) and bool(fewer) and back == len(enough) and twins == len(fewer), sentence)


def a_sixth_is_enough() -> Found:
    """With m = 6 n rows, n active ones give x back and n - 1 do not: a sixth of the channels."""
    cases = []
    for n in (2, 3, 5, 8, 12, 16):
        for active in (n - 1, n):
            b, x = with_active_rows(6 * n, n, active)
            cases.append(inversion(b, x))
    return inverted_where_enough(cases)


def with_active_rows(m: int, n: int, active: int) -> tuple[Tensor, Tensor]:
    """A random B and x of which exactly `active` rows are positive."""
    generator = torch.Generator().manual_seed(SEED + m + active)
    b = torch.randn(m, n, dtype=torch.float64, generator=generator)
    x = torch.randn(n, dtype=torch.float64, generator=generator)
    signs = torch.where(torch.arange(m) < active, 1.0, -1.0).to(b)
    return b * (signs * (b @ x).sign())[:, None], x


# -- Appendix A: how much a random ReLU(B x) collapses -----------------------------------------------------------


def kept_share(m: int, n: int) -> Fraction:
    """N / 2^m of Theorem 1, N the sum of binom(m, k) for k from 0 to m - n."""
    return Fraction(sum(math.comb(m, k) for k in range(m - n + 1)), 2**m)


def collapsed_volume() -> Found:
    """The volume that a random ReLU(B x) collapses, by drawing points, against 1 - N / 2^m."""
    sizes = [(4, 2), (6, 3), (8, 4), (12, 4), (9, 6), (24, 4)]
    return volumes_fit({size: drawn_collapse(*size) for size in sizes}, kept_share)


def drawn_collapse(m: int, n: int) -> float:
    """The share of points in the unit cube with fewer than n active rows, over random symmetric B."""
    b = matrices(m, n, 20000)
    points = torch.rand(20000, n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(SEED))
    active = (b @ points > 0).sum(1)
    return float((active < n).double().mean())


def volumes_fit(drawn: dict[tuple[int, int], float], kept: Callable[[int, int], Fraction]) -> Found:
    """Whether the drawn shares lie within 0.02 of 1 - kept(m, n); with n + 1 in place of n they must not."""
    off = max(abs(share - (1 - float(kept(m, n)))) for (m, n), share in drawn.items())
    control = min(abs(share - (1 - float(kept(m, n + 1)))) for (m, n), share in drawn.items() if m <= 3 * n)
    said = ", ".join(
        f"{share:.3f} for m = {m}, n = {n} ({1 - float(kept(m, n)):.3f})" for (m, n), share in drawn.items()
    )
    sentence = f"collapsed, drawn (and by the theorem): {said}; off by {off:.3f} at most, with n + 1 by {control:.3f} at least"
    return Found(off < 0.02 < control, sentence)


def bound_for_many_rows() -> Found:
    """N / 2^m is at least 1 - 2^(-m/2) from some multiple of n on; at the network's own multiple of 6 it is not."""
    return bound_holds(kept_share)


def bound_holds(kept: Callable[[int, int], Fraction]) -> Found:
    """Whether the bound holds for every m from 10 n to 20 n, and the control, m = 6 n, breaks it somewhere."""

    def bounded(m: int, n: int) -> bool:
        return (1 - kept(m, n)) ** 2 <= Fraction(1, 2**m)

    sizes = (2, 4, 8, 16, 24, 32)
    broken = [n for n in sizes for m in range(10 * n, 20 * n + 1, max(1, n // 8)) if not bounded(m, n)]
    first = {}
    for n in sizes:
        begins = (m for m in range(n, 20 * n) if all(bounded(k, n) for k in range(m, m + n)))
        first[n] = next(begins, 20 * n)
    at_six = [n for n in sizes if not bounded(6 * n, n)]
    said = ", ".join(f"{m / n:.1f} n for n = {n}" for n, m in first.items())
    sentence = f"the bound holds from m = {said}; at the expansion of 6 it fails for n = {', '.join(map(str, at_six))}"
    return Found(not broken and bool(at_six), sentence)
