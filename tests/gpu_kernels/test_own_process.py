"""The Triton forms, each file of this folder in a process of its own: interpreted on the CPU, compiled, and run where there is a GPU.

triton decides at its import whether kernels are interpreted, and torch imports it by the way, so that a process that has run other
tests may have it the wrong way round. By hand: `TRITON_INTERPRET=1 pytest tests/gpu_kernels/agreement.py`.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

FOLDER = Path(__file__).parent
WITHOUT_TRITON = "Triton is not installed: pip install 'cnnclaims[gpu]'"


def run(*command: str, interpreted: bool, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TRITON_", "PYTEST_"))
    }
    environment["TRITON_DEFAULT_FP_FUSION"] = "1"  # 3.9 warns where it is not set; the bounds hold either way
    environment |= {"TRITON_CACHE_DIR": str(cache)} | ({"TRITON_INTERPRET": "1"} if interpreted else {})
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True)


@pytest.fixture(scope="session")
def triton_runs(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where Triton is absent or its library cannot be loaded."""
    if importlib.util.find_spec("triton") is None:
        pytest.skip(WITHOUT_TRITON)
    tried = run("-c", "import triton", interpreted=True, cache=tmp_path_factory.mktemp("cache"))
    if tried.returncode:
        pytest.skip(f"Triton cannot be imported: {tried.stderr.strip().splitlines()[-1]}")


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("file", ["agreement.py", "bad_arguments.py", "definitions.py"])
@pytest.mark.usefixtures("triton_runs")
def test_kernels_agree(file: str, device: str, tmp_path: Path) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    passes(file, interpreted=device == "cpu", cache=tmp_path)


@pytest.mark.usefixtures("triton_runs")
def test_broken_kernels_do_not_agree(tmp_path: Path) -> None:
    passes("mutations.py", interpreted=True, cache=tmp_path)


@pytest.mark.usefixtures("triton_runs")
def test_kernels_are_measured_in_turn_with_the_framework(tmp_path: Path) -> None:
    passes("measured.py", interpreted=True, cache=tmp_path)


@pytest.mark.usefixtures("triton_runs")
def test_kernels_compile_for_an_h100(tmp_path: Path) -> None:
    passes("compiled.py", interpreted=False, cache=tmp_path)


def test_every_file_of_kernel_tests_is_run() -> None:
    named = {
        "agreement.py",
        "bad_arguments.py",
        "compiled.py",
        "definitions.py",
        "measured.py",
        "mutations.py",
    }
    assert {path.name for path in FOLDER.glob("*.py")} == named | {Path(__file__).name}


def passes(file: str, interpreted: bool, cache: Path) -> None:
    command = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", str(FOLDER / file)]
    done = run(*command, interpreted=interpreted, cache=cache)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
