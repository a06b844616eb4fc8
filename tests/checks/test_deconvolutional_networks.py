"""The check of deconvolutional networks holds, and can fail."""

import pytest

from cnnclaims.verifiers.checks import deconvolutional_networks as checks


def test_maps_of_the_printed_side_rebuild_the_image():
    assert checks.maps_are_larger_than_the_image().holds


@pytest.mark.parametrize("more", [-1, 1])
def test_a_side_off_by_one_is_found(more):
    def off(image, filters):
        return checks.printed_side(image, filters) + more

    assert not checks.sides_fit(off, checks.same_side).holds


def test_a_control_that_fits_too_is_found():
    assert not checks.sides_fit(checks.printed_side, checks.printed_side).holds


def test_six_pixels_and_filters_of_seven_need_maps_of_twelve():
    assert checks.printed_side(6, 7) == 12
    assert checks._rebuilds(6, 7, 12)
    assert not checks._rebuilds(6, 7, 11)
