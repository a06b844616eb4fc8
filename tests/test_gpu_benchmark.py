"""The GPU programme, rehearsed where there is no GPU: what it prints, what it refuses, what it calls wrong."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "gpu.py"
needs_triton = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="Triton is not installed: pip install 'cnnclaims[gpu]'"
)


@pytest.fixture
def programme() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_of_the_gpu", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRITON_")}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True)


@needs_triton
def test_a_rehearsal_holds_every_kernel_against_the_framework_and_prints_its_times(
    programme: ModuleType,
) -> None:
    done = run(str(SCRIPT), "--device", "cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    machine, *lines = done.stdout.splitlines()
    assert {"python", "torch", "triton"} <= set(machine.replace(",", " ").split())
    assert {line.partition(",")[0] for line in lines} == {name for name, _, _ in programme.CASES}
    for line in lines:
        assert "agrees" in line
        assert line.endswith("times the higher floor")
        assert all(f"{way} " in line for way in ("triton", "torch", "torch, channels last"))


@needs_triton
def test_what_the_time_does_not_suffice_for_is_left_out_by_name_and_is_no_success() -> None:
    done = run(str(SCRIPT), "--device", "cpu", "--budget", "0")
    assert done.returncode == 1
    _, *lines = done.stdout.splitlines()
    assert lines
    assert all(line.endswith("left out: the time was spent") for line in lines)


WRONG_KERNELS = """
import dataclasses, importlib.util, os
os.environ["TRITON_INTERPRET"] = "1"
spec = importlib.util.spec_from_file_location("programme", {script!r})
programme = importlib.util.module_from_spec(spec)
spec.loader.exec_module(programme)
from cnnclaims.verifiers.kernels.gpu.forms import FORMS
right = FORMS["depthwise"]
programme.CASES = programme.CASES[:1]
for ours in (
    right.ours,
    lambda **given: right.ours(**given) + 1e-3,
    lambda **given: right.ours(**given) * float("nan"),
    lambda **given: right.ours(**given | dict(stride=0)),
):
    FORMS["depthwise"] = dataclasses.replace(right, ours=ours)
    print("status", programme.main(["--device", "cpu"]))
"""


@needs_triton
def test_a_kernel_that_is_wrong_or_fails_is_named_and_is_no_success() -> None:
    done = run("-c", WRONG_KERNELS.format(script=str(SCRIPT)))
    assert done.returncode == 0, done.stderr
    right, off, nan, failing, _ = done.stdout.split("status ")
    assert "agrees" in right
    assert off.startswith("0\n")
    assert "WRONG, more than 1 of the bound" in off
    assert nan.startswith("1\n")
    assert "WRONG, more than 1 of the bound" in nan
    assert failing.startswith("1\n")
    assert "error: ValueError: stride is 0" in failing
    assert done.stdout.endswith("status 1\n")


def test_a_machine_without_triton_is_told_what_to_install(
    programme: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programme, "has_triton", lambda: False)
    assert programme.main([]) == 2
    assert "Triton is not installed; pip install 'cnnclaims[gpu]'" in capsys.readouterr().err


def test_a_machine_without_a_gpu_is_told_so_and_how_to_rehearse(
    programme: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programme, "has_triton", lambda: True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    assert programme.main([]) == 2
    said = capsys.readouterr().err
    assert "no CUDA device" in said
    assert "python benchmarks/gpu.py --device cpu" in said


def test_kernels_that_would_be_interpreted_are_not_timed_as_a_gpus(
    programme: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programme, "has_triton", lambda: True)
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert "unset it" in programme.refusal("cuda")
