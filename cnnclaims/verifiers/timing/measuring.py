"""The measurements behind the timed measures of the language: one worker does one at a time."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from cnnclaims.verifiers.catalogue import function
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing.energy import Counter, NoCounter
from cnnclaims.verifiers.timing.machine import Machine, forward, on
from cnnclaims.verifiers.timing.reading import Reading
from cnnclaims.verifiers.timing.rounds import Clock, Spread, ratios, rounds, spread

Subject = tuple[str, dict[str, Any], str]  # a network's name, its arguments, and both as written
WINDOW = 1.0  # seconds over which the energy counter, which some GPUs renew every 100 ms, is read
WINDOWS = 5


def measure(
    what: str, subjects: Sequence[Subject], machine: Machine, batch: int, input: int | None
) -> Reading:
    """One of `MEASUREMENTS`, of one network, or of two that are compared."""
    with on(machine):
        nets = [function(name)(**arguments) for name, arguments, _ in subjects]
        found, unit = MEASUREMENTS[what](nets, machine, batch, input)
        label = " to ".join(written for *_, written in subjects)
        images = f", {batch} images" if batch > 1 else ""
        pixels = f" at {input} pixels" if input is not None else ""
        return Reading(f"{what} of {label}{pixels}{images}", machine.name, unit, found)


def latency(nets: Sequence[Network], machine: Machine, batch: int, input: int | None) -> tuple[Spread, str]:
    """Seconds of one forward pass."""
    run = forward(nets[0], machine, batch, input)
    return spread([one for (one,) in rounds([run], machine.budget, machine.clock, machine.block)]), "s"


def throughput(
    nets: Sequence[Network], machine: Machine, batch: int, input: int | None
) -> tuple[Spread, str]:
    """Images a second."""
    run = forward(nets[0], machine, batch, input)
    return spread(
        [batch / one for (one,) in rounds([run], machine.budget, machine.clock, machine.block)]
    ), "images/s"


def latency_ratio(
    nets: Sequence[Network], machine: Machine, batch: int, input: int | None
) -> tuple[Spread, str]:
    """The first network's seconds to the second's, in turn."""
    runs = [forward(net, machine, batch, input) for net in nets]
    return ratios(rounds(runs, machine.budget, machine.clock, machine.block), of=0, to=1), "x"


def peak_memory(
    nets: Sequence[Network], machine: Machine, batch: int, input: int | None
) -> tuple[Spread, str]:
    """Bytes of parameters, buffers and images, and the most that torch's allocator gave out on top in one pass."""
    (net,) = nets
    run = forward(net, machine, batch, input)
    run()
    shape = net.input_shape if input is None else (net.input_shape[0], input, input)
    held = sum(tensor.numel() * tensor.element_size() for tensor in (*net.parameters(), *net.buffers()))
    held += batch * torch.Size(shape).numel() * torch.get_default_dtype().itemsize
    most = float(held + (_cuda_peak(run) if machine.device == "cuda" else _cpu_peak(run)))
    return Spread(most, most, most, 1), "B"


def _cuda_peak(run: Callable[[], object]) -> int:
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    run()
    return torch.cuda.max_memory_allocated() - before


def _cpu_peak(run: Callable[[], object]) -> int:
    """The highest sum of what torch's CPU allocator gave out and took back, as its profiler reports it."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        run()
    results = profiled.profiler and profiled.profiler.kineto_results
    assert results is not None
    events = sorted((e for e in results.events() if e.name() == "[memory]"), key=lambda e: e.start_ns())
    if not events:
        raise RuntimeError("torch's profiler reports no memory; a torch built with Kineto does")
    most = total = 0
    for event in events:
        total += event.nbytes()
        most = max(most, total)
    return most


def energy(nets: Sequence[Network], machine: Machine, batch: int, input: int | None) -> tuple[Spread, str]:
    """Joules of an image, all that the GPU draws: its idle power is not taken off."""
    found = windows([forward(net, machine, batch, input) for net in nets], counter(machine), machine.clock)
    return spread([one / batch for (one,) in found]), "J/image"


def counter(machine: Machine) -> Counter:
    """The energy counter of the machine's GPU; NoCounter where there is none."""
    if machine.device != "cuda":
        raise NoCounter(
            "no energy counter: a CPU's is not read here; time on an NVIDIA GPU, the device 'cuda'"
        )
    gpu = torch.cuda.get_device_properties()
    names = ("pci_domain_id", "pci_bus_id", "pci_device_id")
    if not all(
        hasattr(gpu, name) for name in names
    ):  # an older torch; where there is one GPU it is the first
        return Counter()
    domain, bus, device = (getattr(gpu, name) for name in names)
    return Counter(f"{domain:08x}:{bus:02x}:{device:02x}.0")


def windows(runs: Sequence[Callable[[], object]], counter: Counter, clock: Clock) -> list[tuple[float, ...]]:
    """Joules that one call takes, a tuple a round with one entry for each of `runs`, in turn; a first round does not count."""
    found = [tuple(_window(run, counter, clock) for run in runs) for _ in range(WINDOWS + 1)]
    return found[1:]


def _window(run: Callable[[], object], counter: Counter, clock: Clock) -> float:
    """Joules of a call, over a window of time."""
    number, begin, before = 0, clock(), counter.joules()
    while clock() - begin < WINDOW:
        run()
        number += 1
    return (counter.joules() - before) / number


Measurement = Callable[[Sequence[Network], Machine, int, int | None], tuple[Spread, str]]
MEASUREMENTS: dict[str, Measurement] = {
    "energy": energy,
    "latency": latency,
    "latency_ratio": latency_ratio,
    "peak_memory": peak_memory,
    "throughput": throughput,
}
