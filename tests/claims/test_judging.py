"""From a claim and what was found to a verdict."""

import dataclasses
import json
from fractions import Fraction

import pytest

from cnnclaims.claims.judging import (
    VERDICTS,
    distance,
    exact,
    is_current,
    judge_error,
    judge_found,
    judge_open,
    judge_value,
)
from cnnclaims.claims.printed import PrintedError, parse
from cnnclaims.claims.records import Claim, Open

MEASURED = Claim(
    paper="p",
    id="c",
    says="The network has this many parameters.",
    printed="4.2",
    digits=None,
    unit="M params",
    where="Table 1",
    measure="params(net())",
    check=None,
    open=None,
    explained_by=None,
    note=None,
    confirmed=True,
)
CHECKED = dataclasses.replace(MEASURED, measure=None, check="p.holds", printed="the same", unit="x")
OPEN = dataclasses.replace(MEASURED, measure=None, open=Open(**{"needs-data": "It needs ImageNet."}))


def claim(printed, unit="M params", **changes):
    return dataclasses.replace(MEASURED, printed=printed, unit=unit, **changes)


def word(printed, value, unit="params", **changes):
    return judge_value(claim(printed, unit, **changes), Fraction(value))["verdict"]


# -- numbers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "value", "verdict"),
    [
        ("4.2", "4.2", "reproduced"),
        ("4.2", "4.15", "reproduced"),
        ("4.2", "4.25", "reproduced"),
        ("4.2", "4.1499999999999", "refuted"),
        ("4.2", "4.2500000000001", "truncated"),
        ("4.2", "4.2999999999999", "truncated"),
        ("4.2", "4.3", "refuted"),
        ("4.2", "-4.2", "refuted"),
        ("4.20", "4.206", "truncated"),
        ("4.20", "4.21", "refuted"),
        ("-4.2", "-4.15", "reproduced"),
        ("-4.2", "-4.25", "reproduced"),
        ("-4.2", "-4.27", "truncated"),
        ("-4.2", "-4.13", "refuted"),
        ("-4.2", "4.2", "refuted"),
        ("0", "0", "reproduced"),
        ("0", "0.5", "reproduced"),
        ("0", "-0.5", "reproduced"),
        ("0", "0.6", "refuted"),
        ("0.0", "0.07", "refuted"),
        ("4.2", "0", "refuted"),
        ("about 60", "54", "reproduced"),
        ("about 60", "66", "reproduced"),
        ("about 60", "66.001", "refuted"),
        ("about 60", "53.9", "refuted"),
        ("> 50", "50", "refuted"),
        ("> 50", "50.0001", "reproduced"),
        (">= 50", "50", "reproduced"),
        ("at most 10", "10", "reproduced"),
        ("at most 10", "10.1", "refuted"),
        ("less than 10", "10", "refuted"),
        ("8 to 9", "8", "reproduced"),
        ("8 to 9", "9", "reproduced"),
        ("8 to 9", "9.4", "refuted"),
        ("8 to 9", "7.9", "refuted"),
        ("-3 to -1", "-2", "reproduced"),
        ("-3 to -1", "-0.5", "refuted"),
        ("28x28", "28", "reproduced"),
        ("28x28", "29", "refuted"),
        ("10^-4", "0.00012", "reproduced"),
        ("10^-4", "0.00018", "truncated"),
    ],
)
def test_the_printed_digits_decide(printed, value, verdict):
    assert word(printed, value) == verdict


def test_rounding_goes_before_cutting_off():
    for hundredths in range(-600, 601):
        value = Fraction(hundredths, 100)
        printed = parse("4.2", "params")
        verdict = word("4.2", value)
        if printed.allows(value):
            assert verdict == "reproduced"
        else:
            assert verdict == ("truncated" if printed.cuts_to(value) else "refuted")


def test_digits_widen_trailing_zeros_only():
    assert word("15300", 15260) == "refuted"
    assert word("15300", 15260, digits=3) == "reproduced"
    assert word("15300", 15390, digits=3) == "truncated"
    assert word("15300", 15400, digits=3) == "refuted"


