"""The checks of CP decomposition hold, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS, cp_decomposition

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("cp_decomposition.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(cp_decomposition, name)()
    assert found.holds, found.found


def test_a_tensor_with_its_rows_and_columns_changed_over_is_found_out():
    assert not cp_decomposition.chain_is("tr,ri,rj,rs->tsij").holds


def test_a_formula_with_one_side_of_the_kernel_is_found_out():
    assert not cp_decomposition.weighs(lambda s, t, d, rank: rank * (s + d + t)).holds
