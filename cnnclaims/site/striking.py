"""The refuted claims that the front page shows, chosen by a rule, and how one is shown."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from cnnclaims.claims.printed import PrintedError, parse
from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import Canon, Judged
from cnnclaims.site.parts import grouped, link, measured, paper_url, printed, tied, with_unit

# Claims that everyone quotes come first, in this order; a test holds each of them to be refuted still.
FIRST = (
    "inception-v1/s1-12x",
    "squeezenet/abs-50x",
    "alexnet/s1-conv-share",
    "densenet/t2-stochdepth-params",
)
MOST = 10  # one at the top of the page, three rows of three below
RULE = (
    "First some that are quoted often, then the numbers that are furthest off of all those that another way of counting"
    " explains, one a paper."
)
SENTENCE = re.compile(r"^.+?[.!?](?=\s|$)", re.DOTALL)


def striking(canon: Canon) -> list[Judged]:
    """The claims of FIRST that are refuted, then the widest explained one of each paper, up to MOST in all."""
    refuted = {judged.claim.name: judged for judged in canon.claims if judged.verdict == "refuted"}
    shown = [refuted[name] for name in FIRST if name in refuted]
    records = {paper.record.id for paper in canon.papers if paper.record.kind == "paper"}
    for judged in sorted(refuted.values(), key=lambda one: (-off(one), one.claim.name)):
        papers, numbers = {one.claim.paper for one in shown}, {_numbers(one) for one in shown}
        new = judged.claim.paper in records - papers and _numbers(judged) not in numbers
        if judged.explanation and new and len(shown) < MOST:
            shown.append(judged)
    return shown


def _numbers(judged: Judged) -> tuple[str, str, str]:
    """What tells a number from the same one in another paper."""
    return judged.claim.printed, judged.claim.unit, judged.text("measured")


def off(judged: Judged) -> float:
    """How far off a number is, in per cent; 0 where it is no matter of distance."""
    number = judged.text("distance").split(" ")[0].lstrip("+-").replace(",", "")
    return float(number) if number else 0.0


def cards(claims: Sequence[Judged]) -> str:
    """The claims as a list of cards: printed and measured number, drawn to one scale."""
    return f'<ul class="striking">\n{"".join(map(_card, claims))}</ul>\n'


def _card(judged: Judged) -> str:
    claim = judged.claim
    why = SENTENCE.match(claim.note or "")
    return (
        f'<li>\n<p class="says">{tied(link(paper_url(claim.paper, claim.id), claim.says))}</p>\n'
        f'<dl>\n<div><dt>printed</dt><dd>{printed(judged)}</dd></div>\n<div class="found"><dt>measured</dt>'
        f'<dd title="{measured(judged)}">{_rounded(judged)}</dd></div>\n</dl>\n{_bars(judged)}'
        + (f"<p>{tied(esc(why[0]))}</p>\n" if why else "")
        + f"<p><small>{link(paper_url(claim.paper), claim.paper)}, {esc(claim.where)}</small></p>\n</li>\n"
    )


def _rounded(judged: Judged) -> str:
    """The measured number to three digits, or to one more than is printed."""
    text = judged.text("measured")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return measured(judged)
    digits = max(3, len(re.sub(r"\D", "", judged.claim.printed).lstrip("0")) + 1)
    places = digits - 1 - value.adjusted()
    if places < -value.as_tuple().exponent:  # type: ignore[operator]  # it is a number for what is no NaN
        value = round(value, max(places, 0))
    return with_unit(grouped(f"{value:f}"), judged.claim.unit)


def _bars(judged: Judged) -> str:
    """Two bars as long as the numbers; nothing where one of them is no plain number."""
    try:
        stated, value = _number(judged), Decimal(judged.text("measured"))
    except (PrintedError, InvalidOperation):
        return ""
    if stated is None or stated < 0 or value < 0 or not max(stated, float(value)):
        return ""
    longest = max(stated, float(value))
    widths = [max(0.6, 100 * one / longest) for one in (stated, float(value))]
    return (
        '<svg class="pair" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="printed" width="{widths[0]:.1f}" height="4"/><rect class="found" y="6" width="{widths[1]:.1f}" height="4"/>'
        "</svg>\n"
    )


def _number(judged: Judged) -> float | None:
    """The printed number: itself, or the one limit that is printed."""
    read = parse(judged.claim.printed, judged.claim.unit, judged.claim.digits)
    numbers = [one for one in (read.number, read.high, read.low) if one is not None]
    return float(numbers[0]) if numbers else None
