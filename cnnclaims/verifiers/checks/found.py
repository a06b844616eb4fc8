"""What a check hands back."""

from typing import NamedTuple


class Found(NamedTuple):
    """Whether the claim holds, and a sentence with the numbers that say so.

    `scaled_down` marks an experiment smaller than the paper's: it can support a claim, never reproduce it.
    """

    holds: bool
    found: str
    scaled_down: bool = False
