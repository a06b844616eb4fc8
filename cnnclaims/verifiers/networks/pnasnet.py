"""PNASNet-5: Progressive Neural Architecture Search (Liu et al. 2017, arXiv 1712.00559), Figure 1.

Shapes are channels x height x width. One cell does for both sorts: at stride 2 it halves the map. Cells are joined
like NASNet's, but the two that halve the map stand in the chain instead of between its thirds.
"""

from cnnclaims.verifiers.networks.nasnet import CellNetwork, Plan, cells, head, stem
from cnnclaims.verifiers.networks.network import Network

CELL = Plan(
    blocks=(
        (("p", "sep5x5"), ("p", "max3x3")),
        (("h", "sep7x7"), ("h", "max3x3")),
        (("h", "sep5x5"), ("h", "sep3x3")),
        (("2", "sep3x3"), ("h", "max3x3")),
        (("p", "sep3x3"), ("h", "identity")),
    ),
    out=("0", "1", "2", "3", "4"),
)
# The paper's N and F, and the channels of the stem in the authors' code
LARGE = (4, 216, 96)
MOBILE = (3, 54, 32)


def pnasnet5_large(resolution: int = 331, classes: int = 1000) -> Network:
    """PNASNet-5 with N = 4, F = 216, the paper's largest network."""
    return _pnasnet5(LARGE, resolution, classes)


def pnasnet5_mobile(resolution: int = 224, classes: int = 1000) -> Network:
    """PNASNet-5 with N = 3, F = 54, for about 600 million multiply-adds."""
    return _pnasnet5(MOBILE, resolution, classes)


def _pnasnet5(plan: tuple[int, int, int], resolution: int, classes: int) -> Network:
    if resolution < 3:
        raise ValueError(f"resolution is {resolution}; use pixels, such as the paper's 331 or 224")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1")
    n, width, first = plan
    stages, chain = stem(first, CELL, width)
    for i in range(1, 3 * n + 1):
        halves = i in (n + 1, 2 * n + 1)
        width = 2 * width if halves else width
        chain.append((f"cell{i}", CELL, width, 2 if halves else 1))
    cells(stages, chain, first)
    stages.update(head(width * len(CELL.out), classes, dropout=0.5))
    return CellNetwork(stages, input_shape=(3, resolution, resolution))
