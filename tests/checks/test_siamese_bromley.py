import pytest

from cnnclaims.verifiers.checks import siamese_bromley


def test_the_check_holds():
    found = siamese_bromley.layers_need_200_points()
    assert found.holds, found.found


@pytest.mark.parametrize(("points", "units"), [(201, (64, 19)), (200, (64, 20)), (200, (63, 19))])
def test_another_length_or_another_number_of_units_fails_the_check(points, units):
    assert not siamese_bromley.fits_alone(points, units).holds