@pytest.mark.parametrize(
    ("printed", "unit", "value"),
    [
        ("4.2", "M params", 4_231_976),
        ("138", "M params", 138_357_544),
        ("15.3", "G mult-adds", 15_346_630_656),
        ("75", "%", Fraction(3, 4)),
        ("60", "Ki params", 61_440),
        ("0.5", "MiB", 524_288),
        ("1.5", "ms", Fraction(3, 2000)),
    ],
)
def test_a_value_is_held_against_the_digits_in_the_units_scale(printed, unit, value):
    assert word(printed, value, unit) == "reproduced"


def test_megabytes_are_not_mebibytes():
    assert word("0.52", 524_288, "MB") == "reproduced"
    assert word("0.52", 524_288, "MiB") == "refuted"


def test_a_verdict_holds_value_limits_and_what_the_record_says():
    assert judge_value(claim("4.2"), Fraction(4_231_976)) == {
        "verdict": "reproduced",
        "printed": "4.2",
        "unit": "M params",
        "measure": "params(net())",
        "limits": "4.15 to 4.25",
        "value": 4_231_976,
        "measured": "4.231976",
    }


def test_a_fraction_keeps_its_exact_value():
    verdict = judge_value(claim("0.33", "x"), Fraction(1, 3))
    assert verdict["value"] == "1/3"
    assert verdict["measured"] == "0.333333333333"


def test_only_a_refuted_verdict_has_a_distance():
    assert "distance" not in judge_value(claim("4.2"), Fraction(4_200_000))
    assert "distance" not in judge_value(claim("4.2"), Fraction(4_290_000))
    assert judge_value(claim("4.2"), Fraction(4_620_000))["distance"] == "+10 %"


def test_digits_stand_in_the_verdict_where_the_record_has_them():
    assert judge_value(claim("15300", digits=3), Fraction(1))["digits"] == 3
    assert "digits" not in judge_value(claim("15300"), Fraction(1))


def test_every_verdict_is_a_known_word_and_plain_data():
    verdicts = [
        *(judge_value(claim("4.2", "params"), Fraction(value)) for value in ("4.2", "4.27", "9")),
        *(
            judge_found(CHECKED, holds, "so", small, own)
            for holds in (1, 0)
            for small in (1, 0)
            for own in (1, 0)
        ),
        judge_open(OPEN),
        judge_error(MEASURED, "it died"),
    ]
    assert {verdict["verdict"] for verdict in verdicts} == set(VERDICTS)
    assert all(json.loads(json.dumps(verdict)) == verdict for verdict in verdicts)


def test_a_number_that_cannot_be_read_is_no_verdict():
    with pytest.raises(PrintedError):
        judge_value(claim("many"), Fraction(1))


# -- distances ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "value", "expected"),
    [
        ("100", "101", "+1 %"),
        ("100", "98.5", "-1.5 %"),
        ("3", "4", "+33 %"),
        ("3", "1", "-67 %"),
        ("4.20", "4.206", "+0.14 %"),
        ("1", "100", "+9900 %"),
        ("-5", "-6", "-20 %"),
        ("-5", "-4", "+20 %"),
        ("5", "0", "-100 %"),
        ("5", "-5", "-200 %"),
        ("0", "0.75", "+0.75"),
        ("0", "-0.75", "-0.75"),
        ("> 50", "40", "-20 %"),
        ("> 50", "50", "+0 %"),
        (">= 50", "40", "-20 %"),
        ("at most 10", "11", "+10 %"),
        ("< 0", "3", "+3"),
        ("8 to 9", "9.9", "+10 %"),
        ("8 to 9", "4", "-50 %"),
        ("about 60", "99", "+50 %"),
        ("about 60", "27", "-50 %"),
    ],
)
def test_the_distance_is_from_the_number_or_from_the_limit_that_is_missed(printed, value, expected):
    assert distance(parse(printed, "params"), Fraction(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(Fraction(7), 7), (Fraction(-7), -7), (Fraction(0), 0), (Fraction(-1, 3), "-1/3")]
)
def test_a_whole_number_is_stored_as_such_and_a_fraction_as_text(value, expected):
    assert exact(value) == expected
    assert type(exact(value)) is type(expected)


