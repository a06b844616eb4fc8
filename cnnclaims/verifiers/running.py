"""Answers expressions and checks: measures are read off traces here, traces and checks are made in worker processes.

What is timed is timed last and alone. No torch in this process. Each network is built and run once a run, however many expressions
speak of it; a worker that dies, hangs or exceeds its memory costs the questions that needed it, and nothing else.
"""

import ast
import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from cnnclaims.claims.language import NETWORK, Parameter, Signature, evaluate, parse
from cnnclaims.verifiers.catalogue import function, signatures
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.failure import Failure, failure
from cnnclaims.verifiers.pool import TIME_LIMIT, Pool, Task
from cnnclaims.verifiers.timing.reading import Reading
from cnnclaims.verifiers.traced import Trace

Answer = Fraction | Found | Failure
Made = dict[Task, Trace | Reading | Failure]  # what workers have made so far
Readings = dict[str, list[Reading]]  # an expression -> what was measured on this machine for it
Question = tuple[str, int | None]  # a network call, and the side of its input where it is not the paper's
Take = Callable[[Question, Trace | Failure], None]

TIMED = "timed"  # the kind of task that is done alone


class _Needed(Exception):
    def __init__(self, key: Task, task: Task) -> None:
        self.key, self.task = key, task


class _Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class _Subject:
    """A network named in an expression; its traces and timings arrive as workers make them. One label, one network."""

    def __init__(
        self, signature: Signature, made: Made, used: list[Reading], *args: Any, **kwargs: Any
    ) -> None:
        parameters = signature.parameters
        given = {p.name: value for p, value in zip(parameters, args, strict=False)} | kwargs
        values = {p.name: _as_annotated(given[p.name], p) for p in parameters if p.name in given}
        self.name = signature.name
        defaults = {p.name: p.default for p in parameters}
        self.arguments = {name: value for name, value in values.items() if repr(value) != defaults[name]}
        self.label = (
            f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"
        )
        self._made = made
        self._used = used

    def traced(self, input: int | None = None) -> Trace:
        """What a forward pass of this network leaves behind."""
        found = self._get(*self.tracing(input))
        assert isinstance(found, Trace)
        return found

    def tracing(self, input: int | None) -> tuple[Task, Task]:
        """The key and the task of its trace."""
        return ("trace", self.label, input), ("trace", self.name, self.arguments, input, self.label)

    def timed(
        self,
        what: str,
        others: "tuple[_Subject, ...]",
        device: str,
        batch: int,
        threads: int,
        input: int | None,
    ) -> Reading:
        """What this network takes on a device, beside others where it is compared with them."""
        nets = (self, *others)
        how = (device, threads, batch, input)
        key = (TIMED, ", ".join(net.label for net in nets), what, *how)
        subjects = [(net.name, net.arguments, net.label) for net in nets]
        found = self._get(key, (TIMED, what, subjects, *how))
        assert isinstance(found, Reading)
        self._used.append(found)
        return found

    def _get(self, key: Task, task: Task) -> Trace | Reading:
        if key not in self._made:
            raise _Needed(key, task)
        found = self._made[key]
        if isinstance(found, Failure):
            raise _Failed(found)
        return found


def _as_annotated(value: Any, parameter: Parameter) -> Any:
    """`width=1` as the 1.0 that the network is built with."""
    return float(value) if type(value) is int and parameter.kinds == {"float"} else value


