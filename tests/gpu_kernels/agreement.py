"""Every Triton form against the definitions and the framework, on random shapes; test_own_process.py runs this file.

It runs in a process of its own, since triton decides at its import whether kernels are compiled or interpreted: with
TRITON_INTERPRET=1 they are interpreted on the CPU, without it they run on the GPU. The interpreter multiplies in float32 whatever
the precision says and cuts bfloat16 off instead of rounding; the bounds are those of a GPU but for that cut.
"""

import pytest
import torch
import triton
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnclaims.verifiers.kernels.gpu import drawn
from cnnclaims.verifiers.kernels.gpu.forms import FORMS, bounds, call, expected, kinds

INTERPRETED = triton.knobs.runtime.interpret
DEVICE = "cpu" if INTERPRETED else "cuda"
# The interpreter does not round to TF32, so what a kernel does in it shows on a GPU alone.
CASES = [(name, *kind) for name in FORMS for kind in kinds(name) if not (INTERPRETED and kind[1] == "tf32")]
EXAMPLES = settings(
    max_examples=4 if INTERPRETED else 30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def shapes(draw: st.DrawFn, name: str) -> dict[str, int | bool]:
    """A legal shape of an operator: odd sides, channels that fill no tile, one program and several."""
    sides = {"height": draw(st.integers(3, 11)), "width": draw(st.integers(3, 11))}
    shape: dict[str, int | bool] = {"batch": draw(st.integers(1, 3)), **sides}
    groups = draw(st.integers(1, 3))
    each = draw(st.integers(2, 13))
    k = draw(st.sampled_from([1, 2, 3]))
    window = {"stride": draw(st.integers(1, 2)), "padding": draw(st.integers(0, 2))}
    window["dilation"] = draw(st.integers(1, 2)) if k < 3 else 1
    c_out = draw(st.sampled_from([1, 5, 18, 70]))
    match name:
        case "channel_shuffle":
            return shape | {"channels": groups * each, "groups": groups}
        case "shift":
            return shape | {"channels": groups * each, "reach": draw(st.integers(1, 4))}
        case "depthwise":
            return shape | {"channels": groups * each, "k": k, **window}
        case "pointwise":
            return shape | {"channels": 3 * each, "c_out": c_out, "stride": window["stride"]}
        case "depthwise_separable":
            between = {"scaled": draw(st.booleans()), "relu": draw(st.booleans())}
            return shape | {"channels": 3 * each, "c_out": c_out, "k": k, **between, **window}
        case "grouped":
            return shape | {
                "channels": groups * each,
                "c_out": groups * 5,
                "groups": groups,
                "k": k,
                **window,
            }
        case "deformable":
            return shape | {"channels": groups * each, "c_out": c_out, "groups": groups, "k": k, **window}
        case "octave":
            even = {side: 2 * ((length + 1) // 2) for side, length in sides.items()}
            channels = {"high": each, "low": groups, "out_high": 5, "out_low": 18}
            return shape | even | channels | {"k": draw(st.sampled_from([1, 3]))}
    raise AssertionError(f"no shapes for {name}")


def error(found: torch.Tensor, exact: torch.Tensor) -> torch.Tensor:
    """How far a map is from the float64 one; the two have one shape."""
    assert found.shape == exact.shape
    return (found.double() - exact).abs()


@pytest.mark.parametrize(("name", "dtype", "precision"), CASES)
def test_a_kernel_agrees_with_the_framework_in_float64_within_its_error_bound(
    name: str, dtype: str, precision: str
) -> None:
    form = FORMS[name]

    @EXAMPLES
    @given(shapes(name), st.integers(0, 2**20))
    def agrees(shape: dict[str, int], seed: int) -> None:
        arguments = form.arguments(drawn.source(seed, getattr(torch, dtype), DEVICE), **shape)
        found = call(form, arguments, precision)
        allowed = bounds(name, arguments, precision, rounds=not INTERPRETED)
        for y, exact, bound in zip(found, expected(form, arguments), allowed, strict=True):
            assert y.dtype == getattr(torch, dtype)
            assert (error(y, exact) <= bound).all(), f"{(error(y, exact) / bound).max():.3g} times the bound"

    agrees()


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.multiplies])
def test_a_kernel_agrees_where_channels_and_outputs_are_more_than_a_tile_holds(name: str) -> None:
    many = {"channels": 40, "c_out": 70, "height": 3, "width": 4}
    each = {"grouped": {"channels": 80, "c_out": 140, "groups": 2, "k": 2}, "deformable": {"k": 2}}
    octave = {"high": 40, "low": 33, "out_high": 70, "out_low": 66, "height": 4, "width": 2, "k": 1}
    shape = {"batch": 1} | (octave if name == "octave" else many | each.get(name, {}))
    arguments = FORMS[name].arguments(drawn.source(7, torch.float32, DEVICE), **shape)
    found, exact = call(FORMS[name], arguments), expected(FORMS[name], arguments)
    for y, true, bound in zip(found, exact, bounds(name, arguments, "ieee"), strict=True):
        assert (error(y, true) <= bound).all()


@pytest.mark.parametrize("name", FORMS)
def test_a_kernel_given_channels_in_another_order_is_out_of_the_bound(name: str) -> None:
    form = FORMS[name]
    shape = CONTROLS[name] | {"batch": 2, "height": 8, "width": 6}
    arguments = form.arguments(drawn.source(1, torch.float32, DEVICE), **shape)
    exact, allowed = expected(form, arguments), bounds(name, arguments, "tf32")
    first = next(iter(arguments))
    wrong = call(form, arguments | {first: arguments[first].roll(1, dims=1)})
    for y, true, bound in zip(wrong, exact, allowed, strict=True):
        assert (error(y, true) > bound).double().mean() > 0.5


CONTROLS = {
    "channel_shuffle": {"channels": 6, "groups": 3},
    "deformable": {"channels": 6, "c_out": 4, "groups": 2},
    "depthwise": {"channels": 6},
    "depthwise_separable": {"channels": 6, "c_out": 4, "scaled": False, "relu": False},
    "grouped": {"channels": 6, "c_out": 4, "groups": 2},
    "octave": {"high": 5, "low": 3, "out_high": 4, "out_low": 2},
    "pointwise": {"channels": 6, "c_out": 4},
    "shift": {"channels": 6},
}
