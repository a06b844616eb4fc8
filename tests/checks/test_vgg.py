import torch

from cnnclaims.verifiers.checks import vgg as checks


def narrow():
    return checks.narrow_a(divisor=64, generator=torch.Generator().manual_seed(1)).eval()


def test_full_layers_become_convolutions():
    found = checks.full_layers_become_convolutions()
    assert found.holds, found.found


def test_a_form_with_turned_kernels_gives_other_scores(monkeypatch):
    right = checks.fully_convolutional
    monkeypatch.setattr(checks, "fully_convolutional", lambda net: checks.turned(right(net)))
    assert not checks.full_layers_become_convolutions().holds


def test_a_form_that_keeps_a_full_layer_is_no_fully_convolutional_form(monkeypatch):
    monkeypatch.setattr(checks, "fully_convolutional", lambda net: net)
    monkeypatch.setattr(checks, "turned", lambda net: narrow())
    monkeypatch.setattr(checks, "largest_difference", lambda net, other, image: float(other is not net))
    assert not checks.full_layers_become_convolutions().holds


def test_the_difference_of_scores_is_relative_to_the_largest():
    scores = [torch.tensor([1.0, -4.0]), torch.tensor([1.0, -3.0])]
    nets = [lambda image, s=s: s for s in scores]
    assert checks.largest_difference(*nets, torch.zeros(1)) == 0.25


def test_the_shallow_net_sees_as_far():
    found = checks.shallow_net_sees_as_far()
    assert found.holds, found.found


def test_a_net_without_pairs_is_found_out(monkeypatch):
    monkeypatch.setattr(checks, "CONFIGS", ("B", "A"))
    assert not checks.shallow_net_sees_as_far().holds


def test_three_stacked_3x3_convolutions_see_7_pixels():
    assert checks.seen_side([3, 3, 3]) == 7
    assert checks.seen_side([1]) == 1