def answers(
    expressions: Iterable[str],
    checks: Iterable[str] = (),
    jobs: int = 1,
    time_limit: float = TIME_LIMIT,
    readings: Readings | None = None,
    networks: Iterable[Question] = (),
    take: Take = lambda question, trace: None,
) -> Iterator[tuple[str, Answer]]:
    """Each question with its answer, in the order in which they are settled. Checks are named, expressions are checked ones.

    `readings` takes up what was measured on this machine for each expression. The traces of `networks` are made whether an
    expression needs them or not, and go to `take` as they come; their calls are spelt like labels.
    """
    made: Made = {}
    used: list[Reading] = []  # by the expression that is being evaluated
    functions = _functions(made, used)
    waiting: dict[Task, list[str]] = {}  # what is to be made -> the expressions that need it
    timings: deque[tuple[Task, Task]] = deque()  # one at a time, once nothing else runs
    with Pool(jobs, time_limit) as pool:

        def ask(expression: str) -> Iterator[tuple[str, Answer]]:
            used.clear()
            try:
                answer = _evaluated(expression, functions)
                if used and readings is not None:
                    readings[expression] = list(dict.fromkeys(used))
                yield expression, answer
            except _Needed as needed:
                if needed.key not in waiting and needed.key[0] == TIMED:
                    timings.append((needed.key, needed.task))
                elif needed.key not in waiting:
                    pool.add(needed.key, needed.task)
                waiting.setdefault(needed.key, []).append(expression)

        for check in dict.fromkeys(checks):
            pool.add(("check", check), ("check", check))
        for expression in dict.fromkeys(expressions):
            yield from ask(expression)
        wanted: dict[Task, Question] = {}
        for call, input in networks:
            key, task = _subject(call).tracing(input)
            wanted[key] = call, input
            if key not in waiting:
                pool.add(key, task)
                waiting[key] = []
        while pool.busy or timings:
            if not pool.busy:
                pool.add(*timings.popleft())
            key, result = pool.next()
            if key[0] == "check":
                yield key[1], result if isinstance(result, Failure) else Found(*result)
                continue
            made[key] = result
            if key in wanted:
                take(wanted[key], result)
            for expression in waiting.pop(key):
                yield from ask(expression)


def values(
    expressions: Iterable[str], jobs: int, time_limit: float, readings: Readings | None = None
) -> Iterator[tuple[str, Fraction | Failure]]:
    """Each expression with its value, in the order in which they are settled."""
    for expression, answer in answers(expressions, (), jobs, time_limit, readings):
        assert not isinstance(answer, Found)
        yield expression, answer


def trace(call: str, input: int | None, time_limit: float) -> Trace | Failure:
    """What a network named by a checked call does at an input side (None: the paper's)."""
    with Pool(1, time_limit) as pool:
        pool.add(*_subject(call).tracing(input))
        found: Trace | Failure = pool.next()[1]
        return found


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
        raise _Named(_Subject(signature, {}, [], *args, **kwargs))

    try:
        evaluate(call, {signature.name: name_it})
    except _Named as found:
        return found.subject
    raise AssertionError(f"{call} calls nothing")


def roofline(
    call: str, device: str, threads: int, batch: int, input: int | None, time_limit: float
) -> dict[str, Any] | Failure:
    """What each layer of a network named by a checked call reaches on a device, as `timing/roofline.py` has it."""
    net = _subject(call)
    task = ("roofline", net.name, net.arguments, net.label, device, threads, batch, input)
    with Pool(1, time_limit) as pool:
        pool.add(("roofline", net.label), task)
        found: dict[str, Any] | Failure = pool.next()[1]
        return found


def _evaluated(expression: str, functions: dict[str, Callable[..., Any]]) -> Fraction | Failure:
    try:
        return evaluate(expression, functions)
    except _Needed:
        raise
    except _Failed as failed:
        return failed.failure
    except Exception as error:  # a measure that cannot answer
        return failure(error)


def _functions(made: Made, used: list[Reading]) -> dict[str, Callable[..., Any]]:
    """Measures as they are, networks as subjects whose traces and timings are asked for."""

    def subject(signature: Signature) -> Callable[..., _Subject]:
        return lambda *args, **kwargs: _Subject(signature, made, used, *args, **kwargs)

    return {
        name: subject(signature) if signature.returns == NETWORK else function(name)
        for name, signature in signatures().items()
    }