# -- explanations --------------------------------------------------------------------------------------------------------------

EXPLAINED = claim("4.2", explained_by="weights(net())")


def test_an_explanation_that_meets_the_number_stands_beside_the_refusal():
    verdict = judge_value(EXPLAINED, Fraction(5_000_000), Fraction(4_199_000))
    assert verdict["verdict"] == "refuted"
    assert verdict["distance"] == "+19 %"
    assert verdict["explained_by"] == {"measure": "weights(net())", "value": 4_199_000, "measured": "4.199"}


def test_a_number_cut_off_may_be_explained_too():
    verdict = judge_value(EXPLAINED, Fraction(4_260_000), Fraction(4_200_000))
    assert verdict["verdict"] == "truncated"
    assert verdict["explained_by"]["value"] == 4_200_000


def test_an_explanation_may_be_a_fraction():
    verdict = judge_value(EXPLAINED, Fraction(1), Fraction(12_600_001, 3))
    assert verdict["explained_by"]["value"] == "12600001/3"


@pytest.mark.parametrize(
    "explanation", [Fraction(4_300_000), Fraction(0), Fraction(-4_200_000), Fraction(42, 10)]
)
def test_an_explanation_that_does_not_meet_the_number_is_our_error(explanation):
    verdict = judge_value(EXPLAINED, Fraction(5_000_000), explanation)
    assert verdict["verdict"] == "error"
    assert "which is not the printed 4.2" in verdict["error"]
    assert "explained_by" not in verdict
    assert "distance" not in verdict


def test_an_explanation_without_a_value_is_our_error():
    verdict = judge_value(EXPLAINED, Fraction(5_000_000))
    assert verdict["verdict"] == "error"
    assert "gives nothing" in verdict["error"]


def test_an_explanation_of_what_is_reproduced_is_our_error():
    verdict = judge_value(EXPLAINED, Fraction(4_200_000), Fraction(4_200_000))
    assert verdict["verdict"] == "error"
    assert verdict["error"] == "explained_by is no longer needed: the measure itself gives 4.2"


def test_an_explanation_is_asked_in_the_claims_own_unit_and_limits():
    at_most = claim("at most 50", "%", explained_by="other()")
    assert judge_value(at_most, Fraction(3, 5), Fraction(1, 2))["verdict"] == "refuted"
    assert judge_value(at_most, Fraction(3, 5), Fraction(51, 100))["verdict"] == "error"


# -- checks, open claims, errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holds", "scaled_down", "own_word", "verdict"),
    [
        (True, False, False, "reproduced"),
        (False, False, False, "refuted"),
        (True, False, True, "consistent"),
        (False, False, True, "refuted"),
        (True, True, False, "supported"),
        (False, True, False, "not supported"),
        (True, True, True, "supported"),
    ],
)
def test_a_check_is_reproduced_a_small_experiment_only_supports_and_the_works_own_word_is_only_consistent(
    holds, scaled_down, own_word, verdict
):
    assert judge_found(CHECKED, holds, "both are 3.", scaled_down, own_word) == {
        "verdict": verdict,
        "printed": "the same",
        "unit": "x",
        "check": "p.holds",
        "found": "both are 3.",
    }


@pytest.mark.parametrize(("value", "verdict"), [("2", "consistent"), ("2.09", "truncated"), ("3", "refuted")])
def test_arithmetic_on_printed_figures_is_consistent_at_best(value, verdict):
    alone = claim("2.0", "x", measure="6 / 3")  # nothing is called
    assert judge_value(alone, Fraction(value))["verdict"] == verdict


