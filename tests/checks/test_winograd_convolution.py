"""The checks of Winograd convolution hold, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, winograd_convolution
from cnnclaims.verifiers.checks.winograd_convolution import F_2_3, F_4_3, Errors

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("winograd_convolution.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(winograd_convolution, name)()
    assert found.holds, found.found


def test_a_wrong_sign_in_a_matrix_is_found_out():
    wrong = F_2_3._replace(at=[F_2_3.at[0], [-entry for entry in F_2_3.at[1]]])
    assert not winograd_convolution.line_comes_out(wrong, products=4).holds
    assert not winograd_convolution.tile_comes_out(wrong, products=16).holds


def test_another_number_of_products_is_found_out():
    assert not winograd_convolution.line_comes_out(F_2_3, products=5).holds
    assert not winograd_convolution.tile_comes_out(F_4_3, times=Fraction(3)).holds


@pytest.mark.parametrize("sides", [1, 2])
def test_fewer_products_than_the_rank_are_found_out(sides):
    assert not winograd_convolution.least(lambda m, r: (m + r - 2) ** sides, sides).holds


def test_a_program_that_is_another_transform_is_found_out():
    def flipped(on, d):
        return winograd_convolution.data_2(on, d)[::-1]

    found = winograd_convolution.takes(flipped, F_2_3.bt, 32)
    assert not found.holds
    assert "do not give" in found.found


def test_another_number_of_instructions_is_found_out():
    assert not winograd_convolution.takes(winograd_convolution.data_2, F_2_3.bt, 31).holds


@pytest.mark.parametrize(
    "errors", [Errors(4e-5, 5e-5, 3e-4), Errors(4e-5, 1.5e-5, 3e-5), Errors(2e-4, 1e-5, 3e-4)]
)
def test_errors_in_another_order_or_of_another_size_do_not_support(errors):
    assert not winograd_convolution.is_near(errors, "direct", 4.01e-5).holds
