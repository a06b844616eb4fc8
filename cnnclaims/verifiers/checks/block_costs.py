"""What blocks cost by formula, against random ones built and counted; letters as in `conv_costs.py`."""

from collections.abc import Callable
from fractions import Fraction

from torch import nn

from cnnclaims.verifiers.checks.conv_costs import Layer, counts_agree, parameters
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network


def chain(x: Layer, *layers: nn.Module) -> Network:
    """Layers in a row on a map of c_in channels."""
    stages = {f"layer{number}": layer for number, layer in enumerate(layers, 1)}
    return Network(stages, (x.c_in, x.size, x.size))


def _conv(c_in: int, c_out: int, k: int | tuple[int, int], groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, k, padding="same", groups=groups, bias=False)


def spatially_separable_parameters() -> Found:
    """k x 1 and 1 x k with t channels between: k t (c_in + c_out); not k^2 t times that."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(x, _conv(x.c_in, x.t, (x.k, 1)), _conv(x.t, x.c_out, (1, x.k))),
        lambda x: x.k * x.t * (x.c_in + x.c_out),
        ("two square ones", lambda x: x.k**2 * x.t * (x.c_in + x.c_out)),
    )


def bottleneck_parameters() -> Found:
    """1x1 to b, k x k, 1x1 back: 2 a b + k^2 b^2; not two k x k of a channels."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(x, _conv(x.c_in, x.t, 1), _conv(x.t, x.t, x.k), _conv(x.t, x.c_in, 1)),
        lambda x: 2 * x.c_in * x.t + x.k**2 * x.t**2,
        ("two square ones at full width", lambda x: 2 * x.k**2 * x.c_in**2),
    )


def inverted_parameters() -> Found:
    """1x1 to t d, k x k depthwise, 1x1 to d2: d t d + k^2 t d + t d d2; not with a full k x k."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(
            x,
            _conv(x.c_in, x.t * x.c_in, 1),
            _conv(x.t * x.c_in, x.t * x.c_in, x.k, groups=x.t * x.c_in),
            _conv(x.t * x.c_in, x.c_out, 1),
        ),
        lambda x: x.t * x.c_in**2 + x.k**2 * x.t * x.c_in + x.t * x.c_in * x.c_out,
        ("a full k x k", lambda x: x.t * x.c_in**2 + (x.k * x.t * x.c_in) ** 2 + x.t * x.c_in * x.c_out),
    )


def excitation_parameters() -> Found:
    """Squeeze and excitation by r, here g: 2 c^2 / r weights; not one layer alone."""
    return counts_agree(
        "weights",
        parameters,
        lambda x: chain(
            x._replace(c_in=x.c_out),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(x.c_out, x.c_out // x.g, bias=False),
            nn.Linear(x.c_out // x.g, x.c_out, bias=False),
        ),
        lambda x: Fraction(2 * x.c_out**2, x.g),
        ("one layer of c^2 / r", lambda x: Fraction(x.c_out**2, x.g)),
    )


def low_rank_parameters() -> Found:
    """Two factors of rank t have t (m + n) weights, fewer than m n where t < m n / (m + n), and only there."""
    found = counts_agree(
        "weights",
        parameters,
        lambda x: Network(
            {"v": nn.Linear(x.c_in, x.t, bias=False), "u": nn.Linear(x.t, x.c_out, bias=False)},
            (x.c_in, 1, 1),
        ),
        lambda x: x.t * (x.c_in + x.c_out),
        ("t whole matrices", lambda x: x.t * x.c_in * x.c_out),
    )
    return pays_below(found, lambda m, n: Fraction(m * n, m + n))


def pays_below(found: Found, limit: Callable[[int, int], Fraction]) -> Found:
    """Whether the factors are smaller than the matrix exactly below the limit, for all m, n to 12 and t to 24."""
    cases = [(m, n, t) for m in range(1, 13) for n in range(1, 13) for t in range(1, 25)]
    right = sum((t * (m + n) < m * n) == (t < limit(m, n)) for m, n, t in cases)
    smaller = sum(t * (m + n) < m * n for m, n, t in cases)
    sentence = (
        f"{found.found}; in {right} of {len(cases)} cases the factors are smaller exactly below the limit, in "
        f"{smaller} they are smaller"
    )
    return Found(found.holds and right == len(cases) and 0 < smaller < len(cases), sentence)
