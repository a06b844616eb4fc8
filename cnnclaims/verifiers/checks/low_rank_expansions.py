"""Low rank expansions (arXiv 1405.3866): what the schemes cost, counted on layers that keep the size of their map."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv, pointwise
from cnnclaims.verifiers.kernels.low_rank import separable_basis, spatial_pair
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

SIZE = 24
CASES = [(48, 128, 9), (64, 512, 7), (256, 384, 5)]  # C, N, d
Case = tuple[int, int]  # counted, by the formula


def multiplications(net: Network) -> int:
    """Multiply-adds for each position of the map."""
    return sum(node.macs for node in trace(net).nodes) // SIZE**2


def full_cost() -> Found:
    """Section 2.1: a full layer costs C N d^2 a position."""
    with uninitialised():
        cases = [(multiplications(conv(c, n, d, SIZE)), c * n * d**2) for c, n, d in CASES]
        control = multiplications(conv(48, 128, 9, SIZE, groups=16)), 48 * 128 * 9**2
    return equal(cases, control, "grouped")


def scheme_2_cost() -> Found:
    """Section 2.1, scheme 2: K (N + C) d a position."""
    with uninitialised():
        cases = [
            (multiplications(spatial_pair(c, n, k, d, SIZE)), k * (n + c) * d)
            for c, n, d in CASES
            for k in (1, 31)
        ]
        control = multiplications(conv(48, 128, 9, SIZE)), 31 * (128 + 48) * 9
    return equal(cases, control, "the full layer")


def equal(cases: Sequence[Case], control: Case, what: str) -> Found:
    """Whether the counts are the formula's, and the control's is not."""
    wrong = [case for case in cases if case[0] != case[1]]
    sentence = (
        f"multiplications a position, counted and by the formula: {', '.join(f'{one} and {other}' for one, other in cases)}; "
        f"{what}: {control[0]} and {control[1]}"
    )
    return Found(not wrong and control[0] != control[1], sentence)


def scheme_1_cost() -> Found:
    """Section 2.1, scheme 1: of the order of M C (d + N) a position."""
    with uninitialised():
        cases = [
            (multiplications(separable_basis(c, n, m, d, SIZE)), m * c * (d + n))
            for c, n, d in CASES
            for m in (1, 4, 16)
        ]
        control = multiplications(conv(48, 128, 9, SIZE)), 48 * (9 + 128)
    return of_the_order(cases, control)


def of_the_order(cases: Sequence[Case], control: Case) -> Found:
    """Whether counts are between the formula and twice it, which the two passes of d allow; the control's is not."""
    ratios = [Fraction(*case) for case in cases]
    other = Fraction(*control)
    sentence = (
        f"counted over formula: {float(min(ratios)):.3f} to {float(max(ratios)):.3f} in {len(ratios)} cases, since both "
        f"passes of a separable filter take d; the full layer has {float(other):.1f} times that of M = 1"
    )
    return Found(all(1 <= ratio <= 2 for ratio in ratios) and other > 2, sentence)


def separable_filter_cost() -> Found:
    """Section 2: a separable filter costs 2d multiplications a position instead of d^2."""
    with uninitialised():
        cases = [(multiplications(spatial_pair(1, 1, 1, d, SIZE)), 2 * d) for d in (3, 5, 7, 9)]
        control = multiplications(conv(1, 1, 9, SIZE)), 2 * 9
    return equal(cases, control, "a full filter of 9 x 9")


def basis_pays_off() -> Found:
    """Section 2: a basis of M filters costs less than N filters exactly if M < d^2 N / (d^2 + N)."""
    return pays_off_up_to(lambda d, n: Fraction(d * d * n, d * d + n))


def pays_off_up_to(bound: Callable[[int, int], Fraction]) -> Found:
    """Whether the basis costs less on one side of the bound and not on the other."""
    wrong: list[Case] = []
    places: list[str] = []
    for d, n in ((3, 16), (5, 64), (9, 128)):
        with uninitialised():
            full = multiplications(conv(1, n, d, SIZE))
            cheaper = [
                m
                for m in range(1, n + 1)
                if multiplications(conv(1, m, d, SIZE)) + multiplications(pointwise(m, n, SIZE)) < full
            ]
        expected = [m for m in range(1, n + 1) if m < bound(d, n)]
        places.append(f"d = {d}, N = {n}: up to M = {len(cheaper)} of {float(bound(d, n)):.2f}")
        if cheaper != expected:
            wrong.append((d, n))
    return Found(not wrong, f"the basis costs less for {'; '.join(places)}, and for no M above")


def scheme_2_gain() -> Found:
    """Section 2.1: with K, N and C of one order the gain of scheme 2 grows like d."""
    with uninitialised():
        gains = {
            d: Fraction(
                multiplications(conv(64, 64, d, SIZE)), multiplications(spatial_pair(64, 64, 64, d, SIZE))
            )
            for d in (3, 5, 7, 9, 11)
        }
    return proportional(gains)


def proportional(gains: dict[int, Fraction]) -> Found:
    """Whether the gains are one multiple of d, and the multiple lies between a half and one."""
    multiples = {gain / d for d, gain in gains.items()}
    listed = ", ".join(f"{float(gain):g} at d = {d}" for d, gain in gains.items())
    holds = len(multiples) == 1 and Fraction(1, 2) <= min(multiples) <= 1
    return Found(holds, f"at K = N = C the gain is {listed}")
