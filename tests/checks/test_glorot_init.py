import math

import pytest

from cnnclaims.verifiers.checks import CHECKS, glorot_init

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("glorot_init.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(glorot_init, name)()
    assert found.holds, found.found


def test_another_bound_is_found():
    assert not glorot_init.bound(lambda n, m: math.sqrt(5) / math.sqrt(n + m)).holds


def test_a_variance_that_is_no_compromise_is_found():
    assert not glorot_init.compromise(lambda n, m: 2 / max(n, m)).holds


def test_a_third_is_not_a_half():
    assert not glorot_init.n_times_variance(math.sqrt(3 / 2)).holds


def test_an_error_that_falls_otherwise_is_found():
    assert not glorot_init.gradients(1 / 3, error_falls_by=2.0).holds
    assert not glorot_init.gradients(1.0, error_falls_by=1.0).holds


def test_the_normalised_bound_has_other_singular_values():
    assert not glorot_init.jacobians(lambda n: math.sqrt(3 / n)).holds
