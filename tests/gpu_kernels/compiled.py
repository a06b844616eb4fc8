"""Every Triton form compiled for an H100 on a machine without one; test_own_process.py runs this file.

The interpreter runs a kernel's Python and accepts what the compiler does not. Triton brings NVIDIA's assembler along, which makes the
machine code for compute capability 9.0 anywhere; a stand-in for the driver says which device it is for, and nothing is launched.
What a compiled kernel computes, only a GPU can show.
"""

import re
import subprocess
from pathlib import Path

import pytest
import torch
from triton.backends.compiler import GPUTarget
from triton.backends.nvidia.compiler import get_ptxas
from triton.runtime import driver
from triton.runtime.jit import JITFunction

from cnnclaims.verifiers.kernels.gpu import arguments, depthwise
from cnnclaims.verifiers.kernels.gpu.forms import FORMS, call, kinds

SHARED = 227 * 1024  # bytes of shared memory that a program may have on an H100
SHAPES = {
    "channel_shuffle": {"channels": 128, "groups": 4},
    "deformable": {"channels": 128, "c_out": 128},
    "depthwise": {"channels": 128, "padding": 1},
    "depthwise_separable": {"channels": 128, "c_out": 256, "padding": 1},
    "grouped": {"channels": 128, "c_out": 128, "groups": 4, "padding": 1},
    "octave": {"high": 128, "low": 128, "out_high": 128, "out_low": 128},
    "pointwise": {"channels": 128, "c_out": 256},
    "shift": {"channels": 128},
}
CASES = [(name, *kind) for name in FORMS for kind in kinds(name)]
PRODUCTS = [name for name, form in FORMS.items() if form.multiplies]


class AnH100:
    """As much of a driver as the compiler asks."""

    def get_current_target(self) -> GPUTarget:
        return GPUTarget("cuda", 90, 32)

    def get_current_device(self) -> int:
        return 0

    def get_current_stream(self, device: int) -> int:
        return 0


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> list:
    """The kernels that launchers would have launched, compiled."""
    made: list = []
    run = JITFunction.run

    def compile_only(self, *args, grid, warmup, **kwargs):
        made.append(run(self, *args, grid=grid, warmup=True, **kwargs))

    driver.set_active(AnH100())
    monkeypatch.setattr(JITFunction, "run", compile_only)
    monkeypatch.setattr(arguments, "check_device", lambda name, tensor: None)
    return made


def compile_form(name: str, dtype: torch.dtype, precision: str) -> None:
    def unset(*shape: int) -> torch.Tensor:
        return torch.zeros(shape, dtype=dtype)

    form = FORMS[name]
    call(form, form.arguments(unset, batch=2, height=14, width=14, **SHAPES[name]), precision)


def spilt(ptx: str, folder: Path) -> int:
    """Bytes a thread that found no register."""
    source = folder / "kernel.ptx"
    source.write_text(ptx)
    command = [
        get_ptxas(90).path,
        "-v",
        "-arch=sm_90a",
        source,
        "-o",
        folder / "kernel.cubin",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    (found,) = re.findall(r"(\d+) bytes spill stores", said)
    return int(found)


def products_of(ptx: str) -> set[str]:
    """Types that the tensor cores multiply."""
    instructions = re.findall(r"(?:wgmma\.mma_async|mma\.sync)[\w.:]*", ptx)
    return {kind for line in instructions for kind in ("tf32", "bf16") if kind in line}


@pytest.mark.parametrize(("name", "dtype", "precision"), CASES)
def test_a_kernel_compiles_for_an_h100_within_its_registers_and_shared_memory(
    name: str, dtype: str, precision: str, kernels: list, tmp_path: Path
) -> None:
    compile_form(name, getattr(torch, dtype), precision)
    assert len(kernels) == (2 if name == "octave" else 1)
    for kernel in kernels:
        assert kernel.asm["cubin"][:4] == b"\x7fELF"
        assert kernel.metadata.shared <= SHARED
        assert spilt(kernel.asm["ptx"], tmp_path) == 0
        wanted = {"ieee": set(), "tf32": {"tf32"}}[precision] if dtype == "float32" else {"bf16"}
        assert products_of(kernel.asm["ptx"]) == (wanted if FORMS[name].multiplies else set())


def test_a_kernel_in_too_few_registers_is_seen_to_spill(
    kernels: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = {"PLANES": 1, "PIXELS": 1024, "maxnreg": 24}
    monkeypatch.setattr(depthwise, "plane_tile", lambda y: tile)
    compile_form("depthwise", torch.float32, "ieee")
    assert spilt(kernels[0].asm["ptx"], tmp_path) > 0
