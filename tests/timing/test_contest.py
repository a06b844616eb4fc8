"""Comparisons and their verdicts, on times that the tests make up."""

import pytest

from cnnclaims.verifiers.checks import TIMINGS
from cnnclaims.verifiers.kernels.convolution import pointwise
from cnnclaims.verifiers.timing import contest as contests
from cnnclaims.verifiers.timing.contest import (
    Contest,
    Told,
    as_much,
    chain,
    contest,
    decide,
    slower,
    verdict,
)
from cnnclaims.verifiers.timing.energy import NoCounter
from cnnclaims.verifiers.timing.machine import Machine
from cnnclaims.verifiers.timing.rounds import SITTINGS, Spread


def found(*sittings):
    """A contest of a, b and c, each sitting the same three times in every round."""
    return Contest(("a", "b", "c"), tuple([times] * 5 for times in sittings))


def test_what_is_slower_in_every_sitting_is_supported():
    told = slower(found((1.0, 1.5, 2.0), (1.0, 1.52, 2.1), (1.0, 1.48, 2.0)), ["b", "c"], than="a")
    assert told.verdict == "supported"
    assert "b takes 1.50 times as long as a (1.48 to 1.52 in 3 sittings)" in told.found
    assert "c takes 2.00 times as long as a (2.00 to 2.10 in 3 sittings)" in told.found
    assert told.found.startswith(
        "a takes 1.00 s (1.00 to 1.00), b takes 1.50 s (1.48 to 1.52), c takes 2.00 s"
    )


def test_one_that_is_faster_is_not_supported():
    told = slower(found((1.0, 0.5, 2.0), (1.0, 0.52, 2.1), (1.0, 0.51, 2.0)), ["b", "c"], than="a")
    assert told.verdict == "not supported"


def test_one_that_the_sittings_do_not_agree_on_is_undecided():
    told = slower(found((1.0, 0.9, 2.0), (1.0, 1.2, 2.1), (1.0, 1.1, 2.0)), ["b", "c"], than="a")
    assert told.verdict == "undecided"


def test_the_other_way_round_the_verdict_is_the_other_one():
    """The control: who is said to be the slower one decides."""
    sittings = found((1.0, 1.5, 2.0), (1.0, 1.52, 2.1), (1.0, 1.48, 2.0))
    assert slower(sittings, ["a"], than="b").verdict == "not supported"


@pytest.mark.parametrize(
    ("directions", "word"),
    [
        (["more", "more"], "supported"),
        (["more", "undecided"], "undecided"),
        (["less", "more"], "not supported"),
        (["less", "undecided"], "not supported"),
    ],
)
def test_one_ratio_below_1_outweighs_the_others(directions, word):
    assert verdict(directions) == word


def test_a_scale_stretches_medians_and_quartiles():
    [one] = found((1.0, 4.0, 2.0)).ratio("b", "a", scale=0.5)
    assert one == Spread(2.0, 2.0, 2.0, 5)


def test_an_even_number_of_sittings_has_an_upper_middle():
    assert as_much([Spread(m, m, m, 9) for m in (2, 1)], "long", "b").startswith(
        "2.00 times as long as b (1.00 to 2.00"
    )


def test_every_sitting_builds_the_networks_anew():
    built = []

    def build():
        built.append(1)
        return pointwise(1, 1, 2)

    ran = contest({"a": build, "b": build}, Machine(budget=0))
    assert len(built) == 2 * SITTINGS
    assert ran.names == ("a", "b")
    assert [len(one) for sitting in ran.sittings for one in sitting[:1]] == [2] * SITTINGS
    assert min(time for sitting in ran.sittings for one in sitting for time in one) > 0


def test_with_training_each_run_goes_backward_too():
    ran = contest({"a": lambda: pointwise(1, 1, 2)}, Machine(budget=0), training=True)
    assert ran.all_of("a").median > 0


def test_a_comparison_is_decided_by_its_name(monkeypatch):
    seen = []
    monkeypatch.setattr(
        contests,
        "timing_function",
        lambda name: lambda on: seen.append((name, on)) or Told("supported", "so"),
    )
    assert decide("timing_made.up", Machine()) == ("supported", "so")
    assert seen == [("timing_made.up", Machine())]


def test_what_the_machine_cannot_measure_is_open_with_the_reason(monkeypatch):
    def lacks(machine):
        raise NoCounter("no energy counter: none at all")

    monkeypatch.setattr(contests, "timing_function", lambda name: lacks)
    assert decide("timing_made.up", Machine()) == ("open", "no energy counter: none at all")


def test_a_comparison_that_is_not_listed_is_a_key_error():
    with pytest.raises(KeyError):
        decide("timing_networks._slower", Machine())


def test_a_chain_runs_its_modules_in_order():
    from torch import nn

    net = chain([nn.Conv2d(3, 5, 1), nn.ReLU()], (3, 4, 4))
    assert [name for name, _ in net.named_children()] == ["stage1", "stage2"]
    assert net.input_shape == (3, 4, 4)


def test_energy_is_compared_in_turn_and_told_in_joules(monkeypatch):
    monkeypatch.setattr(contests, "counter", lambda machine: None)
    monkeypatch.setattr(contests, "windows", lambda runs, meter, clock: [(0.3, 0.1)] * 5)
    found = contests.energies({"a": lambda: pointwise(1, 1, 2), "b": lambda: pointwise(1, 1, 2)}, Machine())
    told = contests.hungrier(found, ["a"], than="b")
    assert told.verdict == "supported"
    assert told.found == (
        "a takes 0.300 J (0.300 to 0.300), b takes 0.100 J (0.100 to 0.100); "
        "a takes 3.00 times as much as b (3.00 to 3.00 in 3 sittings)"
    )
    assert contests.hungrier(found, ["b"], than="a").verdict == "not supported"


@pytest.mark.parametrize("name", [name for name in TIMINGS if name.startswith("timing_energy.")])
def test_on_a_cpu_a_comparison_of_energy_is_open_with_the_reason(name):
    verdict, found = decide(name, Machine())
    assert verdict == "open"
    assert found.startswith("no energy counter: ")
