"""A device to time on, by its full name, and a network made ready to run there. The one place of this folder that needs torch."""

import contextlib
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing.rounds import BLOCK

GPU_BLOCK = 5e-3  # seconds of a sample on a GPU: launches and the wait at the end are spread over it


class NoDevice(RuntimeError):
    """A device that this machine lacks; the message says what to do."""


class Machine(NamedTuple):
    """Where and how to time: `device` is "cpu" or "cuda", `threads` those of the CPU, `budget` the seconds of one comparison."""

    device: str = "cpu"
    threads: int = 1
    budget: float = 12.0

    @property
    def block(self) -> float:
        """Seconds that one sample lasts at least."""
        return BLOCK if self.device == "cpu" else GPU_BLOCK

    @property
    def name(self) -> str:
        """The device's full name; on a CPU also the number of threads, and that it is one thread's own time that counts."""
        if self.device == "cuda":
            return torch.cuda.get_device_name()
        return f"{processor()}, " + (
            "processor time of 1 thread" if self.threads == 1 else f"{self.threads} threads"
        )

    @property
    def clock(self) -> Callable[[], float]:
        """What times a call: on one thread of a CPU the process's own time, which other programs' turns do not lengthen."""
        return time.process_time if self.device == "cpu" and self.threads == 1 else time.perf_counter

    def finish(self) -> None:
        """Wait until all that was started on the device is done."""
        if self.device == "cuda":
            torch.cuda.synchronize()


def processor() -> str:
    """The CPU's name as the system has it, and how many processors there are."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name} ({platform.machine()}, {os.cpu_count() or 1} processors)"


@contextlib.contextmanager
def on(machine: Machine) -> Iterator[Machine]:
    """Work on a machine: its threads are set inside and put back behind. Raises NoDevice and ValueError."""
    expect(machine)
    threads = torch.get_num_threads()
    flushed = torch.set_flush_denormal(True)  # random weights make numbers that trained ones do not
    torch.set_num_threads(machine.threads)
    try:
        yield machine
    finally:
        torch.set_num_threads(threads)
        if flushed:
            torch.set_flush_denormal(False)


def expect(machine: Machine) -> None:
    """NoDevice or ValueError where this machine cannot be had."""
    if machine.device not in ("cpu", "cuda"):
        raise ValueError(f"device is {machine.device!r}; use 'cpu' or 'cuda'")
    processors = os.cpu_count() or 1
    if not 1 <= machine.threads <= processors:
        raise ValueError(
            f"threads is {machine.threads}; this machine has {processors} processors, use 1 to {processors}"
        )
    if machine.device == "cuda" and not torch.cuda.is_available():
        why = (
            "there is no NVIDIA GPU or no driver"
            if torch.version.cuda
            else "this torch was built without CUDA"
        )
        raise NoDevice(
            f"no CUDA device: {why} (torch {torch.__version__}); time on the device 'cpu', or run this where there is one"
        )


def images_for(net: Network, machine: Machine, batch: int, input: int | None) -> Tensor:
    """Normal random images, batch x channels x height x width; a side of `input` pixels where it is given."""
    if batch < 1:
        raise ValueError(f"batch is {batch}; use at least 1 image")
    if input is not None and input < 1:
        raise ValueError(f"input is {input}; use a side of at least 1 pixel")
    shape = net.input_shape if input is None else (net.input_shape[0], input, input)
    return torch.randn(batch, *shape, device=machine.device)


def forward(net: Network, machine: Machine, batch: int = 1, input: int | None = None) -> Callable[[], object]:
    """A call that runs the network once, in evaluation mode and without gradients, and waits for the end."""
    net = net.eval().to(machine.device)
    images = images_for(net, machine, batch, input)

    @torch.inference_mode()
    def run() -> None:
        net(images)
        machine.finish()

    return run


def training_step(
    net: Network, machine: Machine, batch: int = 1, input: int | None = None
) -> Callable[[], object]:
    """A call that runs the network once forward and once backward, for the gradients of all weights, and waits for the end."""
    net = net.train().to(machine.device)
    images = images_for(net, machine, batch, input)

    def run() -> None:
        net.zero_grad()
        net(images).sum().backward()
        machine.finish()

    return run
