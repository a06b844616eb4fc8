"""The check of PlaNet's figures finds the reading that fits all three, and says where none or both do."""

import pytest

from cnnclaims.verifiers.checks import mobilenet_v1_planet as checks

LAST, WHOLE, COST = checks.LAST, checks.WHOLE, checks.COST


def test_one_number_of_classes_gives_all_three_figures_with_the_side_head_only():
    found = checks.planet_on_inception_v3()
    assert found.holds, found.found
    assert found.own_word
    assert "with the side head 9,637 to 9,991 classes make 52 M params" in found.found
    assert "without the side head" in found.found


@pytest.mark.parametrize(
    ("last", "whole", "cost"),
    [
        (LAST, ("49", "M params"), COST),
        (LAST, ("55", "M params"), COST),
        (LAST, WHOLE, ("5.73", "G mult-adds")),
        (LAST, WHOLE, ("5.75", "G mult-adds")),
        (("15", "M params"), WHOLE, COST),  # only without the side head
    ],
)
def test_figures_that_do_not_fit_are_found(last, whole, cost):
    assert not checks.planet(last, whole, cost).holds


def test_classes_are_counted_where_the_value_rounds_to_the_printed_one():
    assert checks.classes(("10", "params"), 0, 1) == (10, 10)
    assert checks.classes(("10", "M params"), 0, 1_000_000) == (10, 10)
    assert checks.classes(("10", "M params"), 500_000, 1_000_000) == (9, 10)


def test_ranges_meet_in_what_all_have():
    assert checks.meeting((1, 5), (3, 9)) == (3, 5)
    assert checks.meeting((1, 5), (6, 9)) is None
