"""What a printed number allows: the digits as they stand in the paper are the only tolerance.

    "4.2"        4.15 to 4.25: half a unit of the last digit either side, ends included
    "4.20"       4.195 to 4.205
    "15300"      with `digits: 3`: 15250 to 15350
    "8 to 9"     limits as written, and so "> 50", "<= 10", "more than 50", "at most 10"
    "about 60"   ten per cent either side, or half a unit of the last digit where that is wider
    "28x28"      28: the side of a square
    "10^-4"      0.00005 to 0.00015, "5·10^-4" likewise

All of it in exact fractions.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from cnnclaims.claims.units import UNITS, G, K, M


class PrintedError(ValueError):
    """A printed number that cannot be read; the message says what was expected."""


class Printed(NamedTuple):
    """The values that a printed number allows, in the claim's own unit.

    `low` and `high` are None where there is no limit; `step` is one unit of the last printed digit, and is None for
    ranges, bounds and "about", which are never read as cut off.
    """

    low: Fraction | None
    high: Fraction | None
    low_included: bool = True
    high_included: bool = True
    number: Fraction | None = None
    step: Fraction | None = None

    def allows(self, value: Fraction) -> bool:
        """Whether `value` lies within the limits."""
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        below = self.high is None or value < self.high or (self.high_included and value == self.high)
        return above and below

    def cuts_to(self, value: Fraction) -> bool:
        """Whether the printed digits are `value` cut off after the last printed digit (towards zero)."""
        if self.number is None or self.step is None:
            return False
        if value == 0 or self.number == 0:
            return False
        return value * self.number > 0 and abs(self.number) <= abs(value) < abs(self.number) + self.step

    def limits(self) -> str:
        """The limits in words of digits: "4.15 to 4.25", "more than 50"."""
        low, high = (None if end is None else decimal(end) for end in (self.low, self.high))
        if low is not None and high is not None:
            return f"{low} to {high}"
        if low is not None:
            return f"{'at least' if self.low_included else 'more than'} {low}"
        return f"{'at most' if self.high_included else 'less than'} {high}"


WORDS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split(),
        range(21),
        strict=True,
    )
)
ABOUT = ("about", "approximately", "approx.", "around", "roughly", "~", "≈", "∼")
BOUNDS = {
    ">=": ("low", True),
    "≥": ("low", True),
    "at least": ("low", True),
    "no less than": ("low", True),
    ">": ("low", False),
    "more than": ("low", False),
    "over": ("low", False),
    "<=": ("high", True),
    "≤": ("high", True),
    "at most": ("high", True),
    "no more than": ("high", True),
    "up to": ("high", True),
    "<": ("high", False),
    "less than": ("high", False),
    "fewer than": ("high", False),
    "under": ("high", False),
}
# A sign after the number says the same as the unit, or the record contradicts itself.
SIGNS = {"%": "%", "×": "x", "x": "x", "times": "x"}
SCALES = {"k": K, "thousand": K, "m": M, "million": M, "b": G, "g": G, "billion": G}

# Thousands in groups of three after commas or spaces; "0,5" is none, and is refused.
DIGITS = r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+".replace(r"\d", "[0-9]")
NUMBER = re.compile(
    rf"(?P<sign>[-−+]?)\s*(?:(?P<square>[0-9]+)\s*[x×]\s*(?P=square)(?![0-9])"
    rf"|(?P<mantissa>{DIGITS})(?:\s*[·x×*]\s*10\s*\^\s*(?P<power>[-−+]?[0-9]{{1,3}})|e(?P<exponent>[-+]?[0-9]{{1,3}}))?"
    rf"|(?P<word>[a-z]+))",
    re.IGNORECASE,
)
POWER_OF_TEN = re.compile(r"(?P<sign>[-−+]?)\s*10\s*\^\s*(?P<power>[-−+]?[0-9]{1,3})(?![0-9])")
LONGEST = 60


def parse(text: str, unit: str, digits: int | None = None) -> Printed:
    """The limits that `text` sets for a value in `unit`; PrintedError where it cannot be read."""
    rest = text.strip().lower()
    if not rest or len(rest) > LONGEST:
        raise PrintedError(f"expected a number of at most {LONGEST} characters, found {text!r}")
    word, rest = _take_prefix(rest, ABOUT)
    bound, rest = ("", rest) if word else _take_prefix(rest, (*BOUNDS, "between"))
    first, step, rest = _take_number(rest, digits, text)
    rest = _take_signs(rest, unit, text)
    separator = re.match(r"\s*and\s+" if bound == "between" else r"\s*(?:to\s|[-–—−])\s*", rest)
    if separator and not word and bound in ("", "between"):
        found = _range(first, rest[separator.end() :], unit, text)
    else:
        _expect_end(rest, text)
        found = _around(first, step) if word else _bound(bound, first, text) if bound else _plain(first, step)
    if digits is not None and found.step is None and not word:
        raise PrintedError(f"digits: {digits} says nothing of {text!r}, whose limits stand as written")
    return found


def _plain(number: Fraction, step: Fraction) -> Printed:
    return Printed(number - step / 2, number + step / 2, number=number, step=step)


def _around(number: Fraction, step: Fraction) -> Printed:
    margin = max(abs(number) / 10, step / 2)
    return Printed(number - margin, number + margin)


def _bound(word: str, number: Fraction, whole: str) -> Printed:
    if word not in BOUNDS:
        raise PrintedError(f'expected "between 8 and 9", found {whole!r}')
    side, included = BOUNDS[word]
    if side == "low":
        return Printed(number, None, low_included=included)
    return Printed(None, number, high_included=included)


def _range(first: Fraction, rest: str, unit: str, whole: str) -> Printed:
    second, _, rest = _take_number(rest, None, whole)
    _expect_end(_take_signs(rest, unit, whole), whole)
    if second <= first:
        raise PrintedError(f"expected a range from the lower to the higher number, found {whole!r}")
    return Printed(first, second)


def _take_prefix(text: str, prefixes: tuple[str, ...]) -> tuple[str, str]:
    """The longest of `prefixes` that `text` begins with, and what follows; words need a space or digit after them."""
    for prefix in sorted(prefixes, key=len, reverse=True):
        rest = text.removeprefix(prefix)
        if rest != text and not (prefix[-1].isalpha() and rest[:1].isalpha()):
            return prefix, rest.lstrip()
    return "", text


def _take_number(text: str, digits: int | None, whole: str) -> tuple[Fraction, Fraction, str]:
    """The number at the start of `text`, one unit of its last printed digit, and what follows it."""
    if power := POWER_OF_TEN.match(text):
        value = Fraction(10) ** _integer(power["power"])
        return (-value if power["sign"] in "-−" and power["sign"] else value), value, text[power.end() :]
    match = NUMBER.match(text)
    if match is None or (match["word"] and match["word"] not in WORDS):
        raise PrintedError(
            f'expected a number such as "4.2", "8 to 9", "> 50" or "about 60", found {whole!r}'
        )
    if match["word"]:
        value, step = Fraction(WORDS[match["word"]]), Fraction(1)
    elif match["square"]:
        value, step = Fraction(match["square"]), Fraction(1)
    else:
        value, step = _mantissa(re.sub(r"[, ]", "", match["mantissa"]), digits, whole)
        scale = Fraction(10) ** _integer(match["power"] or match["exponent"] or "0")
        value, step = value * scale, step * scale
    return (-value if match["sign"] in ("-", "−") else value), step, text[match.end() :]


def _mantissa(number: str, digits: int | None, whole: str) -> tuple[Fraction, Fraction]:
    """A plain decimal and one unit of its last digit, or of its `digits`-th significant one."""
    decimals = len(number.partition(".")[2])
    step = Fraction(1, 10**decimals)
    if digits is not None:
        significant = number.replace(".", "").lstrip("0")
        extra = len(significant) - digits
        if extra < 0:
            raise PrintedError(f"digits: {digits} is more than the {len(significant)} digits of {whole!r}")
        if extra > 0 and decimals:
            raise PrintedError(f"digits: {digits} leaves out decimals of {whole!r}, which are printed digits")
        if set(significant[digits:]) - {"0"}:
            raise PrintedError(f"digits: {digits} leaves out digits of {whole!r} that are not zero")
        step *= 10**extra
    return Fraction(number), step


def _integer(text: str) -> int:
    return int(text.replace("−", "-"))


def _take_signs(text: str, unit: str, whole: str) -> str:
    """`text` without a sign or scale word after the number; PrintedError where it contradicts the unit."""
    match = re.match(r"\s*(%|×|[a-z]+)(?![a-z])", text)
    if match is None or match[1] in ("to", "and"):
        return text
    sign = match[1]
    found = UNITS[unit]
    if sign in SIGNS:
        agrees = unit.startswith("%") if sign == "%" else unit == "x"
    elif sign in SCALES:
        halved = found.scale * 2 if "(2x)" in unit else found.scale  # the scale counts multiply-adds
        agrees = halved == SCALES[sign] or (sign == "k" and found.scale == 1024)
    else:
        raise PrintedError(f"expected nothing after the number, found {sign!r} in {whole!r}")
    if not agrees:
        raise PrintedError(f"{sign!r} in {whole!r} contradicts the unit {unit!r}")
    return text[match.end() :]


def _expect_end(rest: str, whole: str) -> None:
    if rest.strip():
        raise PrintedError(f"expected nothing after the number, found {rest.strip()!r} in {whole!r}")


def decimal(value: Fraction | int, digits: int = 12) -> str:
    """`value` as a decimal of at most `digits` significant digits, exact where it fits, never with an exponent."""
    value = Fraction(value)
    if value == 0:
        return "0"
    places = max(0, digits - _magnitude(abs(value)))
    scaled = round(abs(value) * 10**places)
    whole, fraction = divmod(scaled, 10**places)
    text = str(whole) + (f".{fraction:0{places}d}".rstrip("0") if fraction else "")
    return "-" + text if value < 0 else text


def _magnitude(value: Fraction) -> int:
    """How many digits stand before the point (0 or negative for values under one)."""
    guess = len(str(value.numerator)) - len(str(value.denominator))
    return guess + 1 if value >= Fraction(10) ** guess else guess


def with_unit(number: str, unit: str) -> str:
    """A number and its unit as people write them: "4.2 M params", "75%", "32×"; a text without a digit stands alone."""
    number = number.strip()
    if not any(character.isdigit() for character in number) or unit == "constant":
        return number
    if unit.startswith("%"):
        return number.removesuffix("%").rstrip() + unit
    if unit == "x":
        return number.rstrip("x× ") + "×"
    scale, _, counted = unit.partition(" ")
    scaled = number[-1].isalpha() and scale in ("K", "M", "G")  # "60 million" has its scale in the text
    return f"{number} {counted if scaled else unit}"
