"""The energy counter, against a driver's library that is made up."""

import ctypes

import pytest

from cnnclaims.verifiers.timing import energy
from cnnclaims.verifiers.timing.energy import Counter, NoCounter


class Driver:
    """A library whose functions answer with these statuses; its counter stands at `millijoules`."""

    def __init__(self, init=0, handle=0, count=0, millijoules=0):
        self.init, self.handle, self.count, self.millijoules = init, handle, count, millijoules
        self.asked_for = None

    def nvmlInit_v2(self):
        return self.init

    def nvmlDeviceGetHandleByIndex_v2(self, index, place):
        self.asked_for = index
        return self.handle

    def nvmlDeviceGetHandleByPciBusId_v2(self, bus_id, place):
        self.asked_for = bus_id
        return self.handle

    def nvmlDeviceGetTotalEnergyConsumption(self, device, place):
        ctypes.cast(place, ctypes.POINTER(ctypes.c_ulonglong))[0] = self.millijoules
        return self.count


@pytest.fixture
def driver(monkeypatch):
    """Puts a made-up driver in the place of the real one."""

    def put(**answers):
        made_up = Driver(**answers)
        monkeypatch.setattr(energy.ctypes, "CDLL", lambda library: made_up)
        return made_up

    return put


def test_the_counter_counts_millijoules(driver):
    made_up = driver(millijoules=1_234_567)
    counter = Counter()
    assert counter.joules() == 1234.567
    made_up.millijoules += 1000
    assert counter.joules() == 1235.567


def test_a_gpu_is_found_by_its_bus_where_it_is_known(driver):
    made_up = driver()
    Counter("0000:01:00.0")
    assert made_up.asked_for == b"0000:01:00.0"
    Counter()
    assert made_up.asked_for == 0


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"init": 9}, "the driver does not answer .NVML status 9"),
        ({"handle": 2}, "knows no such GPU .NVML status 2"),
        ({"count": 3}, "this GPU counts no energy .those before Volta do not. .NVML status 3"),
    ],
)
def test_what_does_not_answer_is_no_counter(driver, answers, reason):
    driver(**answers)
    with pytest.raises(NoCounter, match=f"no energy counter: .*{reason}"):
        Counter()


def test_a_machine_without_a_driver_has_no_counter():
    with pytest.raises(NoCounter, match="no energy counter: libno-such-driver"):
        Counter(library="libno-such-driver.so")
