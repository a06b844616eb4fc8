"""How a claim is settled: by measuring what was built, by a check, by arithmetic on printed figures, or not at all."""

from collections.abc import Iterable
from typing import NamedTuple

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.language import called

ARITHMETIC = "arithmetic"


class Kind(NamedTuple):
    """One way: its key in addresses and data, its name on pages, and what it is worth."""

    key: str
    name: str
    meaning: str


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "measured",
            "measured on what was built",
            "Counted on the network or operator, built here from the paper.",
        ),
        Kind("checked", "checked by a program", "A program that tests a statement which is not one number."),
        Kind(
            ARITHMETIC,
            "arithmetic on printed figures",
            "Figures that the work prints, held against each other. Nothing was built or measured.",
        ),
        Kind("needs-data", "open: needs data", "Needs images, labels or weights that are not here."),
        Kind("needs-training", "open: needs training", "Needs a network trained at the paper's scale."),
        Kind("needs-hardware", "open: needs hardware", "Needs the paper's device."),
        Kind("underspecified", "open: underspecified", "The paper does not say enough to build it."),
    )
}


def kind(claim: Claim) -> Kind:
    """How a claim is settled. A measure that calls nothing is arithmetic on numbers that someone typed in."""
    if claim.open is not None:
        return KINDS[claim.open.kind]
    if claim.check is not None:
        return KINDS["checked"]
    return KINDS["measured" if called(claim.measure or "") else ARITHMETIC]


def is_arithmetic(claim: Claim) -> bool:
    """Whether the verdict rests on printed figures alone."""
    return claim.measure is not None and kind(claim).key == ARITHMETIC


def in_order(keys: Iterable[str]) -> list[Kind]:
    """The kinds among these keys, in their own order."""
    present = set(keys)
    return [kind for key, kind in KINDS.items() if key in present]