@pytest.mark.parametrize(("value", "verdict"), [("2", "consistent"), ("3", "refuted")])
def test_a_measure_that_leans_on_the_works_own_word_is_consistent_at_best(value, verdict):
    leaning = claim("2", "x", own_word=True)
    found = judge_value(leaning, Fraction(value))
    assert found["verdict"] == verdict
    assert is_current(leaning, found)
    assert not is_current(claim("2", "x"), found)


def test_an_explanation_of_a_claim_that_is_consistent_is_an_error():
    alone = claim("2", "x", measure="6 / 3", explained_by="params(net())")
    assert judge_value(alone, Fraction(2), Fraction(2))["verdict"] == "error"


def test_an_open_claim_keeps_its_reason():
    assert judge_open(OPEN) == {
        "verdict": "open",
        "printed": "4.2",
        "unit": "M params",
        "open": {"needs-data": "It needs ImageNet."},
    }


def test_an_error_keeps_its_reason_and_the_record():
    assert judge_error(MEASURED, "it died") == {
        "verdict": "error",
        "printed": "4.2",
        "unit": "M params",
        "measure": "params(net())",
        "error": "it died",
    }


# -- is a stored verdict still about the claim? --------------------------------------------------------------------------------

REFUTED = judge_value(EXPLAINED, Fraction(5_000_000), Fraction(4_200_000))
CURRENT = {
    "value": (MEASURED, judge_value(MEASURED, Fraction(4_200_000))),
    "digits": (claim("15300", digits=3), judge_value(claim("15300", digits=3), Fraction(1))),
    "explained": (EXPLAINED, REFUTED),
    "check": (CHECKED, judge_found(CHECKED, True, "so", False, False)),
    "open": (OPEN, judge_open(OPEN)),
    "error": (MEASURED, judge_error(MEASURED, "it died")),
    "explained error": (EXPLAINED, judge_error(EXPLAINED, "it died")),
}


@pytest.mark.parametrize("name", CURRENT)
def test_a_verdict_is_current_for_the_claim_that_it_was_made_for(name):
    assert is_current(*CURRENT[name])


@pytest.mark.parametrize("name", CURRENT)
@pytest.mark.parametrize(
    "changes",
    [
        {"printed": "4.20"},
        {"unit": "K params"},
        {"digits": 2},
        {"measure": "weights(net())", "check": None, "open": None},
        {"measure": None, "check": "p.another", "open": None},
        {"measure": None, "check": None, "open": Open(**{"needs-data": "Another reason."})},
        {"measure": None, "check": None, "open": Open(underspecified="It needs ImageNet.")},
    ],
    ids=lambda changes: "-".join(key for key, value in changes.items() if value is not None),
)
def test_a_verdict_is_stale_once_the_record_says_something_else(name, changes):
    made_for, verdict = CURRENT[name]
    assert not is_current(dataclasses.replace(made_for, **changes), verdict)


@pytest.mark.parametrize("explained_by", [None, "2 * params(net())"])
def test_a_verdict_is_stale_once_its_explanation_changes(explained_by):
    assert not is_current(dataclasses.replace(EXPLAINED, explained_by=explained_by), REFUTED)


def test_a_verdict_without_an_explanation_is_stale_once_there_is_one():
    verdict = judge_value(MEASURED, Fraction(5_000_000))
    assert not is_current(EXPLAINED, verdict)


def test_a_verdict_is_stale_once_digits_are_left_out_of_the_record():
    made_for, verdict = CURRENT["digits"]
    assert not is_current(dataclasses.replace(made_for, digits=None), verdict)


def test_what_the_verdict_does_not_hold_may_change():
    changed = dataclasses.replace(
        MEASURED, says="Reworded.", note="Longer.", where="Table 2", confirmed=False
    )
    assert is_current(changed, CURRENT["value"][1])


def test_a_verdict_that_says_nothing_is_current_for_no_claim():
    assert not any(is_current(made_for, {}) for made_for, _ in CURRENT.values())
