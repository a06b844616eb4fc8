"""Every Triton form against its operator's definition, beside the equation and in float64; test_own_process.py runs this file."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import triton
from torch import Tensor

from cnnclaims.verifiers.kernels.convolution import (
    conv_by_definition,
    depthwise_by_definition,
    depthwise_separable_by_definition,
    grouped_by_definition,
    pointwise_by_definition,
)
from cnnclaims.verifiers.kernels.deformable import deformable_by_definition
from cnnclaims.verifiers.kernels.gpu import drawn, forms
from cnnclaims.verifiers.kernels.gpu.forms import FORMS, bounds, call
from cnnclaims.verifiers.kernels.gpu.shift import shift
from cnnclaims.verifiers.kernels.octave import octave_by_definition
from cnnclaims.verifiers.kernels.shift import Shift, shift_by_definition
from cnnclaims.verifiers.kernels.shuffle import channel_shuffle_by_definition

DEVICE = "cpu" if triton.knobs.runtime.interpret else "cuda"
SHAPE = {"batch": 2, "channels": 6, "height": 7, "width": 5}
CASES: dict[str, tuple[str, dict[str, int | bool], Callable[..., tuple[Tensor, ...]]]] = {
    "channel_shuffle": (
        "channel_shuffle",
        SHAPE | {"groups": 3},
        lambda x, groups: (channel_shuffle_by_definition(x, groups)[0],),
    ),
    "convolution with stride, padding and dilation": (
        "grouped",
        SHAPE | {"c_out": 4, "groups": 1, "stride": 2, "padding": 3, "dilation": 2},
        lambda x, weight, groups, **numbers: (conv_by_definition(x, weight, **numbers)[0],),
    ),
    "deformable": (
        "deformable",
        SHAPE | {"c_out": 4, "groups": 2, "stride": 2, "padding": 1},
        lambda x, offsets, weight, stride, **_: (deformable_by_definition(x, offsets, weight, stride)[0],),
    ),
    "depthwise": (
        "depthwise",
        SHAPE | {"k": 3, "stride": 2, "padding": 1},
        lambda x, weight, **numbers: (depthwise_by_definition(x, weight[:, 0], **numbers)[0],),
    ),
    "depthwise separable": (
        "depthwise_separable",
        SHAPE | {"c_out": 4, "scaled": False, "relu": False, "padding": 1},
        lambda x, depthwise, pointwise, relu, padding: (
            depthwise_separable_by_definition(x, depthwise[:, 0], pointwise[:, :, 0, 0], padding=padding)[0],
        ),
    ),
    "grouped": (
        "grouped",
        SHAPE | {"c_out": 9, "groups": 3, "padding": 1},
        lambda x, weight, groups, padding: (grouped_by_definition(x, weight, groups, padding=padding)[0],),
    ),
    "octave": (
        "octave",
        {"batch": 2, "high": 4, "low": 3, "height": 6, "width": 8, "out_high": 5, "out_low": 2},
        lambda high, low, high_to_high, high_to_low, low_to_high, low_to_low: octave_by_definition(
            high, low, (high_to_high, low_to_high), (low_to_low, high_to_low)
        )[:2],
    ),
    "pointwise": (
        "pointwise",
        SHAPE | {"c_out": 4},
        lambda x, weight: (pointwise_by_definition(x, weight[:, :, 0, 0])[0],),
    ),
}


def error(found: Tensor, exact: Tensor) -> Tensor:
    assert found.shape == exact.shape
    return (found.double() - exact).abs()


@pytest.mark.parametrize("case", CASES)
def test_a_kernel_agrees_with_the_definition(case: str) -> None:
    name, shape, definition = CASES[case]
    arguments = FORMS[name].arguments(drawn.source(2, torch.float32, DEVICE), **shape)
    exact = definition(
        **{
            key: value.cpu().double() if isinstance(value, Tensor) else value
            for key, value in arguments.items()
        }
    )
    for y, true, bound in zip(
        call(FORMS[name], arguments), exact, bounds(name, arguments, "ieee"), strict=True
    ):
        assert (error(y.cpu(), true) <= bound.cpu()).all()


def test_a_shift_moves_each_channel_as_the_definition_does() -> None:
    x = torch.randn(2, 20, 5, 6, generator=torch.Generator().manual_seed(3))
    module = Shift(20, k=3)
    moves = [move for move in module.moves for _ in range(module.each)]
    moves += [(0, 0)] * (20 - len(moves))
    down, right = torch.tensor(moves, dtype=torch.int32, device=DEVICE).T.contiguous()
    assert torch.equal(shift(x.to(DEVICE), down, right).cpu(), shift_by_definition(x, 3)[0])
    assert not torch.equal(shift(x.to(DEVICE), right, down).cpu(), shift_by_definition(x, 3)[0])


def test_every_kernel_is_held_against_its_definition() -> None:
    files = {
        path.stem
        for path in Path(forms.__file__).parent.glob("*.py")
        if "def " + path.stem + "_kernel" in path.read_text()
    }
    assert {name for name, _, _ in CASES.values()} | {"shift"} == set(FORMS) == files


@pytest.mark.parametrize("offset", [1e30, -1e30, 2.0**31])
def test_a_position_far_beyond_the_map_is_zero(offset: float) -> None:
    form = FORMS["deformable"]
    arguments = form.arguments(drawn.source(4, torch.float32, DEVICE), c_out=2, **SHAPE)
    arguments["offsets"].fill_(offset)
    assert not call(form, arguments)[0].any()


def test_scale_shift_and_relu_stand_between_the_two_parts() -> None:
    form = FORMS["depthwise_separable"]
    arguments = form.arguments(drawn.source(5, torch.float32, DEVICE), c_out=3, k=1, **SHAPE)
    middle = arguments["x"].double() * arguments["depthwise"].double()[:, 0]
    middle = middle * arguments["scale"].double()[:, None, None] + arguments["shift"].double()[:, None, None]
    weights = arguments["pointwise"].double()[:, :, 0, 0]
    exact = torch.einsum("oc,nchw->nohw", weights, middle.clamp(min=0))
    (bound,) = bounds("depthwise_separable", arguments, "ieee")
    assert (error(call(form, arguments)[0], exact) <= bound).all()
    for without in ({"relu": False}, {"scale": None, "shift": None}):
        assert (error(call(form, arguments | without)[0], exact) > bound).double().mean() > 0.5
