import pytest
from torch import nn

from cnnclaims.verifiers.checks import siamese_bromley
from cnnclaims.verifiers.networks.siamese_bromley import branch


@pytest.mark.parametrize("name", ["twins_share_their_weights", "layers_need_200_points"])
def test_the_check_holds(name):
    found = getattr(siamese_bromley, name)()
    assert found.holds, found.found


def test_two_halves_with_weights_of_their_own_are_found():
    one, two = branch().double(), branch().double()
    assert not siamese_bromley.same_either_way(one, two, one, two).holds


def test_a_control_that_does_not_differ_fails_the_check():
    one = branch().double()
    assert not siamese_bromley.same_either_way(one, one, one, one).holds
    assert isinstance(one, nn.Sequential)


@pytest.mark.parametrize(("points", "units"), [(201, (64, 19)), (200, (64, 20)), (200, (63, 19))])
def test_another_length_or_another_number_of_units_fails_the_check(points, units):
    assert not siamese_bromley.fits_alone(points, units).holds
