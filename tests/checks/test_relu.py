import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, relu
from cnnclaims.verifiers.checks.agreement import agree

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("relu.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(relu, name)()
    assert found.holds, found.found


def test_copies_with_other_biases_are_found():
    assert not relu.copies(0.4).holds


@pytest.mark.parametrize("activation", [torch.tanh, torch.sigmoid])
def test_an_activation_that_saturates_does_not_scale(activation):
    assert not agree("one", "other", relu.scaled(activation)).holds
