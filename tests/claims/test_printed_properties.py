"""What holds for every printed number, whatever its digits."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.printed import Printed, PrintedError, decimal, parse
from cnnclaims.claims.units import UNITS

TINY = Fraction(1, 10**30)


def limits(text, unit="params", digits=None):
    """Lower and upper limit as decimals."""
    printed = parse(text, unit, digits)
    return tuple(None if end is None else decimal(end) for end in (printed.low, printed.high))


NUMBERISH = st.lists(
    st.sampled_from(
        [
            *"0123456789.,-−–+x×%^·*e~<>≥ ",
            "10^",
            "about ",
            "more than ",
            " to ",
            "eight",
            "million",
            "28x28",
            "k",
        ]
    ),
    max_size=12,
).map("".join)


@given(st.text(max_size=70) | NUMBERISH, st.sampled_from(sorted(UNITS)), st.none() | st.integers(1, 30))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_printed_number_or_refused(text, unit, digits):
    try:
        printed = parse(text, unit, digits)
    except PrintedError:
        return
    assert isinstance(printed, Printed)
    assert printed.limits()
    assert printed.low is not None or printed.high is not None
    if printed.low is not None and printed.high is not None:
        assert printed.low < printed.high


PLACES = st.integers(0, 8)
WHOLE = st.integers(-(10**12), 10**12)


def written(units, places):
    """`units` units of the last of `places` decimals, as a paper prints them."""
    sign, digits = "-" * (units < 0), str(abs(units)).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


@given(WHOLE, PLACES, st.fractions(-2, 2, max_denominator=10**9))
@settings(deadline=None)
def test_a_decimal_allows_exactly_what_lies_within_half_a_unit(units, places, shift):
    step = Fraction(1, 10**places)
    printed = parse(written(units, places), "params")
    assert printed.number == units * step
    assert printed.allows(printed.number + shift * step) is (abs(shift) <= Fraction(1, 2))


@given(WHOLE, PLACES)
@settings(deadline=None)
def test_the_limits_are_allowed_and_nothing_beyond_them(units, places):
    printed = parse(written(units, places), "params")
    assert printed.allows(printed.low)
    assert printed.allows(printed.high)
    assert not printed.allows(printed.low - TINY)
    assert not printed.allows(printed.high + TINY)


@given(WHOLE, PLACES, st.sampled_from((-1, 1)), st.fractions(-1, 1, max_denominator=10**6))
@settings(deadline=None)
def test_a_number_moved_by_one_unit_allows_the_same_value_only_at_the_tie(units, places, move, shift):
    step = Fraction(1, 10**places)
    value = (units + shift) * step
    here, there = (parse(written(n, places), "params") for n in (units, units + move))
    if here.allows(value) and there.allows(value):
        assert value == (units + Fraction(move, 2)) * step
    tie = (units + Fraction(move, 2)) * step
    assert here.allows(tie)
    assert there.allows(tie)


@given(st.integers(1, 10**6), st.integers(1, 6), st.integers(0, 6))
@settings(deadline=None)
def test_digits_count_from_the_first_digit_that_is_not_zero(units, zeros, kept):
    text = str(units) + "0" * zeros
    printed = parse(text, "params", len(str(units)) + min(kept, zeros))
    assert printed.number == int(text)
    assert printed.step == 10 ** (zeros - min(kept, zeros))


@given(WHOLE, st.integers(1, 10**6))
@settings(deadline=None)
def test_a_range_allows_its_ends_and_nothing_beyond(low, width):
    printed = parse(f"{low} to {low + width}", "params")
    inside = [printed.allows(Fraction(end)) for end in (low, low + width)]
    outside = [printed.allows(end) for end in (low - TINY, low + width + TINY)]
    assert inside == [True, True]
    assert outside == [False, False]
