"""The checks of NASNet hold, and can fail."""

import pytest

from cnnclaims.verifiers.checks import nasnet as checks
from cnnclaims.verifiers.networks.nasnet import OPERATIONS


@pytest.mark.parametrize("name", ["five_choices_a_block", "thirteen_operations"])
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_a_choice_that_changes_nothing_is_no_choice():
    same_operation = checks.OTHERS._replace(operation_on_first=checks.CHOSEN.operation_on_first)
    swapped = checks.Choice("h", "p", "sep5x5", "sep3x3", "add")
    assert not checks.each_choice_counts(checks.CHOSEN, same_operation, swapped).holds


def test_a_control_that_differs_fails_the_check():
    assert not checks.each_choice_counts(checks.CHOSEN, checks.OTHERS, checks.OTHERS).holds


def test_twelve_operations_are_not_thirteen():
    assert not checks.different_operations(OPERATIONS[:-1], 13, control=OPERATIONS[:-2]).holds
    assert not checks.different_operations((*OPERATIONS[:-1], "identity"), 13, control=OPERATIONS[:-1]).holds


def test_a_list_that_differs_from_its_control_in_nothing_fails():
    assert not checks.different_operations(OPERATIONS, 13, control=OPERATIONS).holds
