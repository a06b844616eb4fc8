"""The energy counter of an NVIDIA GPU, read through the driver's own library (NVML) without a package for it."""

import ctypes

LIBRARY = "libnvidia-ml.so.1"


class NoCounter(RuntimeError):
    """Energy that nothing here measures; a claim about it stays open."""


class Counter:
    """Joules since the driver was loaded, of the GPU with this PCI bus id or the first one.

    NVML's nvmlDeviceGetTotalEnergyConsumption counts millijoules on Volta and later GPUs.
    """

    def __init__(self, bus_id: str | None = None, library: str = LIBRARY) -> None:
        """Open the driver's library; NoCounter where it, the GPU or its counter is missing."""
        try:
            self._nvml = ctypes.CDLL(library)
        except OSError:
            raise NoCounter(
                f"no energy counter: {library}, which an NVIDIA driver brings, is not here"
            ) from None
        self._expect(self._nvml.nvmlInit_v2(), "the driver does not answer")
        self._device = ctypes.c_void_p()
        place = ctypes.byref(self._device)
        if bus_id is None:
            found = self._nvml.nvmlDeviceGetHandleByIndex_v2(0, place)
        else:
            found = self._nvml.nvmlDeviceGetHandleByPciBusId_v2(bus_id.encode(), place)
        self._expect(found, "the driver knows no such GPU")
        self.joules()

    def joules(self) -> float:
        """What the counter stands at."""
        count = ctypes.c_ulonglong()
        status = self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._device, ctypes.byref(count))
        self._expect(status, "this GPU counts no energy (those before Volta do not)")
        return count.value / 1000

    @staticmethod
    def _expect(status: int, otherwise: str) -> None:
        if status:
            raise NoCounter(f"no energy counter: {otherwise} (NVML status {status})")
