"""Kernels broken on purpose, each in one place: the agreement with the framework must fail. test_own_process.py runs this file.

A mutant is a copy of the kernels' folder in which one text stands instead of another. Mutants are interpreted.
"""

import importlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch

from cnnclaims.verifiers.kernels import gpu

FOLDER = Path(gpu.__file__).parent
# Uneven everywhere: sides, channels that fill no tile, two images; the 40 channels of one are two blocks.
WINDOW = {"height": 6, "width": 5, "stride": 2, "padding": 1, "dilation": 1}
SHAPES = {
    "channel_shuffle": {"channels": 6, "height": 3, "width": 5, "groups": 2},
    "deformable": WINDOW | {"channels": 4, "c_out": 3, "groups": 2},
    "depthwise": WINDOW | {"channels": 5},
    "depthwise_separable": WINDOW | {"channels": 5, "c_out": 3},
    "grouped": WINDOW | {"channels": 4, "c_out": 6, "groups": 2},
    "octave": {"high": 4, "low": 3, "height": 4, "width": 6, "out_high": 2, "out_low": 3},
    "pointwise": {"channels": 40, "height": 6, "width": 5, "c_out": 3, "stride": 2},
    "shift": {"channels": 5, "height": 6, "width": 5, "reach": 2},
}
# Kernel whose agreement must fail, file, what stands there, what stands there in the mutant.
MUTANTS = {
    "a copy in the wrong order of groups": ("channel_shuffle", "channel_shuffle", "channel % groups", "(groups - 1 - channel % groups)"),
    "a copy of the wrong member": ("channel_shuffle", "channel_shuffle", "+ member", "+ (channels // groups - 1 - member)"),
    "an offset down taken for one across": ("deformable", "deformable", "+ dy", "+ dx"),
    "offsets of the first group for all": ("deformable", "deformable", "+ point) * 2 * pixels", "+ tap) * 2 * pixels"),
    "channels of the first group for all": ("deformable", "deformable", "images * c_in + first +", "images * c_in +"),
    "a neighbour weighed as another": ("deformable", "deformable", "lower * right *", "lower * lower *"),
    "positions cut off at the wrong side": ("deformable", "deformable", "width * 1.0", "height * 0.5"),
    "padding off by one": ("depthwise", "depthwise", "out_width * STRIDE - PADDING", "out_width * STRIDE - PADDING + 1"),
    "stride in place of dilation": ("depthwise", "depthwise", "DILATION * u", "STRIDE * u"),
    "a filter turned": ("depthwise", "depthwise", "u * K + v", "v * K + u"),
    "the filter of the first channel for all": ("depthwise", "depthwise", "planes % channels", "planes % 1"),
    "no shift behind the scale": ("depthwise_separable", "depthwise_separable", "a * middle + b", "a * middle"),
    "no scale before the shift": ("depthwise_separable", "depthwise_separable", "a * middle + b", "middle + b"),
    "a ReLU the wrong way round": ("depthwise_separable", "depthwise_separable", "tl.maximum(middle", "tl.minimum(middle"),
    "the middle map rounded to whole numbers": ("depthwise_separable", "depthwise_separable", "middle.to(pointwise", "tl.floor(middle).to(pointwise"),
    "groups of inputs in the wrong order": ("grouped", "grouped", "group * each_in + inputs", "(GROUPS - 1 - group) * each_in + inputs"),
    "rows of taps for columns": ("grouped", "grouped", "(tap // K)", "(tap % K)"),
    "a tap left out": ("grouped", "grouped", "range(K * K)", "range(K * K - 1)"),
    "a sum for a mean": ("octave", "octave", "0.25 * four", "four"),
    "a corner of four taken twice": ("octave", "octave", "top + 1, left + 1", "top + 1, left"),
    "low frequencies read at full positions": ("octave", "octave", "rows // 2", "rows"),
    "a kernel off its centre": ("octave", "octave", "tap // K - K // 2", "tap // K - K // 2 + 1"),
    "a stride left out": ("pointwise", "pointwise", "rows * STRIDE", "rows"),
    "a second block of channels left out": ("pointwise", "pointwise", "range(0, c_in, INPUTS)", "range(0, 16, INPUTS)"),
    "an image read twice": ("pointwise", "pointwise", "images * c_in", "0 * images * c_in"),
    "a shift up for one down": ("shift", "shift", "width - tl.load(down", "width + tl.load(down"),
    "a shift down for one across": ("shift", "shift", "tl.load(right", "tl.load(down"),
    "a map without its last row": ("depthwise", "tiles", "rows < height", "rows < height - 1"),
    "a border that is not zero": ("depthwise", "tiles", "other=0.0", "other=1.0"),
    "columns that count rows": ("grouped", "tiles", "pixels // width, pixels % width", "pixels // width, pixels // width"),
    "a total begun anew": ("grouped", "tiles", "tl.dot(a, b, total", "tl.dot(a, b, 0 * total"),
}  # fmt: skip


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """The module `forms` of a copy of the kernels, changed in one place of one file."""

    def copy(file: str = "tiles", old: str = "", new: str = "") -> ModuleType:
        folder = tmp_path / "mutant"
        shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for path in folder.glob("*.py"):
            path.write_text(path.read_text().replace("cnnclaims.verifiers.kernels.gpu", "mutant"))
        changed = folder / f"{file}.py"
        before = changed.read_text()
        assert old in before
        head, body = before.split("@triton.jit", 1)  # the equation above says the same in words
        changed.write_text(f"{head}@triton.jit{body.replace(old, new, 1)}" if old else before)
        assert not old or changed.read_text() != before
        monkeypatch.syspath_prepend(tmp_path)
        for name in [name for name in sys.modules if name.partition(".")[0] == "mutant"]:
            monkeypatch.delitem(sys.modules, name)
        importlib.invalidate_caches()
        return importlib.import_module("mutant.forms")

    return copy


def agrees(forms: ModuleType, name: str) -> bool:
    """Whether a kernel is within its bound for every output."""
    drawn = importlib.import_module(f"{forms.__package__}.drawn")
    arguments = forms.FORMS[name].arguments(drawn.source(6, torch.float32, "cpu"), batch=2, **SHAPES[name])
    exact, allowed = forms.expected(forms.FORMS[name], arguments), forms.bounds(name, arguments, "ieee")
    found = forms.call(forms.FORMS[name], arguments)
    return all(
        bool(((y.double() - true).abs() <= bound).all())
        for y, true, bound in zip(found, exact, allowed, strict=True)
    )


def test_an_unchanged_copy_agrees(copied: Callable[..., ModuleType]) -> None:
    forms = copied()
    assert all(agrees(forms, name) for name in forms.FORMS)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_kernel_does_not_agree(mutant: str, copied: Callable[..., ModuleType]) -> None:
    name, *change = MUTANTS[mutant]
    assert not agrees(copied(*change), name)


def test_every_kernel_has_been_broken() -> None:
    assert {name for name, *_ in MUTANTS.values()} == set(SHAPES)
