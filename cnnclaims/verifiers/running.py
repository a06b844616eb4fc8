"""Answers expressions and checks: measures are read off traces here, traces and checks are made in worker processes.

No torch in this process. Each network is built and run once a run, however many expressions speak of it; a worker that dies, hangs or
exceeds its memory costs the questions that needed it, and nothing else.
"""

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from cnnclaims.claims.language import NETWORK, Parameter, Signature, evaluate, parse
from cnnclaims.verifiers.catalogue import function, signatures
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.failure import Failure, failure
from cnnclaims.verifiers.pool import TIME_LIMIT, Pool, Task
from cnnclaims.verifiers.traced import Trace

Answer = Fraction | Found | Failure
Traces = dict[Task, Trace | Failure]


class _TraceNeeded(Exception):
    def __init__(self, key: Task, task: Task) -> None:
        self.key, self.task = key, task


class _TraceFailed(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class _Subject:
    """A network named in an expression; its traces arrive as workers make them. One label, one network."""

    def __init__(self, signature: Signature, traces: Traces, *args: Any, **kwargs: Any) -> None:
        parameters = signature.parameters
        given = {p.name: value for p, value in zip(parameters, args, strict=False)} | kwargs
        values = {p.name: _as_annotated(given[p.name], p) for p in parameters if p.name in given}
        self.name = signature.name
        defaults = {p.name: p.default for p in parameters}
        self.arguments = {name: value for name, value in values.items() if repr(value) != defaults[name]}
        self.label = (
            f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"
        )
        self._traces = traces

    def traced(self, input: int | None = None) -> Trace:
        key = ("trace", self.label, input)
        if key not in self._traces:
            raise _TraceNeeded(key, ("trace", self.name, self.arguments, input, self.label))
        found = self._traces[key]
        if isinstance(found, Failure):
            raise _TraceFailed(found)
        return found


def _as_annotated(value: Any, parameter: Parameter) -> Any:
    """`width=1` as the 1.0 that the network is built with."""
    return float(value) if type(value) is int and parameter.kinds == {"float"} else value


def answers(
    expressions: Iterable[str],
    checks: Iterable[str] = (),
    jobs: int = 1,
    time_limit: float = TIME_LIMIT,
) -> Iterator[tuple[str, Answer]]:
    """Each question with its answer, in the order in which they are settled. Checks are named, expressions are checked ones."""
    traces: Traces = {}
    functions = _functions(traces)
    waiting: dict[Task, list[str]] = {}  # the trace that is to be made -> the expressions that need it
    with Pool(jobs, time_limit) as pool:

        def ask(expression: str) -> Iterator[tuple[str, Answer]]:
            try:
                yield expression, _evaluated(expression, functions)
            except _TraceNeeded as needed:
                if needed.key not in waiting:
                    pool.add(needed.key, needed.task)
                waiting.setdefault(needed.key, []).append(expression)

        for check in dict.fromkeys(checks):
            pool.add(("check", check), ("check", check))
        for expression in dict.fromkeys(expressions):
            yield from ask(expression)
        while pool.busy:
            key, result = pool.next()
            if key[0] == "check":
                yield key[1], result if isinstance(result, Failure) else Found(*result)
                continue
            traces[key] = result
            for expression in waiting.pop(key):
                yield from ask(expression)


def values(
    expressions: Iterable[str], jobs: int, time_limit: float
) -> Iterator[tuple[str, Fraction | Failure]]:
    """Each expression with its value, in the order in which they are settled."""
    for expression, answer in answers(expressions, (), jobs, time_limit):
        assert not isinstance(answer, Found)
        yield expression, answer


def traces(
    calls: Iterable[tuple[str, int | None]], jobs: int = 1, time_limit: float = TIME_LIMIT
) -> Iterator[tuple[tuple[str, int | None], Trace | Failure]]:
    """The trace of each network call at an input side (None: the paper's), in the order in which they are settled."""
    asked: dict[Task, tuple[str, int | None]] = {}
    with Pool(jobs, time_limit) as pool:
        for call, input in dict.fromkeys(calls):
            subject = _subject(call)
            key = ("trace", subject.label, input)
            if key not in asked:
                asked[key] = (call, input)
                pool.add(key, ("trace", subject.name, subject.arguments, input, subject.label))
        while pool.busy:
            key, result = pool.next()
            yield asked[key], result


@functools.cache
def label(call: str) -> str:
    """A network call with its arguments by name, without those that say what the default says."""
    return _subject(call).label


class _Named(Exception):
    def __init__(self, subject: _Subject) -> None:
        self.subject = subject


def _subject(call: str) -> _Subject:
    """The network of a call that `check` finds no fault in and whose arguments are numbers and words."""
    tree = parse(call)
    assert isinstance(tree, ast.Call)
    assert isinstance(tree.func, ast.Name)
    signature = signatures()[tree.func.id]

    def name_it(*args: Any, **kwargs: Any) -> None:
        raise _Named(_Subject(signature, {}, *args, **kwargs))

    try:
        evaluate(call, {signature.name: name_it})
    except _Named as found:
        return found.subject
    raise AssertionError(f"{call} calls nothing")


def _evaluated(expression: str, functions: dict[str, Callable[..., Any]]) -> Fraction | Failure:
    try:
        return evaluate(expression, functions)
    except _TraceNeeded:
        raise
    except _TraceFailed as failed:
        return failed.failure
    except Exception as error:  # a measure that cannot answer
        return failure(error)


def _functions(traces: Traces) -> dict[str, Callable[..., Any]]:
    """Measures as they are, networks as subjects whose traces are asked for."""

    def subject(signature: Signature) -> Callable[..., _Subject]:
        return lambda *args, **kwargs: _Subject(signature, traces, *args, **kwargs)

    return {
        name: subject(signature) if signature.returns == NETWORK else function(name)
        for name, signature in signatures().items()
    }
