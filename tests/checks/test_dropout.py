from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, agreement, dropout
from cnnclaims.verifiers.checks.agreement import agree

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("dropout.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(dropout, name)()
    assert found.holds, found.found


def test_the_masks_are_all_there_with_their_probabilities():
    assert dropout.masks(2).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert dropout.probabilities(dropout.masks(2), 0.8).tolist() == pytest.approx([0.04, 0.16, 0.16, 0.64])


def test_other_probabilities_do_not_keep_the_expectation(monkeypatch):
    right = dropout.probabilities
    monkeypatch.setattr(dropout, "probabilities", lambda rows, p: right(rows, p / 2))
    monkeypatch.setattr(agreement, "DRAWS", 3)
    assert not dropout.scaled_weights_keep_the_expectation().holds


def test_another_penalty_is_no_ridge():
    assert not agree("one", "other", dropout.ridge(lambda p: p)).holds


def test_weights_that_are_not_halved_are_found():
    assert not agree("one", "other", dropout.geometric(0.6)).holds


def test_another_variance_of_the_noise_is_found():
    assert not dropout.noise(lambda p: 1 - p).holds
    assert not dropout.noise(lambda p: Fraction(1)).holds


def test_another_number_of_thinned_networks_is_found():
    assert not dropout.thinned(lambda n: n * n).holds
