"""The checks of MobileNet v1 hold, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS, mobilenet_v1

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("mobilenet_v1.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(mobilenet_v1, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_random_layers_differ_and_are_divided_by_their_multipliers():
    layers = mobilenet_v1.random_layers()
    assert len(set(layers)) > 35
    for layer in layers:
        assert layer.m != layer.n
        for product in (layer.alpha * layer.m, layer.alpha * layer.n, layer.rho * layer.df):
            assert product.denominator == 1


def test_a_formula_off_by_one_is_found_and_the_layer_is_named():
    found = mobilenet_v1.compare(
        mobilenet_v1.separable,
        lambda layer: mobilenet_v1.equation_5(layer) + 1,
        mobilenet_v1.equation_2,
        "Equation 5 and one",
        "Equation 2",
    )
    assert not found.holds
    assert found.found.startswith("Equation 5 and one is exact for 0 of 40 random layers")
    assert "; M " in found.found


def test_a_formula_that_is_wrong_for_one_kernel_only_is_found():
    found = mobilenet_v1.compare(
        mobilenet_v1.standard,
        lambda layer: mobilenet_v1.equation_2(layer) + (layer.dk == 7),
        mobilenet_v1.equation_5,
        "almost",
        "Equation 5",
    )
    assert not found.holds


def test_a_control_that_does_not_differ_fails_the_check():
    found = mobilenet_v1.compare(
        mobilenet_v1.separable, mobilenet_v1.equation_5, mobilenet_v1.equation_5, "Equation 5", "itself"
    )
    assert not found.holds
    assert found.found.endswith("the control (itself) for 40")


def test_the_square_of_the_width_fails_for_networks_of_another_width():
    whole = mobilenet_v1.traced(width=1.0)
    wrong = {Fraction(1, 2): mobilenet_v1.traced(width=0.75)}
    assert not mobilenet_v1.square_of_width(whole, wrong).holds


def test_the_square_of_the_width_fails_where_only_the_classifier_is_thinned():
    whole = mobilenet_v1.traced(width=1.0)
    wrong = {Fraction(1, 2): mobilenet_v1.traced(classes=500)}
    assert not mobilenet_v1.square_of_width(whole, wrong).holds


def test_the_square_of_the_resolution_fails_for_another_resolution():
    whole = mobilenet_v1.traced(resolution=224)
    wrong = {Fraction(160, 224): mobilenet_v1.traced(resolution=192)}
    assert not mobilenet_v1.square_of_resolution(whole, wrong).holds


def test_the_square_of_the_resolution_is_not_exact_where_maps_are_rounded():
    whole = mobilenet_v1.traced(resolution=224)
    odd = {Fraction(200, 224): mobilenet_v1.traced(resolution=200)}
    assert not mobilenet_v1.square_of_resolution(whole, odd).holds
