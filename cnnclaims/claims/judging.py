"""From a claim and what was found to a verdict, as plain data.

reproduced      the value rounds to the printed digits, or meets the printed limits; a check holds
consistent      as reproduced, but held against nothing but other printed figures, or a setting that what was built here was given
truncated       the printed digits are the value cut off, not rounded
refuted         neither; `distance` says by how much
supported       a scaled-down experiment shows the effect, `not supported` that it does not
open            nobody can check it here; the record says why
error           our own fault: a verifier raised, hung or died, or an explanation does not explain
"""

from fractions import Fraction
from typing import Any

from cnnclaims.claims.language import called
from cnnclaims.claims.printed import Printed, decimal, parse
from cnnclaims.claims.records import Claim
from cnnclaims.claims.units import UNITS

VERDICTS = ("reproduced", "consistent", "truncated", "refuted", "supported", "not supported", "open", "error")
HOLD = ("reproduced", "consistent")  # a claim that stands exactly as it is printed
Verdict = dict[str, Any]


def judge_open(claim: Claim) -> Verdict:
    """The verdict of a claim that nothing can check."""
    assert claim.open is not None
    return {"verdict": "open", **_stated(claim), "open": {claim.open.kind: claim.open.reason}}


def judge_error(claim: Claim, reason: str) -> Verdict:
    """The verdict where we failed."""
    return {"verdict": "error", **_stated(claim), "error": reason}


def judge_found(claim: Claim, holds: bool, found: str, scaled_down: bool, own_word: bool) -> Verdict:
    """The verdict of a check; `scaled_down` and `own_word` are those of `Found`."""
    if scaled_down:
        verdict = "supported" if holds else "not supported"
    elif holds:
        verdict = "consistent" if own_word else "reproduced"
    else:
        verdict = "refuted"
    return {"verdict": verdict, **_stated(claim), "found": found}


def judge_value(claim: Claim, value: Fraction, explanation: Fraction | None = None) -> Verdict:
    """The verdict of a measured number; `explanation` is the value of the claim's `explained_by`.

    A measure that calls nothing is arithmetic on figures that someone printed: nothing was built that could disagree. Of others
    the record says so where they lean on the work's own word.
    """
    printed = parse(claim.printed, claim.unit, claim.digits)
    scale = UNITS[claim.unit].scale
    found: Verdict = {"limits": printed.limits(), "value": exact(value), "measured": decimal(value / scale)}
    if printed.allows(value / scale):
        own_word = claim.own_word or not called(claim.measure or "")
        verdict = "consistent" if own_word else "reproduced"
    elif printed.cuts_to(value / scale):
        verdict = "truncated"
    else:
        verdict = "refuted"
        found["distance"] = distance(printed, value / scale)
    if claim.explained_by is not None:
        measured = decimal(explanation / scale) if explanation is not None else "nothing"
        if verdict in HOLD:
            return judge_error(
                claim, f"explained_by is no longer needed: the measure itself gives {found['measured']}"
            )
        if explanation is None or not printed.allows(explanation / scale):
            return judge_error(
                claim, f"explained_by gives {measured}, which is not the printed {claim.printed}"
            )
        found["explained_by"] = {
            "measure": claim.explained_by,
            "value": exact(explanation),
            "measured": measured,
        }
    return {"verdict": verdict, **_stated(claim), **found}


def _stated(claim: Claim) -> Verdict:
    """What the record says, so that a verdict can be held against the record that it was made for."""
    stated: Verdict = {"printed": claim.printed, "unit": claim.unit}
    if claim.digits is not None:
        stated["digits"] = claim.digits
    if claim.measure is not None:
        stated["measure"] = claim.measure
    if claim.own_word:
        stated["own_word"] = True
    if claim.check is not None:
        stated["check"] = claim.check
    return stated


def exact(value: Fraction) -> int | str:
    """A whole number as such, a fraction as "p/q": nothing is lost in JSON."""
    return int(value) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def distance(printed: Printed, value: Fraction) -> str:
    """How far a value lies from the printed number, or from the limit that it misses, in per cent (or as a difference from 0)."""
    if printed.number is not None:
        reference = printed.number
    elif printed.high is not None and (printed.low is None or value >= printed.high):
        reference = printed.high
    else:
        assert printed.low is not None
        reference = printed.low
    difference = value - reference
    sign = "-" if difference < 0 else "+"
    if reference == 0:
        return f"{sign}{decimal(abs(difference), 3)}"
    return f"{sign}{decimal(abs(100 * difference / reference), 2)} %"


def is_current(claim: Claim, verdict: Verdict) -> bool:
    """Whether a stored verdict was made for the claim as it stands now."""
    if claim.open is not None:
        return verdict.get("open") == {claim.open.kind: claim.open.reason} and _matches(claim, verdict)
    explained = (verdict.get("explained_by") or {}).get("measure")
    same_explanation = explained == claim.explained_by or verdict.get("verdict") == "error"
    return "open" not in verdict and same_explanation and _matches(claim, verdict)


def _matches(claim: Claim, verdict: Verdict) -> bool:
    keys = ("printed", "unit", "digits", "measure", "own_word", "check")
    return {key: verdict[key] for key in keys if key in verdict} == _stated(claim)
