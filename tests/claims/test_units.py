"""Units are exact, and those that look alike are kept apart."""

from fractions import Fraction

import pytest

from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.catalogue import RETURNS

# unit -> dimension, and how many of it make one, written out independently of the module's constants
EXPECTED = {
    "params": ("params", 1),
    "K params": ("params", 1_000),
    "M params": ("params", 1_000_000),
    "Ki params": ("params", 1_024),
    "mult-adds": ("mult-adds", 1),
    "K mult-adds": ("mult-adds", 1_000),
    "M mult-adds": ("mult-adds", 1_000_000),
    "G mult-adds": ("mult-adds", 1_000_000_000),
    "connections": ("connections", 1),
    "K connections": ("connections", 1_000),
    "M connections": ("connections", 1_000_000),
    "B": ("bytes", 1),
    "kB": ("bytes", 1_000),
    "MB": ("bytes", 1_000_000),
    "GB": ("bytes", 1_000_000_000),
    "KiB": ("bytes", 1_024),
    "MiB": ("bytes", 1_048_576),
    "GiB": ("bytes", 1_073_741_824),
    "neurons": ("values", 1),
    "values": ("values", 1),
    "M values": ("values", 1_000_000),
    "channels": ("channels", 1),
    "units": ("channels", 1),
    "classes": ("channels", 1),
    "pixels": ("pixels", 1),
    "layers": ("count", 1),
    "blocks": ("count", 1),
    "modules": ("count", 1),
    "shortcuts": ("count", 1),
    "pairs": ("count", 1),
    "models": ("count", 1),
    "crops": ("count", 1),
    "images": ("count", 1),
    "x": ("", 1),
    "%": ("", Fraction(1, 100)),
    "constant": ("", 1),
    "probability": ("", 1),
    "std": ("", 1),
    "variance": ("", 1),
    "learning rate": ("", 1),
    "% top-1 error": ("top-1 error", 1),
    "% top-5 error": ("top-5 error", 1),
    "% top-1 accuracy": ("top-1 accuracy", 1),
    "% top-5 accuracy": ("top-5 accuracy", 1),
    "% error": ("error", 1),
    "% training error": ("training error", 1),
    "% accuracy": ("accuracy", 1),
    "% mAP": ("mAP", 1),
    "% points": ("points", 1),
    "epochs": ("epochs", 1),
    "iterations": ("iterations", 1),
    "us": ("seconds", Fraction(1, 1_000_000)),
    "ms": ("seconds", Fraction(1, 1_000)),
    "s": ("seconds", 1),
    "hours": ("seconds", 60 * 60),
    "days": ("seconds", 24 * 60 * 60),
    "weeks": ("seconds", 7 * 24 * 60 * 60),
    "years": ("seconds", Fraction("365.25") * 24 * 60 * 60),
    "images/s": ("images/s", 1),
}


@pytest.mark.parametrize("unit", EXPECTED)
def test_a_unit_has_the_dimension_and_the_scale_of_its_name(unit):
    assert UNITS[unit] == EXPECTED[unit]


def test_no_unit_is_in_the_list_that_no_test_knows():
    assert UNITS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("unit", UNITS)
def test_a_scale_is_an_exact_and_positive_fraction(unit):
    assert type(UNITS[unit].scale) is Fraction
    assert UNITS[unit].scale > 0


@pytest.mark.parametrize(
    ("decimal", "binary"), [("kB", "KiB"), ("MB", "MiB"), ("GB", "GiB"), ("K params", "Ki params")]
)
def test_a_decimal_multiple_is_less_than_the_binary_one(decimal, binary):
    assert UNITS[decimal].dimension == UNITS[binary].dimension
    assert UNITS[decimal].scale < UNITS[binary].scale


def test_parameters_are_not_mult_adds_nor_bytes():
    assert len({UNITS[unit].dimension for unit in ("params", "mult-adds", "connections", "B", "x")}) == 5


def test_top_1_error_is_neither_top_5_error_nor_accuracy():
    percents = [unit for unit in UNITS if unit.startswith("% ")]
    assert len({UNITS[unit].dimension for unit in percents}) == len(percents)
    assert UNITS["%"].dimension not in {UNITS[unit].dimension for unit in percents}


def test_every_dimension_of_a_measure_has_a_unit():
    measured = {dimension for dimension in RETURNS.values() if dimension not in (None, "Network")}
    assert measured <= {unit.dimension for unit in UNITS.values()}
