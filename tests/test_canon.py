"""What holds for all shipped records and verdicts together."""

import dataclasses
import re
from fractions import Fraction

import pytest

from cnnclaims.claims.judging import HOLD, is_current, judge_value
from cnnclaims.claims.loading import load
from cnnclaims.claims.printed import Printed, parse
from cnnclaims.claims.timings import current
from cnnclaims.claims.units import UNITS
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.verifiers.checks import CHECKS, TIMINGS
from cnnclaims.verifiers.linting import lint

LIBRARY = load()
VERDICTS = load_verdicts()
CLAIMS = {claim.name: claim for claim in LIBRARY.claims()}
MEASURES = [claim for claim in CLAIMS.values() if claim.measure]


def verdict_of(claim):
    return VERDICTS.get(claim.paper, {"claims": {}})["claims"].get(claim.id, {})


def settled(*verdicts):
    return [claim for claim in CLAIMS.values() if verdict_of(claim).get("verdict") in verdicts]


def test_no_shipped_record_has_a_fault():
    assert lint(LIBRARY.records.values()) == []


def test_every_claim_has_a_verdict_that_was_made_for_it():
    stale = [name for name, claim in CLAIMS.items() if not is_current(claim, verdict_of(claim) or {})]
    assert stale == []


def test_every_verdict_belongs_to_a_claim():
    recorded = {f"{paper}/{claim}" for paper, document in VERDICTS.items() for claim in document["claims"]}
    assert recorded - CLAIMS.keys() == set()
    assert VERDICTS.keys() == LIBRARY.records.keys()


def test_no_verdict_is_an_error():
    assert [claim.name for claim in settled("error")] == []


def test_every_refuted_claim_is_explained_or_says_what_is_known():
    bare = [
        claim.name for claim in settled("refuted", "not supported") if not (claim.explained_by or claim.note)
    ]
    assert bare == []


def test_every_check_is_named_by_a_record():
    assert set(CHECKS) == {claim.check for claim in CLAIMS.values() if claim.check}
    assert list(CHECKS) == sorted(CHECKS)


def test_no_claim_is_measured_by_a_setting_that_nothing_else_depends_on():
    """Counts and sizes are the same with any dropout rate or normalisation constant: reading one back proves nothing."""
    read_back = re.compile(r"""setting\(.*["'](p|k|n|alpha|beta)["']\)""")
    assert [claim.name for claim in MEASURES if read_back.fullmatch(claim.measure)] == []


def test_every_comparison_of_speed_is_named_by_a_record():
    assert set(TIMINGS) == {claim.timing for claim in CLAIMS.values() if claim.timing}


def test_every_timing_was_made_for_its_claim_and_says_something():
    for paper, document in VERDICTS.items():
        for claim, entries in document.get("timings", {}).items():
            assert current(CLAIMS[f"{paper}/{claim}"], document["timings"]) == entries
            assert {entry["verdict"] for entry in entries} <= {"supported", "not supported", "undecided"}
            assert len({entry["device"] for entry in entries}) == len(entries)


def value_of(claim):
    value = verdict_of(claim)["value"]
    return Fraction(value)


def moved(claim, printed, by):
    """The claim with its printed number moved by units of its last digit, written as the paper would."""
    number = printed.number + by * printed.step
    if re.search(r"\^|e", claim.printed):
        return None  # a power of ten; moved as limits below
    decimals = len(re.sub(r"[^0-9.]", "", claim.printed.partition("x")[0]).partition(".")[2])
    sign = "-" if number < 0 else ""
    digits = f"{round(abs(number) * 10**decimals):0{decimals + 1}d}"
    text = sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)
    return dataclasses.replace(claim, printed=text)


MEASURED = [claim for verdict in HOLD for claim in settled(verdict) if claim.measure]


@pytest.mark.parametrize("claim", MEASURED, ids=lambda claim: claim.name)
def test_moving_a_confirmed_number_by_one_unit_of_its_last_digit_changes_the_verdict(claim):
    printed = parse(claim.printed, claim.unit, claim.digits)
    value = value_of(claim)
    assert judge_value(claim, value)["verdict"] in HOLD
    scaled = value / UNITS[claim.unit].scale
    if printed.step is None:
        assert_limits_bite(printed, scaled)
        return
    for by in (-1, 1):
        number = printed.number + by * printed.step
        other = Printed(
            number - printed.step / 2, number + printed.step / 2, number=number, step=printed.step
        )
        if scaled in (printed.low, printed.high) and scaled in (other.low, other.high):
            continue  # a tie: the value rounds to either neighbour
        assert not other.allows(scaled)
        text = moved(claim, printed, by)
        if text is not None and number != 0:
            assert parse(text.printed, claim.unit, claim.digits)._replace(step=printed.step).number == number
            assert judge_value(text, value)["verdict"] not in HOLD


def assert_limits_bite(printed, scaled):
    """A range, a bound or "about" moved past the value excludes it."""
    width = (printed.high - printed.low) if None not in (printed.low, printed.high) else Fraction(0)
    if printed.low is not None:
        shift = scaled - printed.low + width / 1000 + Fraction(1, 10**9)
        assert not printed._replace(
            low=printed.low + shift, high=printed.high and printed.high + shift
        ).allows(scaled)
    if printed.high is not None:
        shift = printed.high - scaled + width / 1000 + Fraction(1, 10**9)
        assert not printed._replace(
            high=printed.high - shift, low=printed.low and printed.low - shift
        ).allows(scaled)


def test_ties_are_few():
    """A value that lies exactly between two printed numbers is the exception, not the way out."""
    ties = [
        claim.name
        for claim in MEASURED
        for printed in [parse(claim.printed, claim.unit, claim.digits)]
        if printed.step is not None
        and value_of(claim) / UNITS[claim.unit].scale in (printed.low, printed.high)
    ]
    assert len(ties) <= len(MEASURED) / 50
