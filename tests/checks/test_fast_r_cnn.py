import pytest

from cnnclaims.verifiers.checks import CHECKS, fast_r_cnn
from cnnclaims.verifiers.checks.agreement import agree

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("fast_r_cnn.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(fast_r_cnn, name)()
    assert found.holds, found.found


def test_all_checks_are_listed():
    assert len(NAMES) == 2


def test_a_loss_whose_pieces_do_not_meet_is_found():
    assert not agree("one", "other", fast_r_cnn.pieces(lambda x: x.square() / 2)).holds


def test_another_number_of_weights_is_found():
    assert not fast_r_cnn.two_layers(lambda u, v, t: u * v).holds
