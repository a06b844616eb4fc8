import pytest

from cnnclaims.verifiers.checks import siamese_bromley


def test_the_check_holds():
    found = siamese_bromley.layers_need_200_points()
    assert found.holds, found.found


@pytest.mark.parametrize(("points", "units"), [(201, (64, 19)), (200, (64, 20)), (200, (63, 19))])
def test_another_length_or_another_number_of_units_fails_the_check(points, units):
    assert not siamese_bromley.fits_alone(points, units).holds


def test_halves_of_one_set_of_weights_are_alike():
    found = siamese_bromley.halves_are_the_same_network()
    assert found.holds, found.found
    assert found.own_word


def test_a_network_whose_halves_have_weights_of_their_own_is_found_out(monkeypatch):
    right = siamese_bromley.siamese_bromley
    monkeypatch.setattr(siamese_bromley, "siamese_bromley", lambda: siamese_bromley.Untied(right()))
    assert not siamese_bromley.halves_are_the_same_network().holds


def test_a_control_of_the_same_network_settles_nothing():
    net = siamese_bromley.siamese_bromley().double()
    assert not siamese_bromley.are_twins(net, net).holds
