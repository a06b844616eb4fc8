import pytest
from torch import nn

from cnnclaims.verifiers.checks import alexnet as checks


@pytest.mark.parametrize(
    "check",
    [
        checks.pooling_schemes_agree_in_size,
        checks.first_full_layer_holds_most,
        checks.one_gpu_net_is_as_large,
    ],
)
def test_what_the_paper_says_holds(check):
    assert check().holds


def test_even_sizes_tell_the_two_windows_apart():
    assert not checks.agree_in_size((55, 56)).holds


def test_a_small_first_full_layer_is_found_out(monkeypatch):
    net = nn.ModuleDict({"fc6": nn.Linear(2, 2), "fc7": nn.Linear(2, 2)})
    monkeypatch.setattr(checks, "alexnet", lambda: net)
    assert not checks.first_full_layer_holds_most().holds


def test_a_one_gpu_net_of_another_size_is_found_out(monkeypatch):
    monkeypatch.setattr(checks, "alexnet_one_gpu", lambda: nn.Linear(7000, 7000))
    assert not checks.one_gpu_net_is_as_large().holds
