import pytest

from cnnclaims.verifiers.checks import CHECKS, batch_normalization
from cnnclaims.verifiers.checks.agreement import agree

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("batch_normalization.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(batch_normalization, name)()
    assert found.holds, found.found


def test_a_scale_without_epsilon_is_found():
    assert not agree("one", "other", batch_normalization.fitted(0.0)).holds


@pytest.mark.parametrize("dims", [(0,), (2, 3), (0, 2)])
def test_statistics_over_other_dimensions_are_found(dims):
    assert not agree("one", "other", batch_normalization.shared(dims)).holds
