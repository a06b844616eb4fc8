"""Activations: values on both sides of their bends, and the arguments that are refused."""

import math

import pytest
import torch

from cnnclaims.verifiers.kernels import activations
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.measures.elementwise import elementwise
from cnnclaims.verifiers.trace import trace

POINTS = [-7.0, -3.0, -1.5, 0.0, 1.0, 3.0, 6.0, 7.0]
VALUES = {
    "relu6": [0, 0, 0, 0, 1, 3, 6, 6],
    "hard_sigmoid": [0, 0, 0.25, 0.5, 4 / 6, 1, 1, 1],
    "hard_swish": [0, 0, -0.375, 0, 4 / 6, 3, 6, 7],
    "swish": [x / (1 + math.exp(-x)) for x in POINTS],
}


@pytest.mark.parametrize("name", VALUES)
def test_the_definition_and_the_network_have_the_values_worked_by_hand(name):
    x = torch.tensor(POINTS).double()
    net = getattr(activations, name)(len(POINTS), 1)
    assert getattr(activations, f"{name}_by_definition")(x).tolist() == pytest.approx(VALUES[name])
    assert net(x.reshape(1, -1, 1, 1)).flatten().tolist() == pytest.approx(VALUES[name])


@pytest.mark.parametrize("name", VALUES)
def test_an_activation_costs_no_multiply_adds(name):
    run = trace(getattr(activations, name)(5, 4))
    assert macs(run) == 0
    assert run.nodes[-1].shape == (5, 4, 4)


def test_the_hard_swish_has_one_product_a_value():
    assert elementwise(trace(activations.hard_swish(5, 4)), "mul") == 5 * 16


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("argument", ["channels", "size"])
def test_a_size_of_zero_is_refused(name, argument):
    with pytest.raises(ValueError, match=f"{argument} is 0; use a whole number of at least 1"):
        getattr(activations, name)(**{"channels": 2, "size": 2, argument: 0})
