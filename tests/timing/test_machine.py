"""The machine at hand: its name, its limits, and networks made ready to run on it."""

import os
import time

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing import machine as machines
from cnnclaims.verifiers.timing.machine import (
    Machine,
    NoDevice,
    expect,
    forward,
    on,
    processor,
    training_step,
)


class Seen(nn.Module):
    """Keeps what it is given and how it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3, 1, 1))

    def forward(self, x):
        self.shape, self.training_mode, self.gradients = (
            tuple(x.shape),
            self.training,
            torch.is_grad_enabled(),
        )
        return x * self.weight


def network():
    return Network({"seen": Seen()}, (3, 8, 6))


def test_a_cpu_is_named_with_its_processors_and_threads():
    assert f"{os.cpu_count()} processors" in processor()
    assert Machine().name == f"{processor()}, processor time of 1 thread"
    assert Machine(threads=2).name == f"{processor()}, 2 threads"


def test_one_thread_is_timed_by_its_own_time_and_several_by_the_wall_clock():
    assert Machine().clock is time.process_time
    assert Machine(threads=2).clock is time.perf_counter
    assert Machine("cuda").clock is time.perf_counter


@pytest.mark.parametrize("threads", [0, -1, 4096])
def test_threads_that_the_machine_lacks_are_refused(threads):
    with pytest.raises(ValueError, match=f"threads is {threads}; this machine has .* use 1 to"):
        expect(Machine(threads=threads))


def test_an_unknown_device_is_refused():
    with pytest.raises(ValueError, match="device is 'tpu'; use 'cpu' or 'cuda'"):
        expect(Machine("tpu"))


def test_a_machine_without_cuda_says_so_and_what_to_do(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NoDevice, match=r"no CUDA device: .* time on the device 'cpu'"):
        expect(Machine("cuda"))


def test_a_driver_that_is_missing_is_told_from_a_torch_without_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    with pytest.raises(NoDevice, match="no NVIDIA GPU or no driver"):
        expect(Machine("cuda"))


def test_threads_are_set_while_something_is_timed_and_put_back_behind(monkeypatch):
    monkeypatch.setattr(machines.os, "cpu_count", lambda: 8)
    before = torch.get_num_threads()
    other = 2 if before != 2 else 3
    with on(Machine(threads=other)):
        assert torch.get_num_threads() == other
    assert torch.get_num_threads() == before


def test_threads_are_put_back_where_timing_fails(monkeypatch):
    monkeypatch.setattr(machines.os, "cpu_count", lambda: 8)
    before = torch.get_num_threads()

    def fails() -> None:
        with on(Machine(threads=3)):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert torch.get_num_threads() == before


def test_a_forward_pass_runs_the_batch_in_evaluation_without_gradients():
    net = network()
    forward(net, Machine(), batch=4)()
    seen = net.seen
    assert (seen.shape, seen.training_mode, seen.gradients) == ((4, 3, 8, 6), False, False)
    forward(net, Machine(), input=16)()
    assert seen.shape == (1, 3, 16, 16)


def test_a_training_step_runs_backward_and_its_gradients_do_not_add_up():
    net = network()
    step = training_step(net, Machine(), batch=2)
    step()
    first = net.seen.weight.grad.clone()
    step()
    assert net.seen.training_mode
    assert net.seen.gradients
    assert first.abs().sum() > 0
    assert torch.equal(net.seen.weight.grad, first)


@pytest.mark.parametrize(("argument", "value"), [("batch", 0), ("batch", -2), ("input", 0)])
def test_sizes_without_meaning_are_refused(argument, value):
    with pytest.raises(ValueError, match=f"{argument} is {value}; use"):
        forward(network(), Machine(), **{argument: value})
