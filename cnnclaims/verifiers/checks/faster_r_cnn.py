"""A check of Faster R-CNN (Ren et al. 2015, arXiv 1506.01497), Section 3.3: how many anchors lie inside the image.

Anchors have areas of 128, 256 and 512 pixels squared and sides of 1:1, 1:2 and 2:1, and stand on a grid of 16 pixels.
"""

import math
from itertools import product

from cnnclaims.verifiers.checks.found import Found

AREAS = (128, 256, 512)  # side of the square of the same area
RATIOS = (0.5, 1.0, 2.0)  # height over width
STRIDE = 16
PRINTED = 6000
NEAR = 0.1  # what "about" allows

Size = tuple[int, int]  # width, height


def anchors(image: Size) -> int:
    """All anchors: nine at each place of the grid."""
    return len(AREAS) * len(RATIOS) * math.ceil(image[0] / STRIDE) * math.ceil(image[1] / STRIDE)


def inside(image: Size) -> int:
    """The anchors that do not reach over the edge."""
    return sum(
        math.prod(_centres(side, of) for side, of in zip(_sides(area, ratio), image, strict=True))
        for area, ratio in product(AREAS, RATIOS)
    )


def _sides(area: int, ratio: float) -> tuple[float, float]:
    return area / math.sqrt(ratio), area * math.sqrt(ratio)


def _centres(side: float, image: int) -> int:
    """How many places of one axis keep a box of this side within the image."""
    centres = (STRIDE * place + STRIDE / 2 for place in range(math.ceil(image / STRIDE)))
    return sum(side / 2 <= centre <= image - side / 2 for centre in centres)


def anchors_inside() -> Found:
    """About 6000 of the anchors of a 1000x600 image lie inside it."""
    return near((1000, 600))


def near(image: Size) -> Found:
    """Whether the anchors inside an image of this size are about as many as printed."""
    number = inside(image)
    return Found(
        abs(number - PRINTED) <= NEAR * PRINTED,
        f"{number:,} of {anchors(image):,} anchors lie inside an image of {image[0]}x{image[1]}; of one of 800x600 "
        f"{inside((800, 600)):,} do",
    )
