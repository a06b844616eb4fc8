"""The checks of Q-CNN hold, and can fail."""

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS, quantized_cnn

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("quantized_cnn.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(quantized_cnn, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_one_addition_too_many_is_found_out():
    right = 64 * 16 + 32 * 64 // 4
    assert quantized_cnn.lookup_cost(64, 32, 4, 16) == right
    assert quantized_cnn.costs_agree([(64, 32, 4, 16, right)]).holds
    assert not quantized_cnn.costs_agree([(64, 32, 4, 16, right + 1)]).holds


def test_a_case_that_cannot_tell_the_dense_product_settles_nothing():
    assert 64 * 16 + 32 * 64 // 2 == 64 * 32
    assert not quantized_cnn.costs_agree([(64, 32, 2, 16, 64 * 32)]).holds


def test_a_product_that_is_off_is_found_out():
    right = torch.tensor([1.0, 2.0], dtype=torch.float64)
    off = right + torch.tensor([0, 1e-9], dtype=torch.float64)
    control = [-right, -right]
    assert quantized_cnn.products_agree([(right, right), (right, right)], control).holds
    assert not quantized_cnn.products_agree([(right, right), (off, right)], control).holds


def test_a_control_that_changes_nothing_fails_the_check():
    right = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert not quantized_cnn.products_agree([(right, right), (right, right)], [right, -right]).holds
