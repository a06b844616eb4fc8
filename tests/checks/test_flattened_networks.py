"""The checks of flattened networks hold, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS, flattened_networks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("flattened_networks.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(flattened_networks, name)()
    assert found.holds, found.found


def test_a_cube_with_its_rows_and_columns_changed_over_is_found_out():
    assert not flattened_networks.flattened_is("fc,fj,fi->fcij").holds


def test_a_product_in_place_of_the_sum_is_found_out():
    assert not flattened_networks.weighs(lambda c, k: c * k * k).holds
