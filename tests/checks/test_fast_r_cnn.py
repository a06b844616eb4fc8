import pytest

from cnnclaims.verifiers.checks import CHECKS, fast_r_cnn
from cnnclaims.verifiers.checks.agreement import agree
from cnnclaims.verifiers.networks import fast_rcnn
from cnnclaims.verifiers.networks.fast_rcnn import fast_rcnn_head
from cnnclaims.verifiers.trace import uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("fast_r_cnn.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(fast_r_cnn, name)()
    assert found.holds, found.found


def test_all_checks_are_listed():
    assert len(NAMES) == 4


def test_a_loss_whose_pieces_do_not_meet_is_found():
    assert not agree("one", "other", fast_r_cnn.pieces(lambda x: x.square() / 2)).holds


def test_another_number_of_weights_is_found():
    assert not fast_r_cnn.two_layers(lambda u, v, t: u * v).holds


@pytest.mark.parametrize("layer", ["fc6", "fc7"])
@pytest.mark.parametrize(("times", "holds"), [(1, True), (0.5, False), (2, False)])
def test_another_number_of_singular_values_is_found_out(monkeypatch, layer, times, holds):
    ranks = fast_rcnn.RANKS | {layer: int(times * fast_rcnn.RANKS[layer])}
    monkeypatch.setattr(fast_rcnn, "RANKS", ranks)
    with uninitialised():
        found = fast_r_cnn.keeps(layer, fast_rcnn_head(svd=True), fast_rcnn_head())
    assert found.holds is holds
    assert found.own_word


@pytest.mark.parametrize("layer", ["fc6", "fc7"])
def test_a_whole_layer_is_found_out(layer):
    with uninitialised():
        assert not fast_r_cnn.keeps(layer, fast_rcnn_head(), fast_rcnn_head()).holds


def test_a_time_that_a_whole_layer_would_save_too_settles_nothing(monkeypatch):
    monkeypatch.setattr(fast_r_cnn, "SAVED", "more than 25")
    assert fast_r_cnn.fc6_keeps_1024_values().holds
    assert not fast_r_cnn.fc7_keeps_256_values().holds


def test_time_saved_is_the_shares_times_what_becomes_cheaper():
    whole, none = {"fc6": 8, "fc7": 4}, {"fc6": 4, "fc7": 4}
    assert fast_r_cnn.time_saved(whole, whole) == 0
    assert fast_r_cnn.time_saved(none, whole) == fast_r_cnn.SHARES["fc6"] / 2
