"""The roofline of a network on a machine (Williams, Waterman, Patterson 2009): what each layer reaches, and what it could.

A layer of so many multiply-adds a byte can run no faster than the machine multiplies, and no faster than it moves those bytes. Both
ceilings are measured here: the fastest product of two square matrices, the fastest copy of a large tensor. A share above 1 is no
error: Winograd's algorithm does fewer multiplications than are counted, and data that fits the cache moves faster than a copy.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnclaims.verifiers.catalogue import function
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing.machine import Machine, forward, images_for, on
from cnnclaims.verifiers.timing.rounds import LEAST, Spread, rounds, spread
from cnnclaims.verifiers.trace import Recorder, module_hooks
from cnnclaims.verifiers.traced import Node

PRODUCT = {"cpu": 1024, "cuda": 8192}  # rows and columns of the matrices
COPIED = {"cpu": 2**28, "cuda": 2**31}  # bytes, far beyond the caches
SHARES = (0.2, 0.2, 0.6)  # of the budget: product and copy, the whole pass, the layers


class Call(NamedTuple):
    """One torch function of the forward pass: its first node, and the bytes that it reads and writes."""

    node: Node
    bytes: int


def roofline(
    name: str, arguments: dict[str, Any], written: str, machine: Machine, batch: int, input: int | None
) -> dict[str, Any]:
    """Ceilings, the whole pass and every layer, as plain data; seconds, bytes, multiply-adds, each for the whole batch."""
    with on(machine), torch.inference_mode():
        net = function(name)(**arguments)
        peak, bandwidth = ceilings(machine)
        run = forward(net, machine, batch, input)
        whole = spread(
            [one for (one,) in rounds([run], SHARES[1] * machine.budget, machine.clock, machine.block)]
        )
        images = images_for(net, machine, batch, input)
        calls = recorded(net, images)
        times = timed(net, images, len(calls), machine)
        layers = [
            row(call, spread(list(seconds)), batch, peak, bandwidth)
            for call, seconds in zip(calls, zip(*times, strict=True), strict=True)
            if call is not None
        ]
        return {
            "network": written,
            "machine": machine.name,
            "batch": batch,
            "input": list(images.shape[1:]),
            "ceilings": {"macs_per_second": peak, "bytes_per_second": bandwidth},
            "seconds": whole._asdict(),
            "layers": layers,
        }


def ceilings(machine: Machine) -> tuple[float, float]:
    """Multiply-adds and bytes a second: the best of a product of matrices in float32, and of a copy, which reads and writes."""
    side = PRODUCT[machine.device]
    left, right = (torch.randn(side, side, device=machine.device) for _ in range(2))
    source = torch.ones(COPIED[machine.device] // 4, device=machine.device)
    target = torch.empty_like(source)

    def multiply() -> None:
        torch.mm(left, right)
        machine.finish()

    def copy() -> None:
        target.copy_(source)
        machine.finish()

    budget = SHARES[0] * machine.budget / 2
    with _as_in_convolutions():
        product = rounds([multiply], budget, machine.clock, machine.block)
    copied = rounds([copy], budget, machine.clock, machine.block)
    return side**3 / min(one for (one,) in product), 2 * source.nbytes / min(one for (one,) in copied)


@contextlib.contextmanager
def _as_in_convolutions() -> Iterator[None]:
    """Matrix products in the precision that cuDNN's convolutions are allowed, which is TF32 by default."""
    kept = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = kept


class _Bytes(Recorder):
    """Sees every torch function as a trace does, and how many bytes it moves; `calls` has None where no layer runs."""

    def __init__(self, net: nn.Module, paths: dict[int, str]) -> None:
        super().__init__(net, paths)
        self.calls: list[Call | None] = []

    def record(self, function_name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Keep the operation as a trace does, and the bytes that it moved."""
        before = len(self.nodes)
        super().record(function_name, args, kwargs, result)
        new = self.nodes[before:]
        inputs, outputs = list(_tensors((*args, *kwargs.values()))), list(_tensors((result,)))
        in_place = bool(kwargs.get("inplace")) or _writes_its_input(function_name)
        self.calls.append(Call(new[0], moved(inputs, outputs, in_place)) if new else None)


def moved(inputs: list[Tensor], outputs: list[Tensor], in_place: bool) -> int:
    """Bytes of the tensors that go in and come out; none where what comes out is what went in, seen another way."""
    places = {tensor.untyped_storage().data_ptr() for tensor in inputs}
    if not in_place and all(tensor.untyped_storage().data_ptr() in places for tensor in outputs):
        return 0
    distinct = {id(tensor): tensor for tensor in inputs}.values()
    return sum(tensor.nbytes for tensor in (*distinct, *outputs))


def _writes_its_input(name: str) -> bool:
    """Whether torch's function of this name works in place: `relu_`, `__iadd__`."""
    return name.startswith("__i") or (name.endswith("_") and not name.endswith("__"))


def _tensors(values: Any) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)


def recorded(net: Network, images: Tensor) -> list[Call | None]:
    """Every torch function of one pass, in order."""
    recorder = _Bytes(net, {id(module): path for path, module in net.named_modules()})
    recorder.made_by[id(images)] = -1
    recorder.kept.append(images)
    with module_hooks(recorder), recorder:
        net(images)
    return recorder.calls


class _Stopwatch(TorchFunctionMode):
    """Times every torch function from its call to its end on the device."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.finish, self.clock = machine.finish, machine.clock
        self.seconds: list[float] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        begin = self.clock()
        result = func(*args, **(kwargs or {}))
        self.finish()
        if func.__name__ != "__get__":
            self.seconds.append(self.clock() - begin)
        return result


def timed(net: Network, images: Tensor, number: int, machine: Machine) -> list[tuple[float, ...]]:
    """Seconds of every torch function, pass by pass; two passes go before those that count."""
    found: list[tuple[float, ...]] = []
    begin = time.monotonic()
    while len(found) < LEAST + 2 or time.monotonic() - begin < SHARES[2] * machine.budget:
        with _Stopwatch(machine) as stopwatch:
            net(images)
        if len(stopwatch.seconds) != number:
            raise RuntimeError(
                f"a pass called {len(stopwatch.seconds)} torch functions, the one before {number}"
            )
        found.append(tuple(stopwatch.seconds))
    return found[2:]


def row(call: Call, seconds: Spread, batch: int, peak: float, bandwidth: float) -> dict[str, Any]:
    """One layer: its cost, its time, what it reaches and the share of what the ceilings allow (None where it moves nothing)."""
    node, moved = call
    macs = node.macs * batch
    attainable = max(macs / peak, moved / bandwidth)  # seconds at the ceilings
    sort = next((one for one in ("pointwise", "depthwise", "grouped", "full") if one in node.kinds), "")
    return {
        "path": node.path,
        "op": f"{sort} {node.op}".strip(),
        "output": list(node.shape),
        "macs": macs,
        "bytes": moved,
        "macs_per_byte": macs / moved if moved else None,
        "seconds": seconds.median,
        "quartiles": [seconds.low, seconds.high],
        "macs_per_second": macs / seconds.median,
        "bytes_per_second": moved / seconds.median,
        "bound": "compute" if macs / peak > moved / bandwidth else "memory",
        "share_of_ceiling": attainable / seconds.median if moved else None,
    }
