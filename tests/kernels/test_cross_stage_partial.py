"""A cross-stage-partial stage: its parts by name, its cost by hand, and the arguments that are refused."""

import pytest
import torch

from cnnclaims.verifiers.kernels.cross_stage_partial import cross_stage_partial, leaky
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.trace import trace, uninitialised


def test_parts_have_their_widths():
    layers = trace(cross_stage_partial(c_in=6, half=4, inner=3, c_out=5, blocks=2, size=8)).layers
    parts = ("enter", "blocks.0", "blocks.1", "partial_transition", "bypass", "concat", "transition")
    assert {name: layers[f"csp.{name}"].shape[0] for name in parts} == {
        "enter": 4,
        "blocks.0": 4,
        "blocks.1": 4,
        "partial_transition": 4,
        "bypass": 4,
        "concat": 8,
        "transition": 5,
    }
    assert layers["csp.blocks.0.layers.conv2"].shape == (3, 8, 8)


def test_cost_by_hand():
    run = trace(cross_stage_partial(c_in=6, half=4, inner=3, c_out=5, blocks=2, size=8))
    halves, block, transitions = 2 * 6 * 4, 4 * 3 + 9 * 3 * 3 + 3 * 4, 4 * 4 + 8 * 5
    assert macs(run) == 64 * (halves + 2 * block + transitions)


def test_the_default_has_two_blocks_as_wide_inside_as_a_half():
    with uninitialised():
        run = trace(cross_stage_partial())
    assert run.input_shape == (256, 32, 32)
    assert run.layers["csp.transition"].shape == (256, 32, 32)
    assert macs(run) == 32**2 * (2 * 256 * 128 + 2 * 11 * 128**2 + 128**2 + 256**2)


def test_leaky_relu_lets_a_tenth_of_negative_values_through():
    assert leaky(torch.tensor([-2.0, 0.0, 3.0]).double()).tolist() == [-0.2, 0, 3]


@pytest.mark.parametrize("argument", ["c_in", "half", "inner", "c_out", "blocks", "size"])
def test_an_argument_below_one_is_refused_by_name(argument):
    with pytest.raises(ValueError, match=f"{argument} is 0; use a whole number of at least 1"):
        cross_stage_partial(**{argument: 0})
