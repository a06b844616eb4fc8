"""What a check hands back."""

from typing import NamedTuple


class Found(NamedTuple):
    """Whether the claim holds, and a sentence with the numbers that say so.

    `scaled_down` marks an experiment smaller than the paper's: it can support a claim, never reproduce it.
    `own_word` marks a check that holds what the work says against nothing but what the same work says elsewhere, or against a
    setting that our network was given from it: what holds is then consistent, not reproduced.
    """

    holds: bool
    found: str
    scaled_down: bool = False
    own_word: bool = False
