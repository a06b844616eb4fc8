import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, he_init
from cnnclaims.verifiers.checks.he_init import DEEP, FAN, LAYERS

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("he_init.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(he_init, name)()
    assert found.holds, found.found


@pytest.mark.parametrize("growth", [he_init.forward_growth, he_init.backward_growth])
def test_another_variance_does_not_keep_the_signal(growth):
    right, wrong = growth(2 / FAN), growth(3 / FAN)
    assert not he_init.kept("forward", wrong, right).holds
    assert not he_init.kept("forward", right, right).holds


def test_the_slope_not_squared_is_found():
    assert not he_init.prelu_keeps(lambda a: 2 / (1 + a) / FAN if a < 1 else 1 / FAN).holds


def test_a_shrinking_by_another_factor_is_found():
    assert not he_init.shrinks_to(0.6**LAYERS, 0.5**DEEP).holds
    assert not he_init.shrinks_to(0.5**LAYERS, 0.6**DEEP).holds


def test_a_rectifier_with_a_slope_does_not_halve():
    assert not he_init.halves(lambda y: torch.nn.functional.leaky_relu(y, 0.1)).holds


def test_another_deviation_is_found():
    assert not he_init.backward_std(64, 0.058).holds
