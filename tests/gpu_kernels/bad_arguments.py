"""What no kernel is launched with: each error names the argument and the repair; test_own_process.py runs this file."""

import pytest
import torch
import triton
from torch import Tensor

from cnnclaims.verifiers.kernels.gpu.channel_shuffle import channel_shuffle
from cnnclaims.verifiers.kernels.gpu.deformable import deformable
from cnnclaims.verifiers.kernels.gpu.depthwise import depthwise
from cnnclaims.verifiers.kernels.gpu.depthwise_separable import depthwise_separable
from cnnclaims.verifiers.kernels.gpu.grouped import grouped
from cnnclaims.verifiers.kernels.gpu.octave import octave
from cnnclaims.verifiers.kernels.gpu.pointwise import pointwise
from cnnclaims.verifiers.kernels.gpu.shift import shift

DEVICE = "cpu" if triton.knobs.runtime.interpret else "cuda"


def ones(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.ones(*shape, dtype=dtype, device=DEVICE)


X = ones(1, 6, 5, 4)
OFFSETS = ones(1, 18, 3, 2)
OCTAVE = {
    "high_to_high": ones(4, 6, 3, 3),
    "high_to_low": ones(2, 6, 3, 3),
    "low_to_high": ones(4, 3, 3, 3),
    "low_to_low": ones(2, 3, 3, 3),
}


@pytest.mark.parametrize(
    ("launch", "message"),
    [
        (lambda: depthwise(ones(6, 5, 4), ones(6, 1, 3, 3)), "x has 3 dimensions.*make it batch x channels"),
        (lambda: depthwise(ones(0, 6, 5, 4), ones(6, 1, 3, 3)), "x is empty.*at least 1"),
        (lambda: depthwise(X.double(), ones(6, 1, 3, 3)), r"x is torch.float64; convert it to torch.float32"),
        (lambda: depthwise(X, ones(6, 1, 3, 3).bfloat16()), r"weight is torch.bfloat16 .*weight.to\(x\)"),
        (lambda: depthwise(X.mT, ones(6, 1, 3, 3)), r"x is not contiguous; use x.contiguous\(\)"),
        (lambda: depthwise(X, ones(5, 1, 3, 3)), r"weight is \(5, 1, 3, 3\); here it must be \(6, 1, 3, 3\)"),
        (lambda: depthwise(X, ones(6, 1, 3, 1)), "weight is .*use a square kernel"),
        (lambda: depthwise(X, ones(6, 1, 3, 3), stride=0), "stride is 0; use a whole number of at least 1"),
        (lambda: depthwise(X, ones(6, 1, 3, 3), stride=1.5), "stride is 1.5; use a whole number"),
        (lambda: depthwise(X, ones(6, 1, 3, 3), padding=-1), "padding is -1; use a whole number of at least 0"),
        (lambda: depthwise(X, ones(6, 1, 3, 3), dilation=2), "x is 5 x 4: .*reaches over 5; use sides of at least 5"),
        (lambda: pointwise(X, ones(3, 5, 1, 1)), r"weight .*here it must be \(3, 6, 1, 1\)"),
        (lambda: pointwise(X, ones(3, 6, 1, 1), precision="fp16"), 'precision is .fp16.; use "ieee" or "tf32"'),
        (
            lambda: depthwise_separable(X, ones(6, 1, 3, 3), ones(2, 6, 1, 1), scale=ones(6)),
            "shift is missing; give scale and shift together",
        ),
        (
            lambda: depthwise_separable(X, ones(6, 1, 3, 3), ones(2, 6, 1, 1), scale=ones(5), shift=ones(6)),
            r"scale is \(5,\); here it must be \(6,\)",
        ),
        (
            lambda: depthwise_separable(X, ones(6, 1, 3, 3), ones(2, 5, 1, 1)),
            r"pointwise .*here it must be \(2, 6, 1, 1\)",
        ),
        (lambda: grouped(X, ones(4, 3, 3, 3), groups=4), "groups is 4, which does not divide c_in 6"),
        (lambda: grouped(X, ones(4, 3, 3, 3), groups=0), "groups is 0; use a whole number of at least 1"),
        (lambda: grouped(X, ones(4, 6, 3, 3), groups=2), r"weight .*here it must be \(4, 3, 3, 3\)"),
        (lambda: channel_shuffle(X, 4), "groups is 4, which does not divide channels 6"),
        (lambda: shift(X, ones(6), ones(6)), "down is torch.float32 .*use a contiguous torch.int32"),
        (
            lambda: shift(X, ones(6, dtype=torch.int32), ones(5, dtype=torch.int32)),
            r"right is \(5,\); here it must be \(6,\)",
        ),
        (lambda: octave(X, ones(1, 3, 2, 2), **OCTAVE), "high is 5 x 4; use even sides"),
        (lambda: octave(ones(1, 6, 4, 4), ones(1, 3, 4, 4), **OCTAVE), r"low .*must be \(1, 3, 2, 2\), half"),
        (
            lambda: octave(ones(1, 6, 4, 4), ones(1, 3, 2, 2), **OCTAVE | {"low_to_high": ones(5, 3, 3, 3)}),
            r"low_to_high .*here it must be \(4, 3, 3, 3\)",
        ),
        (
            lambda: octave(ones(1, 6, 4, 4), ones(1, 3, 2, 2), **OCTAVE | {"high_to_high": ones(4, 6, 2, 2)}),
            "high_to_high has k 2, which has no centre; use an odd k, such as 3",
        ),
        (lambda: deformable(X, OFFSETS, ones(2, 6, 3, 3), padding=1), r"offsets .*must be \(1, 18, 5, 4\)"),
        (lambda: deformable(X, OFFSETS.bfloat16(), ones(2, 6, 3, 3)), "offsets are torch.bfloat16 .*use torch.float32"),
        (lambda: deformable(X, OFFSETS, ones(2, 6, 3, 3), groups=4), "groups is 4, which does not divide c_in 6"),
    ],
)  # fmt: skip
def test_an_argument_that_does_not_fit_is_refused_with_its_repair(launch, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        launch()


def test_a_tensor_on_the_cpu_is_refused_where_kernels_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triton.knobs.runtime, "interpret", False)
    with pytest.raises(ValueError, match="x is on cpu; move it to a CUDA device, or set TRITON_INTERPRET=1"):
        depthwise(torch.ones(1, 6, 5, 4), torch.ones(6, 1, 3, 3))


def test_maps_of_too_many_positions_are_refused_before_anything_is_launched() -> None:
    with pytest.raises(ValueError, match=r"x has 2\*\*31 positions or more; split the batch"):
        channel_shuffle(torch.empty(2**31, 2, 1, 1, device="meta"), 1)
