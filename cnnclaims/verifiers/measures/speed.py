"""What a network takes on a machine: time, memory, energy. Measured anew in every run, on the machine that runs it.

All are measured in a worker process, one at a time and with nothing else of the run beside them: after a warm-up in rounds, until the
median is known to half a per cent or twelve seconds are spent. Weights and images are random numbers in float32, the network is in
evaluation mode, and no gradients are kept. A figure differs from run to run, so no record's `measure` may use one; a record names
a comparison under `timing`, whose verdict says which machine it is about.
"""

from fractions import Fraction
from typing import Protocol, runtime_checkable

from cnnclaims.verifiers.measures.quantities import (
    Bytes,
    Device,
    JoulesPerImage,
    Network,
    Rate,
    Ratio,
    Seconds,
)
from cnnclaims.verifiers.timing.reading import Reading

DIGITS = 4  # of a measured figure


@runtime_checkable
class Timeable(Protocol):
    """A network named in an expression, which a worker builds and measures."""

    def timed(
        self, what: str, others: tuple[Network, ...], device: str, batch: int, threads: int, input: int | None
    ) -> Reading:
        """The measurement `what` of this network, beside others where it compares."""


def latency(
    net: Network, device: Device = "cpu", batch: int = 1, threads: int = 1, input: int | None = None
) -> Seconds:
    """Seconds of one forward pass of `batch` images: the median. `input` is the side in pixels, the paper's by default.

    To compare two networks use latency_ratio: two latencies are measured at different moments.
    """
    return _measured(net, "latency", (), device, batch, threads, input)


def throughput(
    net: Network, device: Device = "cpu", batch: int = 1, threads: int = 1, input: int | None = None
) -> Rate:
    """Images a second, forward, `batch` at a time: the median."""
    return _measured(net, "throughput", (), device, batch, threads, input)


def latency_ratio(
    net: Network,
    to: Network,
    device: Device = "cpu",
    batch: int = 1,
    threads: int = 1,
    input: int | None = None,
) -> Ratio:
    """Seconds of a network's forward pass over those of another, run in turn: the median of the rounds' ratios.

    Above 1 the first is the slower. Both meet the same disturbance within a round, which two latencies do not.
    """
    return _measured(net, "latency_ratio", (to,), device, batch, threads, input)


def peak_memory(
    net: Network, device: Device = "cpu", batch: int = 1, threads: int = 1, input: int | None = None
) -> Bytes:
    """Bytes that parameters, images and the forward pass hold at most at one time, by torch's allocator of the device."""
    return _measured(net, "peak_memory", (), device, batch, threads, input)


def energy(
    net: Network, device: Device = "cuda", batch: int = 1, threads: int = 1, input: int | None = None
) -> JoulesPerImage:
    """Joules of an image, forward, by the energy counter of an NVIDIA GPU; open where there is none. Idle power is not taken off."""
    return _measured(net, "energy", (), device, batch, threads, input)


def _measured(
    net: Network,
    what: str,
    others: tuple[Network, ...],
    device: str,
    batch: int,
    threads: int,
    input: int | None,
) -> Fraction:
    if not isinstance(net, Timeable):
        raise TypeError(f"{what} needs a network named in an expression; a trace has no time")
    spread = net.timed(what, others, device, batch, threads, input).spread
    return Fraction(spread.median) if spread.rounds == 1 else Fraction(f"{spread.median:.{DIGITS}g}")
