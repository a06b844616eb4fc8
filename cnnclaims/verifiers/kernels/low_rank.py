"""Convolutions of low rank in place of a k x k one, on c_in x size x size; no bias, padding keeps the size of the map.

From arXiv:1405.3866 (two schemes of filters that are separable over space), arXiv:1412.6553 (all four modes apart) and
arXiv:1412.5474 (one-dimensional filters across channels, along columns and along rows).
"""

from torch import nn

from cnnclaims.verifiers.networks.network import Network


def separable_basis(c_in: int, c_out: int, basis: int, k: int, size: int) -> Network:
    """Scheme 1 of 1405.3866: so many separable filters for each channel, then sums of their maps."""
    _require_sizes(c_in=c_in, c_out=c_out, basis=basis, k=k, size=size)
    maps = c_in * basis
    stages: dict[str, nn.Module] = {
        "vertical": _vertical(c_in, maps, k, groups=c_in),
        "horizontal": _horizontal(maps, maps, k, groups=maps),
        "sum": nn.Conv2d(maps, c_out, 1, bias=False),
    }
    return Network(stages, input_shape=(c_in, size, size))


def spatial_pair(c_in: int, c_out: int, rank: int, k: int, size: int) -> Network:
    """Scheme 2 of 1405.3866: a k x 1 convolution to so many maps, then a 1 x k one."""
    _require_sizes(c_in=c_in, c_out=c_out, rank=rank, k=k, size=size)
    stages: dict[str, nn.Module] = {
        "vertical": _vertical(c_in, rank, k),
        "horizontal": _horizontal(rank, c_out, k),
    }
    return Network(stages, input_shape=(c_in, size, size))


def cp_conv(c_in: int, c_out: int, rank: int, k: int, size: int) -> Network:
    """1412.6553: 1 x 1 to so many maps, one k x 1 and one 1 x k filter for each map, and 1 x 1 again."""
    _require_sizes(c_in=c_in, c_out=c_out, rank=rank, k=k, size=size)
    stages: dict[str, nn.Module] = {
        "channels_in": nn.Conv2d(c_in, rank, 1, bias=False),
        "vertical": _vertical(rank, rank, k, groups=rank),
        "horizontal": _horizontal(rank, rank, k, groups=rank),
        "channels_out": nn.Conv2d(rank, c_out, 1, bias=False),
    }
    return Network(stages, input_shape=(c_in, size, size))


def flattened_conv(c_in: int, c_out: int, k: int, size: int, levels: int = 1) -> Network:
    """1412.5474: filters across channels, down and along, one each for every output; so many such triples in a row."""
    _require_sizes(c_in=c_in, c_out=c_out, k=k, size=size, levels=levels)
    stages: dict[str, nn.Module] = {}
    for level in range(1, levels + 1):
        stages |= {
            f"lateral{level}": nn.Conv2d(c_in if level == 1 else c_out, c_out, 1, bias=False),
            f"vertical{level}": _vertical(c_out, c_out, k, groups=c_out),
            f"horizontal{level}": _horizontal(c_out, c_out, k, groups=c_out),
        }
    return Network(stages, input_shape=(c_in, size, size))


def _vertical(c_in: int, c_out: int, k: int, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, (k, 1), padding=(k // 2, 0), groups=groups, bias=False)


def _horizontal(c_in: int, c_out: int, k: int, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, (1, k), padding=(0, k // 2), groups=groups, bias=False)


def _require_sizes(k: int, **arguments: int) -> None:
    for name, value in {"k": k, **arguments}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    if k % 2 == 0:
        raise ValueError(
            f"k is {k}: an even kernel has no centre to pad around; use an odd k, such as {k + 1}"
        )
