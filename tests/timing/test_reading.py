"""Figures as a person would write them."""

import pytest

from cnnclaims.verifiers.timing.reading import Reading, figures, quartiles, with_prefix
from cnnclaims.verifiers.timing.rounds import Spread


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.01234, "0.0123"), (1.0, "1.00"), (12.34, "12.3"), (99.96, "100"), (123.4, "123"), (12345.6, "12346")],
)
def test_three_digits_at_least(value, written):
    assert figures(value) == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (1.5, "s", "1.50 s"),
        (0.00123, "s", "1.23 ms"),
        (4.2e-5, "s", "42.0 us"),
        (2e-9, "s", "0.00200 us"),
        (26.4e6, "B", "26.4 MB"),
        (512.0, "B", "512 B"),
        (31.4, "images/s", "31.4 images/s"),
    ],
)
def test_a_unit_has_the_prefix_that_fits(value, unit, written):
    assert with_prefix(value, unit) == written


def test_quartiles_stand_in_the_prefix_of_the_median():
    assert quartiles(Spread(0.00123, 0.00098, 0.0131, 10), "s") == "1.23 ms (0.980 to 13.1)"


def test_a_reading_names_quantity_figures_and_machine():
    reading = Reading("latency of lenet5()", "A machine, 1 thread", "s", Spread(0.001, 0.0009, 0.0012, 40))
    said = "latency of lenet5(): 1.00 ms (0.900 to 1.20), 40 rounds, on A machine, 1 thread"
    assert str(reading) == said


def test_what_does_not_vary_has_no_quartiles():
    assert Reading("memory", "A machine", "B", Spread(1e6, 1e6, 1e6, 1)).figures() == "1.00 MB"
