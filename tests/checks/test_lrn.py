import pytest
from torch import nn

from cnnclaims.verifiers.checks import lrn
from cnnclaims.verifiers.checks.agreement import agree
from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation, alexnet
from cnnclaims.verifiers.trace import uninitialised

TOLD = {
    "k": lrn.sum_starts_from_2,
    "n": lrn.maps_that_are_summed,
    "alpha": lrn.alpha_is_of_the_plain_sum,
    "beta": lrn.power_is_three_quarters,
}


def test_the_check_holds():
    found = lrn.torch_needs_alpha_times_n()
    assert found.holds, found.found


def test_another_factor_on_alpha_is_found():
    assert not agree("one", "other", lrn.normalised(4)).holds
    assert not agree("one", "other", lrn.normalised(1)).holds


@pytest.mark.parametrize("check", TOLD.values())
def test_the_constants_are_those_that_the_network_was_given(check):
    found = check()
    assert found.holds, found.found
    assert found.own_word


@pytest.mark.parametrize(
    ("constant", "value"), [("k", 1), ("n", 3), ("n", 7), ("alpha", 2e-5), ("alpha", 5e-4), ("beta", 0.5)]
)
def test_another_constant_in_one_normalisation_is_found_out(monkeypatch, constant, value):
    with uninitialised():
        net = alexnet()
    net.norm2 = LocalResponseNormalisation(**{constant: value})
    monkeypatch.setattr(lrn, "alexnet", lambda: net)
    assert {name for name, check in TOLD.items() if not check().holds} == {constant}


def test_torchs_operator_as_it_comes_has_another_k_and_another_alpha(monkeypatch):
    with uninitialised():
        net = alexnet()
    net.norm1 = net.norm2 = nn.LocalResponseNorm(5)
    monkeypatch.setattr(lrn, "alexnet", lambda: net)
    assert [name for name, check in TOLD.items() if not check().holds] == ["k", "alpha"]


def test_a_network_without_normalisation_has_no_constants(monkeypatch):
    with uninitialised():
        net = alexnet()
    net.norm1 = net.norm2 = nn.Identity()
    monkeypatch.setattr(lrn, "alexnet", lambda: net)
    assert not any(check().holds for check in TOLD.values())


def test_another_formula_is_not_told_as_this_one():
    def weighted(x):
        """The neighbours on one side count twice."""
        energy = x.square()
        shifted = energy.roll(1, 1)
        shifted[:, 0] = 0
        return x / (2 + 1e-4 * (energy + 2 * shifted)) ** 0.75

    assert lrn.constants(weighted).off > 1e-3


def test_the_control_must_differ():
    found = {"norm": lrn.constants(LocalResponseNormalisation())}
    assert not lrn.as_printed("k", found, found["norm"], "itself").holds
