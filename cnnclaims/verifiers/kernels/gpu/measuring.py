"""One Triton form measured: its error as a share of the bound, and its time in turn with the framework's, cuDNN's on a GPU."""

import contextlib
import functools
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from cnnclaims.verifiers.kernels.gpu import drawn, forms
from cnnclaims.verifiers.kernels.gpu.drawn import Arguments
from cnnclaims.verifiers.timing.rounds import spread

FLUSHED = (
    2**30
)  # bytes written before each call: far more than an H100's level-2 cache, and for longer than a launch takes
Results = dict[str, Any]


@contextlib.contextmanager
def multiplying(precision: str) -> Iterator[None]:
    """The framework's products of float32 as a kernel's `precision` says, and cuDNN's fastest algorithm for each shape."""
    tf32 = precision == "tf32"
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = tf32
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=True, deterministic=False, allow_tf32=tf32):
            yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def stopwatch(device: str) -> Callable[[Callable[[], object]], float]:
    """Seconds of one call: by events of the GPU's own, with a cache that holds nothing of the call's, or by the CPU's clock."""
    if device == "cpu":

        def on_cpu(call: Callable[[], object]) -> float:
            before = time.perf_counter()
            call()
            return time.perf_counter() - before

        return on_cpu

    cache = torch.empty(FLUSHED, dtype=torch.int8, device=device)
    begin = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    end = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]

    def on_gpu(call: Callable[[], object]) -> float:
        cache.zero_()  # lasts longer than the launch of what follows, which then waits for nothing but the GPU
        begin.record()
        call()
        end.record()
        end.synchronize()
        return float(begin.elapsed_time(end)) / 1000

    return on_gpu


def in_turn(calls: dict[str, Callable[[], object]], device: str, rounds: int) -> dict[str, Results]:
    """Median and quartiles of each call's seconds; all take turns, so that a busy moment hits all of them."""
    seconds = stopwatch(device)
    for call in calls.values():
        for _ in range(5 if device == "cuda" else 1):  # compiles, chooses algorithms, warms up
            call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call))
    return {name: spread(each)._asdict() for name, each in times.items()}


def ceilings(device: str, rounds: int) -> Results:
    """Bytes a second of a copy, both ways counted, and multiply-adds a second of a matrix product of each kind."""
    numbers, side = (2**28, 8192) if device == "cuda" else (2**16, 64)
    x = torch.zeros(numbers, device=device)
    y = torch.empty_like(x)
    copied = in_turn({"copy": lambda: y.copy_(x)}, device, rounds)["copy"]
    found: Results = {"bytes/s": 2 * 4 * numbers / copied["median"], "multiply-adds/s": {}}
    for dtype, precision in forms.KINDS:
        a = torch.randn(side, side, device=device, dtype=getattr(torch, dtype))
        with multiplying(precision):
            product = in_turn({"product": functools.partial(torch.matmul, a, a)}, device, rounds)["product"]
        found["multiply-adds/s"][f"{dtype} {precision}"] = side**3 / product["median"]
    return found


def measured(name: str, shape: dict[str, int], kind: tuple[str, str], device: str, rounds: int) -> Results:
    """One kernel on random maps of a shape: does it agree, its times, and what its floors are made of."""
    form, dtype, precision = forms.FORMS[name], getattr(torch, kind[0]), kind[1]
    arguments = form.arguments(drawn.source(0, dtype, device), **shape)
    found = forms.call(form, arguments, precision)
    moved = [value for value in (*arguments.values(), *found) if isinstance(value, Tensor)]
    theirs = form.prepared(**arguments)
    with FlopCounterMode(display=False) as counter:
        form.theirs(**theirs)
    return {
        **agreement(name, arguments, found, precision, device),
        "bytes": sum(tensor.numel() * tensor.element_size() for tensor in moved),
        "multiply-adds": counter.get_total_flops() // 2 if form.terms(arguments) else 0,
        "seconds": times(form, arguments, theirs, precision, device, rounds),
    }


def agreement(
    name: str, arguments: Arguments, found: tuple[Tensor, ...], precision: str, device: str
) -> Results:
    """The largest error as a share of its bound, and how many outputs of a control are beyond it.

    The control is given the channels of its first argument in another order; it is worth something where half of it is wrong.
    """
    exact = forms.expected(forms.FORMS[name], arguments)
    bounds = forms.bounds(name, arguments, precision, rounds=device == "cuda")
    first = next(iter(arguments))
    reordered = arguments | {first: arguments[first].roll(1, dims=1)}
    wrong = forms.call(forms.FORMS[name], reordered, precision)
    share, beyond = 0.0, 1.0
    for y, control, true, bound in zip(found, wrong, exact, bounds, strict=True):
        error = (y.double() - true).abs()
        beyond = min(beyond, float(((control.double() - true).abs() > bound).double().mean()))
        within = bool((error <= bound).all())
        share = max(share, float((error / bound.clamp(min=1e-300)).max()) if within else math.inf)
    return {
        "error / bound": share if share < math.inf else "more than 1",
        "agrees": share <= 1,
        "control beyond the bound": beyond,
        "differs": beyond > 0.5,
    }


def times(
    form: forms.Form, arguments: Arguments, theirs: Arguments, precision: str, device: str, rounds: int
) -> Results:
    """Seconds of the kernel, of the framework's form, and of that on maps whose channels lie side by side."""
    last = {
        key: value.to(memory_format=torch.channels_last)
        if isinstance(value, Tensor) and value.dim() == 4
        else value
        for key, value in theirs.items()
    }
    calls: dict[str, Callable[[], object]] = {
        "triton": lambda: forms.call(form, arguments, precision),
        "torch": lambda: form.theirs(**theirs),
        "torch, channels last": lambda: form.theirs(**last),
    }
    with multiplying(precision), torch.inference_mode():
        return in_turn(calls, device, rounds)
