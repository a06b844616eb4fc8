"""Units are exact, and those that look alike are kept apart."""

from fractions import Fraction

import pytest

from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.catalogue import RETURNS

PREFIXES = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 10**12, "Ki": 1_024}
# units whose name has no prefix and which are more or less than one of what they count, with one that is one
OTHERS = {
    "kB": (1_000, "B"),
    "MB": (1_000_000, "B"),
    "GB": (1_000_000_000, "B"),
    "KiB": (1_024, "B"),
    "MiB": (1_048_576, "B"),
    "GiB": (1_073_741_824, "B"),
    "%": (Fraction(1, 100), "x"),
    "us": (Fraction(1, 1_000_000), "s"),
    "ms": (Fraction(1, 1_000), "s"),
    "hours": (60 * 60, "s"),
    "days": (24 * 60 * 60, "s"),
    "weeks": (7 * 24 * 60 * 60, "s"),
    "years": (Fraction("365.25") * 24 * 60 * 60, "s"),
    "mJ": (Fraction(1, 1_000), "J"),
    "pJ": (Fraction(1, 1_000_000_000_000), "J"),
    # printed as fractions where points are one
    "top-1 accuracy": (100, "% top-1 accuracy"),
    "top-5 accuracy": (100, "% top-5 accuracy"),
    "accuracy": (100, "% accuracy"),
    "10^10 mult-adds": (10**10, "mult-adds"),
    "kSa/s": (1_000, None),
}


def expected_scale(unit):
    """How many make one, by the name alone."""
    if unit in OTHERS:
        return OTHERS[unit][0]
    scale = PREFIXES.get(unit.split()[0], 1) if " " in unit else 1
    return Fraction(scale, 2) if unit.endswith("(2x)") else scale


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_has_the_scale_that_its_name_says(unit):
    assert UNITS[unit].scale == expected_scale(unit)
    assert type(UNITS[unit].scale) is Fraction


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("params", 1),
        ("K params", 1_000),
        ("M params", 1_000_000),
        ("Ki params", 1_024),
        ("G mult-adds", 1_000_000_000),
        ("layers", 1),
        ("% top-1 error", 1),
    ],
)
def test_a_scale_is_as_written_out_here(unit, scale):
    assert UNITS[unit].scale == scale


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.split()[0] in PREFIXES and " " in unit])
def test_a_multiple_counts_the_same_as_the_unit_itself(unit):
    plain = unit.partition(" ")[2]
    if plain in UNITS:
        assert UNITS[unit].dimension == UNITS[plain].dimension


@pytest.mark.parametrize("unit", [unit for unit, (_, plain) in OTHERS.items() if plain])
def test_bytes_ratios_and_times_keep_their_dimension(unit):
    assert UNITS[unit].dimension == UNITS[OTHERS[unit][1]].dimension


@pytest.mark.parametrize(
    ("decimal", "binary"), [("kB", "KiB"), ("MB", "MiB"), ("GB", "GiB"), ("K params", "Ki params")]
)
def test_a_decimal_multiple_is_less_than_the_binary_one(decimal, binary):
    assert UNITS[decimal].dimension == UNITS[binary].dimension
    assert UNITS[decimal].scale < UNITS[binary].scale


def test_what_is_counted_apart_has_a_dimension_of_its_own():
    apart = ("params", "mult-adds", "connections", "B", "values", "channels", "pixels", "layers", "x", "s")
    assert len({UNITS[unit].dimension for unit in apart}) == len(apart)


def test_top_1_error_is_neither_top_5_error_nor_accuracy_nor_a_ratio():
    percents = [unit for unit in UNITS if unit.startswith("%")]
    assert len({UNITS[unit].dimension for unit in percents}) == len(percents)


def test_every_dimension_of_a_measure_has_a_unit():
    measured = {dimension for dimension in RETURNS.values() if dimension not in (None, "Network")}
    assert measured <= {unit.dimension for unit in UNITS.values()}
