"""One-shot aggregation: its layers by name, its cost by hand, and the arguments that are refused."""

import pytest

from cnnclaims.verifiers.kernels.one_shot_aggregation import one_shot_aggregation
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.trace import trace, uninitialised


def test_layers_have_their_widths_and_meet_once():
    layers = trace(one_shot_aggregation(c_in=4, width=3, c_out=5, layers=2, size=6)).layers
    shapes = {
        name: layers[f"osa.{name}"].shape
        for name in ("layers.layer1", "layers.layer2", "concat", "aggregate")
    }
    assert shapes == {
        "layers.layer1": (3, 6, 6),
        "layers.layer2": (3, 6, 6),
        "concat": (4 + 3 + 3, 6, 6),
        "aggregate": (5, 6, 6),
    }


def test_cost_by_hand():
    run = trace(one_shot_aggregation(c_in=4, width=3, c_out=5, layers=2, size=6))
    assert macs(run) == 36 * (9 * 4 * 3 + 9 * 3 * 3 + 10 * 5)


def test_the_default_is_the_first_module_of_the_slim_network():
    with uninitialised():
        run = trace(one_shot_aggregation())
    assert run.input_shape == (128, 56, 56)
    assert macs(run) == 56**2 * (9 * 128 * 64 + 4 * 9 * 64 * 64 + (128 + 5 * 64) * 128)


@pytest.mark.parametrize("argument", ["c_in", "width", "c_out", "layers", "size"])
def test_an_argument_below_one_is_refused_by_name(argument):
    with pytest.raises(ValueError, match=f"{argument} is 0; use a whole number of at least 1"):
        one_shot_aggregation(**{argument: 0})
