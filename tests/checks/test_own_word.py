"""Checks that rest on the work's own word: what holds is consistent, and a wrong printed figure is refuted all the same."""

from cnnclaims.claims.judging import judge_found
from cnnclaims.claims.records import Claim
from cnnclaims.verifiers.checks import efficientnet, mnasnet, mobilenet_v3
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.mobilenet_v3 import mobilenet_v3_large
from cnnclaims.verifiers.trace import trace, uninitialised

CLAIM = Claim(
    paper="p",
    id="c",
    says="A figure follows from others.",
    printed="the same",
    digits=None,
    unit="x",
    where="Table 1",
    measure=None,
    check="p.holds",
    open=None,
    explained_by=None,
    note=None,
    confirmed=True,
)


def verdict(found: Found) -> str:
    return judge_found(CLAIM, *found)["verdict"]


def test_a_mean_of_printed_ratios_is_consistent_and_of_a_wrong_one_refuted(monkeypatch):
    assert verdict(efficientnet.geometric_mean_best()) == "consistent"
    monkeypatch.setattr(efficientnet, "PRINTED_BEST", (8.7, 8.7, 8.7, 24.0, 8.7))
    assert verdict(efficientnet.geometric_mean_best()) == "refuted"


def test_the_same_mean_of_measured_ratios_is_not_the_papers_own_word():
    ratios = list(efficientnet.PRINTED_BEST)
    assert verdict(efficientnet.mean_is(ratios, "9.6", ratios)) == "reproduced"


def test_a_power_of_printed_numbers_is_consistent_and_of_a_wrong_one_refuted(monkeypatch):
    assert verdict(mnasnet.size_by_blocks()) == "consistent"
    monkeypatch.setattr(mnasnet, "OPTIONS", 200)
    assert verdict(mnasnet.size_by_blocks()) == "refuted"


def test_an_exponent_that_follows_from_a_printed_gain_is_consistent_and_from_a_wrong_one_refuted(monkeypatch):
    assert verdict(mnasnet.exponent()) == "consistent"
    monkeypatch.setattr(mnasnet, "GAIN", 0.04)
    assert verdict(mnasnet.exponent()) == "refuted"


def test_a_setting_that_was_built_in_is_consistent_and_another_one_refuted():
    with uninitialised():
        run = trace(mobilenet_v3_large())
    assert verdict(mobilenet_v3.swishes_from(run, 80, control=40)) == "consistent"
    assert verdict(mobilenet_v3.swishes_from(run, 112, control=40)) == "refuted"
