"""Stacks of dilated convolutions: what they see grows by powers of two."""

import pytest
import torch

from cnnclaims.verifiers.kernels.dilated import dilated, dilated_stack
from cnnclaims.verifiers.measures.shapes import receptive_field
from cnnclaims.verifiers.trace import trace


@pytest.mark.parametrize(("layers", "side"), [(1, 3), (2, 7), (3, 15), (4, 31)])
def test_a_stack_sees_twice_as_far_with_every_layer(layers, side):
    assert receptive_field(trace(dilated_stack(2, layers, 40))) == side


def test_unless_told_a_stack_has_3x3_kernels():
    assert dilated_stack(2, 1, 9).conv1.kernel_size == (3, 3)


@pytest.mark.parametrize(("k", "dilation", "side"), [(3, 2, 5), (5, 3, 13), (1, 4, 1)])
def test_one_layer_sees_its_taps_and_what_lies_between_and_keeps_the_size(k, dilation, side):
    net = dilated(2, 3, k, dilation, 20)
    assert receptive_field(trace(net)) == side
    assert net(torch.zeros(0, 2, 20, 20)).shape == (0, 3, 20, 20)
