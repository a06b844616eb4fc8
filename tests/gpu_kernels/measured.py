"""How kernels are measured against the framework; test_own_process.py runs this file, and a rehearsal of benchmarks/gpu.py the rest."""

import pytest
import torch

from cnnclaims.verifiers.kernels.gpu.measuring import in_turn, measured, multiplying


def allowed() -> tuple[bool, bool]:
    return torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32


@pytest.mark.parametrize(("precision", "inside"), [("ieee", (False, False)), ("tf32", (True, True))])
def test_the_framework_multiplies_as_the_kernel_does_and_as_before_afterwards(
    precision: str, inside: tuple[bool, bool]
) -> None:
    before = allowed()
    with multiplying(precision):
        assert allowed() == inside
    assert allowed() == before


def test_calls_take_turns_behind_a_warm_up() -> None:
    order: list[str] = []
    found = in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, "cpu", rounds=3)
    assert "".join(order) == "ab" + "ababab"
    assert found["a"]["rounds"] == 3


def test_bytes_and_multiply_adds_of_a_depthwise_layer_by_hand() -> None:
    found = measured("depthwise", {"batch": 1, "channels": 2, "height": 4, "width": 4, "padding": 1}, ("float32", "ieee"), "cpu", 2)  # fmt: skip
    assert found["bytes"] == 4 * (2 * 4 * 4 + 2 * 3 * 3 + 2 * 4 * 4)
    assert found["multiply-adds"] == 2 * 4 * 4 * 3 * 3


def test_a_shift_moves_its_map_and_multiplies_nothing() -> None:
    found = measured("shift", {"batch": 1, "channels": 2, "height": 4, "width": 4}, ("bfloat16", "ieee"), "cpu", 2)  # fmt: skip
    assert (
        found["bytes"] == 2 * 32 + 4 * 2 + 4 * 2 + 2 * 32
    )  # the map, two displacements of 32 bits a channel, the map
    assert found["multiply-adds"] == 0
    assert found["error / bound"] == 0
