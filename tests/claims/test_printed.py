"""The printed digits are the only tolerance."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.printed import LONGEST, WORDS, PrintedError, decimal, parse

TINY = Fraction(1, 10**30)


def limits(text, unit="params", digits=None):
    """Lower and upper limit as decimals."""
    printed = parse(text, unit, digits)
    return tuple(None if end is None else decimal(end) for end in (printed.low, printed.high))


# -- plain numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("4.2", "4.15", "4.25"),
        ("4.20", "4.195", "4.205"),
        ("4", "3.5", "4.5"),
        ("60", "59.5", "60.5"),
        ("0", "-0.5", "0.5"),
        ("0.0", "-0.05", "0.05"),
        (".5", "0.45", "0.55"),
        ("007", "6.5", "7.5"),
        ("1,516", "1515.5", "1516.5"),
        ("1 516", "1515.5", "1516.5"),
        ("1,516,000", "1515999.5", "1516000.5"),
        ("12 345 678.9", "12345678.85", "12345678.95"),
        ("15300", "15299.5", "15300.5"),
        ("-3", "-3.5", "-2.5"),
        ("−3.0", "-3.05", "-2.95"),
        ("- 3", "-3.5", "-2.5"),
        ("+3", "2.5", "3.5"),
        ("  4.2  ", "4.15", "4.25"),
        ("eight", "7.5", "8.5"),
        ("Twenty", "19.5", "20.5"),
        ("zero", "-0.5", "0.5"),
        ("28x28", "27.5", "28.5"),
        ("28 × 28", "27.5", "28.5"),
    ],
)
def test_a_number_allows_half_a_unit_of_its_last_digit(text, low, high):
    assert limits(text) == (low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10^-4", "0.00005", "0.00015"),
        ("10^−4", "0.00005", "0.00015"),
        ("10^4", "5000", "15000"),
        ("-10^2", "-150", "-50"),
        ("−10^2", "-150", "-50"),
        ("+10^2", "50", "150"),
        ("10^0", "0.5", "1.5"),
        ("5·10^-4", "0.00045", "0.00055"),
        ("5 × 10^-4", "0.00045", "0.00055"),
        ("5x10^-4", "0.00045", "0.00055"),
        ("5*10^-4", "0.00045", "0.00055"),
        ("1.0·10^3", "950", "1050"),
        ("4.2e5", "415000", "425000"),
        ("4.20E-1", "0.4195", "0.4205"),
    ],
)
def test_a_power_of_ten_moves_the_last_digit(text, low, high):
    assert limits(text) == (low, high)


def test_every_number_word_is_its_number():
    for word, number in WORDS.items():
        assert parse(word, "layers").number == number


@pytest.mark.parametrize(
    ("text", "digits", "low", "high"),
    [
        ("15300", 3, "15250", "15350"),
        ("15300", 4, "15295", "15305"),
        ("15300", 5, "15299.5", "15300.5"),
        ("15,300", 3, "15250", "15350"),
        ("5000", 1, "4500", "5500"),
        ("4.20", 3, "4.195", "4.205"),
        ("0.05", 1, "0.045", "0.055"),
    ],
)
def test_digits_says_which_digit_is_the_last(text, digits, low, high):
    assert limits(text, digits=digits) == (low, high)


@pytest.mark.parametrize(
    ("text", "digits", "said"),
    [
        ("15300", 2, "not zero"),
        ("15300", 6, "more than the 5 digits"),
        ("0", 1, "more than the 0 digits"),
        ("4.20", 2, "decimals"),
        ("4.00", 1, "decimals"),
        ("15300.0", 3, "decimals"),
    ],
)
def test_digits_cannot_drop_what_is_printed(text, digits, said):
    with pytest.raises(PrintedError, match=said):
        parse(text, "params", digits)


# -- limits as written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("8 to 9", "8", "9"),
        ("8-9", "8", "9"),
        ("8–9", "8", "9"),
        ("between 8 and 9", "8", "9"),
        ("1.8 − 1.95", "1.8", "1.95"),
        ("-3 to -1", "-3", "-1"),
        ("-1-1", "-1", "1"),
        ("two to three", "2", "3"),
        ("10^-4 to 10^-3", "0.0001", "0.001"),
        ("1,000-2,000", "1000", "2000"),
    ],
)
def test_a_range_has_its_limits_as_written(text, low, high):
    assert limits(text) == (low, high)
    printed = parse(text, "params")
    assert printed.allows(printed.low)
    assert printed.allows(printed.high)
    assert not printed.allows(printed.low - TINY)
    assert not printed.allows(printed.high + TINY)


@pytest.mark.parametrize("text", ["9 to 8", "8 to 8", "3--1", "twenty-one"])
def test_a_range_that_does_not_rise_is_refused(text):
    with pytest.raises(PrintedError, match="from the lower to the higher"):
        parse(text, "params")


@pytest.mark.parametrize("text", ["> 50", ">50", "more than 50", "More Than 50", "over 50"])
def test_more_than_fifty_excludes_fifty(text):
    printed = parse(text, "params")
    assert not printed.allows(Fraction(50))
    assert printed.allows(50 + TINY)
    assert printed.allows(Fraction(10**40))
    assert printed.limits() == "more than 50"


@pytest.mark.parametrize("text", [">= 50", "≥50", "at least 50"])
def test_at_least_fifty_includes_fifty(text):
    printed = parse(text, "params")
    assert printed.allows(Fraction(50))
    assert not printed.allows(50 - TINY)
    assert printed.limits() == "at least 50"


@pytest.mark.parametrize("text", ["< 50", "less than 50", "fewer than 50", "under 50"])
def test_less_than_fifty_excludes_fifty(text):
    printed = parse(text, "params")
    assert not printed.allows(Fraction(50))
    assert printed.allows(50 - TINY)
    assert printed.allows(Fraction(-(10**40)))
    assert printed.limits() == "less than 50"


@pytest.mark.parametrize("text", ["<= 50", "≤ 50", "at most 50", "up to 50"])
def test_at_most_fifty_includes_fifty(text):
    printed = parse(text, "params")
    assert printed.allows(Fraction(50))
    assert not printed.allows(50 + TINY)
    assert printed.limits() == "at most 50"


@pytest.mark.parametrize(
    "text",
    ["about 60", "approximately 60", "approx. 60", "around 60", "roughly 60", "~60", "~ 60", "≈60", "∼ 60"],
)
def test_about_sixty_is_ten_per_cent_either_side(text):
    assert limits(text) == ("54", "66")
    assert parse(text, "params").limits() == "54 to 66"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("about 4", "3.5", "4.5"),
        ("about 5", "4.5", "5.5"),
        ("about 6", "5.4", "6.6"),
        ("about -6", "-6.6", "-5.4"),
        ("about 0", "-0.5", "0.5"),
        ("about 1.0", "0.9", "1.1"),
        ("about 0.1", "0.05", "0.15"),
    ],
)
def test_about_is_half_a_digit_where_that_is_wider(text, low, high):
    assert limits(text) == (low, high)


def test_a_bound_knows_nothing_of_digits_cut_off():
    for text in ("> 50", "at most 50", "8 to 9", "about 60"):
        printed = parse(text, "params")
        assert printed.step is None
        assert not any(printed.cuts_to(Fraction(value)) for value in (8, 9, 50, 60))


# -- signs and scales after the number ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5%", "%"),
        ("5 %", "% top-1 error"),
        ("5x", "x"),
        ("5 ×", "x"),
        ("5 times", "x"),
        ("60M", "M params"),
        ("60 million", "M mult-adds"),
        ("5k", "K params"),
        ("5K", "Ki params"),
        ("5 thousand", "K connections"),
        ("5 billion", "G mult-adds"),
        ("5G", "GB"),
    ],
)
def test_a_sign_that_says_the_same_as_the_unit_is_read_over(text, unit):
    assert parse(text, unit) == parse("60" if text.startswith("60") else "5", unit)


@pytest.mark.parametrize("text", ["8x to 9x", "8 to 9x", "more than 8x", "about 8 times"])
def test_a_sign_may_stand_after_each_number(text):
    assert parse(text, "x") == parse(text.replace("x", "").replace(" times", ""), "x")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5%", "x"),
        ("5%", "params"),
        ("5x", "%"),
        ("5x", "layers"),
        ("60M", "params"),
        ("60 million", "K params"),
        ("5 billion", "M mult-adds"),
        ("5k", "M params"),
        ("5 m", "ms"),
        ("8% to 9%", "x"),
        ("8 to 9%", "x"),
        ("more than 8%", "x"),
    ],
)
def test_a_sign_that_contradicts_the_unit_is_refused(text, unit):
    with pytest.raises(PrintedError, match="contradicts the unit"):
        parse(text, unit)


# -- what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "many",
        "n/a",
        "about",
        "more than",
        ">> 5",
        "-",
        ".",
        "to 9",
        "8 to many",
        "8-bit",
        "x",
        "%",
        "²",
        "٣",
        "１６",
        "--5",
        "moreover 5",
    ],
)
def test_what_does_not_begin_with_a_number_is_refused(text):
    with pytest.raises(PrintedError, match="expected a number"):
        parse(text, "params")


@pytest.mark.parametrize(
    "text",
    [
        "4.2.1",
        "5.",
        "0,5",
        "0,123",
        "1,5",
        "1,51",
        "12,3456",
        "1234,567",
        "1,516 000",
        "1 516,000",
        "5 to 6 to 7",
        "about 8 to 9",
        "> 8 to 9",
        "60 parameters",
        "one hundred",
        "5 (ours)",
        "1/10",
        "10^",
        "10^4.5",
        "10^1234",
        "28x29",
        "28x280",
        "28x28x3",
        "4.2 4.3",
        "5 thousandfold",
    ],
)
def test_what_follows_the_number_is_refused(text):
    with pytest.raises(PrintedError, match=r"after the number|contradicts"):
        parse(text, "params")


def test_a_long_text_is_refused():
    assert parse("1" * LONGEST, "params").number == int("1" * LONGEST)
    with pytest.raises(PrintedError, match=f"at most {LONGEST} characters"):
        parse("1" * (LONGEST + 1), "params")


# -- digits cut off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "cut"),
    [
        ("3.8", "3.858", True),
        ("3.8", "3.8999", True),
        ("3.8", "3.9", False),
        ("3.8", "3.8", True),
        ("3.8", "3.79", False),
        ("3.8", "-3.858", False),
        ("-3.8", "-3.858", True),
        ("-3.8", "-3.9", False),
        ("-3.8", "-3.7", False),
        ("0.0", "0.07", False),
        ("3.8", "0", False),
        ("eight", "8.9", True),
        ("10^3", "1999", True),
        ("10^3", "2000", False),
    ],
)
def test_digits_are_cut_off_towards_zero(text, value, cut):
    assert parse(text, "params").cuts_to(Fraction(value)) is cut


def test_digits_are_cut_off_after_the_last_significant_one():
    assert parse("15300", "params", 3).cuts_to(Fraction(15399))
    assert not parse("15300", "params", 3).cuts_to(Fraction(15400))


# -- values as decimals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7, "7"),
        (-7, "-7"),
        (Fraction(1, 3), "0.333333333333"),
        (Fraction(-2, 3), "-0.666666666667"),
        (Fraction(1, 2**40), "0.000000000000909494701773"),
        (Fraction(1, 10**20), "0.00000000000000000001"),
        (3857973248, "3857973248"),
        (Fraction(3857973248, 10**9), "3.857973248"),
        (10**20, "1" + "0" * 20),
        (10**20 + 1, "1" + "0" * 19 + "1"),
        (Fraction(999999999999999, 10**15), "1"),
    ],
)
def test_a_value_is_spelt_without_an_exponent(value, text):
    assert decimal(value) == text


def test_a_value_is_rounded_to_the_digits_asked_for():
    assert decimal(Fraction(1234567, 10**5), 3) == "12.3"
    assert decimal(Fraction("0.0012345"), 2) == "0.0012"
    assert decimal(123456, 2) == "123456"


@given(st.integers(-(10**12) + 1, 10**12 - 1), st.integers(0, 60))
@settings(deadline=None)
def test_twelve_digits_are_spelt_exactly(digits, places):
    value = Fraction(digits, 10**places)
    assert Fraction(decimal(value)) == value
    assert "e" not in decimal(value)


@pytest.mark.parametrize("text", ["8 and 9", "8 to", "8 -", "about 8 to 9"])
def test_what_is_no_whole_range_is_refused(text):
    with pytest.raises(PrintedError, match=r"expected nothing after the number|expected a number"):
        parse(text, "x")


def test_between_needs_both_ends():
    with pytest.raises(PrintedError, match="between 8 and 9"):
        parse("between 8", "x")


@pytest.mark.parametrize("text", ["8 to 90", "> 50", "at most 100", "between 10 and 20"])
def test_digits_say_nothing_of_limits_that_stand_as_written(text):
    with pytest.raises(PrintedError, match="says nothing of"):
        parse(text, "x", 1)


def test_no_more_than_one_includes_one():
    assert parse("no more than 1", "%").allows(Fraction(1))
    assert not parse("no more than 1", "%").allows(Fraction(101, 100))


def test_a_million_agrees_with_a_unit_that_counts_two_operations():
    assert parse("60 million", "M FLOPs (2x)").allows(Fraction(60))
