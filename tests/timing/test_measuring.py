"""The timed measures: what is measured is real, how long it takes is nobody's promise."""

import types

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing import measuring
from cnnclaims.verifiers.timing.energy import NoCounter
from cnnclaims.verifiers.timing.machine import Machine
from cnnclaims.verifiers.timing.measuring import MEASUREMENTS, measure, peak_memory
from cnnclaims.verifiers.timing.rounds import Spread

CONV = ("conv", {"c_in": 4, "c_out": 8, "k": 3, "size": 16}, "conv(4, 8, 3, 16)")
WIDER = ("conv", {"c_in": 4, "c_out": 64, "k": 3, "size": 16}, "conv(4, 64, 3, 16)")
QUICK = Machine(budget=0)


@pytest.fixture
def fixed(monkeypatch):
    """Every round finds these times, whatever runs."""

    def put(*times):
        monkeypatch.setattr(measuring, "rounds", lambda runs, *others: [tuple(times)] * 3)

    return put


def test_latency_is_the_time_of_a_pass_and_throughput_the_images_in_it(fixed):
    fixed(0.5)
    assert measure("latency", [CONV], QUICK, 8, None).spread == Spread(0.5, 0.5, 0.5, 3)
    found = measure("throughput", [CONV], QUICK, 8, None)
    assert (found.spread.median, found.unit) == (16.0, "images/s")


def test_a_ratio_is_the_first_networks_time_over_the_seconds(fixed):
    fixed(0.6, 0.2)
    found = measure("latency_ratio", [CONV, WIDER], QUICK, 1, None)
    assert found.spread.median == pytest.approx(3.0)
    assert found.what == "latency_ratio of conv(4, 8, 3, 16) to conv(4, 64, 3, 16)"


def test_a_reading_names_batch_input_and_machine(fixed):
    fixed(0.5)
    found = measure("latency", [CONV], QUICK, 2, 32)
    assert found.what == "latency of conv(4, 8, 3, 16) at 32 pixels, 2 images"
    assert found.machine == QUICK.name


def test_real_rounds_take_time():
    found = measure("latency", [CONV], QUICK, 1, None)
    assert 0 < found.spread.low <= found.spread.median <= found.spread.high


def test_every_measurement_is_a_measure_of_the_language():
    from cnnclaims.verifiers.measures import TIMED

    assert set(MEASUREMENTS) == TIMED


def test_peak_memory_counts_weights_images_and_what_is_alive_at_once():
    # ReLU needs no memory of its own to work in: at its peak the pass holds its input and its output.
    net = Network({"relu": nn.ReLU()}, (16, 64, 64))
    image = 4 * 16 * 64 * 64
    assert peak_memory([net], QUICK, 1, None) == (Spread(2 * image, 2 * image, 2 * image, 1), "B")
    assert peak_memory([net], QUICK, 3, None)[0].median == 6 * image
    chain = Network({f"relu{n}": nn.ReLU() for n in range(5)}, (16, 64, 64))
    assert peak_memory([chain], QUICK, 1, None)[0].median == 3 * image  # outputs before the last are freed
    weighted = Network({"relu": nn.ReLU(), "linear": nn.Linear(64, 64)}, (16, 64, 64))
    held = 4 * (64 * 64 + 64)
    assert peak_memory([weighted], QUICK, 1, None)[0].median >= 3 * image + held


def test_a_profiler_without_memory_is_an_error(monkeypatch):
    class Profile:
        profiler = types.SimpleNamespace(kineto_results=types.SimpleNamespace(events=list))

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            return None

    monkeypatch.setattr(measuring, "profile", lambda **options: Profile())
    with pytest.raises(RuntimeError, match="reports no memory"):
        peak_memory([Network({"relu": nn.ReLU()}, (1, 2, 2))], QUICK, 1, None)


def test_a_cpu_has_no_energy_counter():
    with pytest.raises(NoCounter, match="on an NVIDIA GPU"):
        measure("energy", [CONV], QUICK, 1, None)


class Meter:
    """A counter that stands where it is told to."""

    def __init__(self, *stood):
        self.stood = iter(stood)

    def joules(self):
        return next(self.stood)


def test_energy_is_what_the_counter_moved_over_the_calls_of_a_window():
    seconds = iter([0.0, 0.0, 0.4, 0.8, 1.2])
    runs = []
    found = measuring._window(lambda: runs.append(1), Meter(100.0, 130.0), lambda: next(seconds))
    assert len(runs) == 3
    assert found == 10


def test_windows_of_several_networks_take_turns_and_the_first_round_does_not_count(monkeypatch):
    turns = []
    monkeypatch.setattr(measuring, "_window", lambda run, meter, clock: turns.append(run) or len(turns))
    found = measuring.windows(["a", "b"], Meter(), None)
    assert turns == ["a", "b"] * (measuring.WINDOWS + 1)
    assert found == [(3, 4), (5, 6), (7, 8), (9, 10), (11, 12)]


def test_energy_of_a_batch_is_told_for_an_image(monkeypatch):
    monkeypatch.setattr(measuring, "counter", lambda machine: None)
    monkeypatch.setattr(measuring, "windows", lambda runs, meter, clock: [(6.0,)] * 5)
    found = measure("energy", [CONV], QUICK, 3, None)
    assert (found.spread.median, found.unit) == (2.0, "J/image")


@pytest.mark.parametrize("known", [True, False])
def test_the_counter_is_that_of_the_gpu_that_is_timed(monkeypatch, known):
    place = {"pci_domain_id": 0, "pci_bus_id": 0x1B, "pci_device_id": 0} if known else {}
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda: types.SimpleNamespace(**place))
    monkeypatch.setattr(measuring, "Counter", lambda *bus: bus)
    assert measuring.counter(Machine("cuda")) == (("00000000:1b:00.0",) if known else ())


def test_a_device_that_is_missing_is_told_before_anything_is_built(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="no CUDA device"):
        measure("latency", [("no_such_network", {}, "")], Machine("cuda"), 1, None)
