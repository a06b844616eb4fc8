"""Claims in, verdicts out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version

from cnnclaims.claims.judging import Verdict, judge_error, judge_found, judge_open, judge_value
from cnnclaims.claims.language import called
from cnnclaims.claims.records import Claim
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.failure import Failure
from cnnclaims.verifiers.pool import TIME_LIMIT
from cnnclaims.verifiers.running import Answer, Question, Take, answers


def verify(
    claims: Iterable[Claim],
    jobs: int = 1,
    time_limit: float = TIME_LIMIT,
    networks: Iterable[Question] = (),
    take: Take = lambda question, trace: None,
) -> Iterator[tuple[Claim, Verdict]]:
    """Each claim with its verdict, in the order in which they are settled. The claims are linted ones.

    `take` gets the traces of `networks` as they come.
    """
    claims = list(claims)
    waiting: dict[str, list[Claim]] = {}
    missing: Counter[str] = Counter()
    for claim in claims:
        if claim.open is not None:
            yield claim, judge_open(claim)
        for question in _questions(claim):
            waiting.setdefault(question, []).append(claim)
            missing[claim.name] += 1
    found: dict[str, Answer] = {}
    expressions = [e for claim in claims for e in (claim.measure, claim.explained_by) if e is not None]
    checks = [claim.check for claim in claims if claim.check is not None]
    for question, answer in answers(expressions, checks, jobs, time_limit, networks=networks, take=take):
        found[question] = answer
        for claim in waiting[question]:
            missing[claim.name] -= 1
            if not missing[claim.name]:
                yield claim, judge(claim, found)


def _questions(claim: Claim) -> list[str]:
    questions = (claim.measure, claim.check, claim.explained_by)
    return list(dict.fromkeys(question for question in questions if question is not None))


def judge(claim: Claim, found: dict[str, Answer]) -> Verdict:
    """The verdict of one claim whose questions are answered."""
    given = [found[question] for question in _questions(claim)]
    for answer in given:
        if isinstance(answer, Failure):
            return judge_error(claim, answer.reason)
    if isinstance(given[0], Found):
        return judge_found(claim, *given[0])
    assert isinstance(given[0], Fraction)
    explanation = found[claim.explained_by] if claim.explained_by is not None else None
    assert explanation is None or isinstance(explanation, Fraction)
    return judge_value(claim, given[0], explanation)


def uses(claim: Claim, measures: Iterable[str]) -> bool:
    """Whether the claim's measure calls one of these functions."""
    return not set(measures).isdisjoint(called(claim.measure or ""))


def made_with() -> dict[str, str]:
    """The versions that measure, read without importing them."""
    found = {}
    for package in ("cnnclaims", "torch"):
        try:
            found[package] = version(package).partition("+")[0]
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
