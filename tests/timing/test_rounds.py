"""Rounds on a clock that the tests turn: no test here depends on how fast anything is."""

import gc
import math

import pytest

from cnnclaims.verifiers.timing.rounds import (
    BLOCK,
    LEAST,
    MOST,
    WARM_UP,
    Spread,
    direction,
    ratios,
    rounds,
    spread,
)


class Clock:
    """Stands still until something takes time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.begun: list[str] = []

    def __call__(self) -> float:
        return self.now

    def taking(self, name: str, *seconds: float):
        """A call that takes these times in turn, the last one from then on."""
        left = list(seconds)

        def call() -> None:
            self.begun.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return call


def test_a_round_has_one_time_for_each_call():
    clock = Clock()
    found = rounds([clock.taking("a", 0.03), clock.taking("b", 0.06)], 0, clock, watch=clock)
    assert len(found) == LEAST
    assert all(one == pytest.approx((0.03, 0.06)) for one in found)


def test_each_call_is_warmed_up_and_its_first_times_do_not_count():
    clock = Clock()
    slow_start = clock.taking("a", *[1.0] * (WARM_UP - 1), 0.03)
    assert [one[0] for one in rounds([slow_start], 0, clock, watch=clock)] == pytest.approx([0.03] * LEAST)


def test_each_round_begins_with_another_call():
    clock = Clock()
    rounds([clock.taking(name, 1.0) for name in "abc"], 0, clock, watch=clock)
    timed = "".join(clock.begun[3 * WARM_UP :])
    assert timed.startswith("abcbcacababc")


def test_short_calls_are_repeated_until_a_sample_lasts_as_long_as_the_slowest_call():
    clock = Clock()
    found = rounds([clock.taking("short", 0.01), clock.taking("long", 0.1)], 0, clock, watch=clock)
    assert found[0] == pytest.approx((0.01, 0.1))
    samples = clock.begun[2 * WARM_UP :]
    assert samples.count("short") == LEAST * (10 + 1)  # one more before each sample, which fills the cache
    assert samples.count("long") == LEAST


def test_a_call_far_below_the_clocks_step_fills_a_block():
    clock = Clock()
    rounds([clock.taking("a", BLOCK / 100)], 0, clock, watch=clock)
    assert clock.begun.count("a") == WARM_UP + LEAST * (100 + 1)


def test_rounds_end_when_the_median_is_known_well_enough():
    clock = Clock()
    assert len(rounds([clock.taking("a", 1.0)], math.inf, clock, watch=clock)) == LEAST


def test_rounds_end_when_the_budget_is_spent():
    clock = Clock()
    noisy = clock.taking("a", *[1.0, 3.0] * 500)
    found = rounds([noisy], 100.0, clock, watch=clock)
    assert LEAST < len(found) < 60
    assert 100 <= clock.now < 104


def test_rounds_end_at_the_most_however_noisy_they_are():
    clock = Clock()
    noisy = clock.taking("a", *[1.0, 3.0] * 5000)
    assert len(rounds([noisy], math.inf, clock, watch=clock)) == MOST


def test_the_budget_is_of_the_watch_and_not_of_the_clock():
    clock, watch = Clock(), Clock()
    call = clock.taking("a", *[1.0, 3.0] * 500)

    def waits() -> None:
        call()
        watch.now += 50

    assert len(rounds([waits], 1000, clock, watch=watch)) == 1000 / 50 - WARM_UP


def test_a_call_that_raises_leaves_garbage_collection_as_it_was():
    def fails() -> None:
        assert not gc.isenabled()
        raise ValueError("no more")

    assert gc.isenabled()
    with pytest.raises(ValueError, match="no more"):
        rounds([fails], 0, Clock())
    assert gc.isenabled()


def test_a_spread_has_median_and_quartiles():
    assert spread([4.0, 1.0, 3.0, 2.0, 5.0]) == Spread(3.0, 2.0, 4.0, 5)


def test_one_value_has_no_spread():
    with pytest.raises(ValueError, match="measure at least two"):
        spread([1.0])


def test_the_error_of_a_median_falls_with_the_root_of_the_rounds():
    few, many = Spread(2.0, 1.9, 2.1, 25), Spread(2.0, 1.9, 2.1, 100)
    assert few.error == pytest.approx(2 * many.error)
    assert few.error == pytest.approx(0.93 * 0.2 / 5 / 2)


def test_a_ratio_is_taken_within_a_round_so_that_a_slow_spell_cancels():
    calm, slow = (1.0, 2.0), (10.0, 20.0)
    assert ratios([calm, slow, calm, slow], of=1, to=0) == Spread(2.0, 2.0, 2.0, 4)


def test_medians_of_both_sides_would_not_cancel_it():
    """The control: the same ratio from times that were measured apart."""
    first, second = spread([1.0, 1.0, 10.0]), spread([2.0, 20.0, 20.0])
    assert second.median / first.median == 20


def sitting(median, low=None, high=None):
    return Spread(median, low or median * 0.99, high or median * 1.01, 50)


def test_a_ratio_that_every_sitting_shows_is_told():
    assert direction([sitting(1.31), sitting(1.28), sitting(1.35)]) == "more"
    assert direction([sitting(1 / 1.31), sitting(1 / 1.28), sitting(1 / 1.35)]) == "less"


def test_a_ratio_whose_quartiles_reach_1_in_one_sitting_is_undecided():
    assert direction([sitting(1.31), sitting(1.28, low=0.99), sitting(1.35)]) == "undecided"
    assert direction([sitting(0.7), sitting(0.71, high=1.0), sitting(0.72)]) == "undecided"


def test_sittings_that_lie_further_apart_than_from_1_are_undecided():
    assert direction([sitting(1.05), sitting(1.2), sitting(1.08)]) == "undecided"
    assert direction([sitting(0.95), sitting(0.8), sitting(0.92)]) == "undecided"


def test_sittings_that_contradict_each_other_are_undecided():
    assert direction([sitting(1.3), sitting(0.8)]) == "undecided"


def test_equal_times_are_undecided():
    assert direction([sitting(1.0), sitting(1.0), sitting(1.0)]) == "undecided"


def test_one_sitting_cannot_show_that_a_ratio_repeats():
    with pytest.raises(ValueError, match="repeats"):
        direction([sitting(2.0)])
