"""The checks of MobileNetV3 hold, and can fail."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS, mobilenet_v3
from cnnclaims.verifiers.networks.mobilenet_v3 import HardSwish, mobilenet_v3_large, mobilenet_v3_small
from cnnclaims.verifiers.trace import trace, uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("mobilenet_v3.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(mobilenet_v3, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_another_function_is_found():
    x = mobilenet_v3.grid()
    right = nn.functional.hardswish(x)
    arguments = (nn.functional.hardswish, right, nn.functional.silu)
    assert mobilenet_v3.is_function(HardSwish(), *arguments).holds
    assert not mobilenet_v3.is_function(lambda v: v * nn.functional.relu6(v + 3) * 0.16667, *arguments).holds
    assert not mobilenet_v3.is_function(
        HardSwish(), nn.functional.hardswish, right + 1e-9, nn.functional.silu
    ).holds
    assert not mobilenet_v3.is_function(HardSwish(), nn.functional.hardswish, right, HardSwish()).holds


def test_h_swish_at_the_wrong_width_is_found():
    with uninitialised():
        large, small = trace(mobilenet_v3_large()), trace(mobilenet_v3_small())
        plain = trace(mobilenet_v3_large(minimalistic=True))
    assert not mobilenet_v3.swishes_from(large, 112, control=40).holds
    assert not mobilenet_v3.swishes_from(small, 80, control=16).holds
    assert not mobilenet_v3.swishes_from(plain, 80, control=40).holds
    assert not mobilenet_v3.swishes_from(large, 80, control=60).holds  # no width lies between


def test_another_share_than_a_quarter_is_found():
    control = [(72, 6)]
    assert mobilenet_v3.quarters([(672, 168), (72, 24)], control).holds
    assert not mobilenet_v3.quarters([(672, 168), (672, 28)], control).holds
    assert not mobilenet_v3.quarters([(672, 168)], [(672, 168)]).holds
    assert not mobilenet_v3.quarters([], control).holds


def test_another_number_of_dropped_layers_is_found():
    assert mobilenet_v3.dropped(12, 9, 3).holds
    assert not mobilenet_v3.dropped(12, 10, 3).holds


def test_counts_that_do_not_round_to_the_printed_ones_are_found():
    assert mobilenet_v3.sizes_fit({1.0: [2_946_568, 2_542_856]}, {1.0: 2.9}).holds
    assert not mobilenet_v3.sizes_fit({1.0: [2_542_856, 2_946_568]}, {1.0: 2.9}).holds
    assert not mobilenet_v3.sizes_fit({1.0: [2_946_568, 2_900_000]}, {1.0: 2.9}).holds


def test_the_grid_has_the_bends():
    x = mobilenet_v3.grid()
    assert x.dtype == torch.float64
    assert min(float((x + 3).abs().min()), float((x - 3).abs().min())) < 1e-9
