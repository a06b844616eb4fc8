"""The checks of linear structure hold, and can fail."""

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, denton_low_rank

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("denton_low_rank.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(denton_low_rank, name)()
    assert found.holds, found.found


def test_singular_values_kept_apart_are_no_part_of_the_two_layers():
    assert not denton_low_rank.as_two_layers(lambda m, n, t: t * (m + n + 1)).holds


def test_the_last_terms_are_found_out():
    def last(matrix, t):
        return matrix - denton_low_rank.truncated(matrix, min(matrix.shape) - t)

    assert not denton_low_rank.nearest(last).holds


def test_an_approximation_that_is_a_little_off_is_found_out():
    def off(matrix, t):
        return denton_low_rank.truncated(matrix, t) + 1e-3 * torch.ones_like(matrix)

    assert not denton_low_rank.nearest(off).holds
