"""Every check of ShiftNet holds, and can fail."""

from collections import Counter

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import shiftnet as checks
from cnnclaims.verifiers.checks.shiftnet import Reach
from cnnclaims.verifiers.kernels.shift import Shift, csc_module

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("shiftnet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


class Circular(Shift):
    def forward(self, x):
        y = super().forward(x)
        y[:, 0] = x[:, 0].roll((-1, -1), (1, 2))
        return y


class Doubled(Shift):
    def forward(self, x):
        return 2 * super().forward(x)


@pytest.mark.parametrize("layer", [Circular, Doubled])
def test_other_layers_are_no_shifts(layer):
    assert not checks.is_depthwise(layer).holds


def test_a_layer_that_moves_nothing_leaves_no_control():
    assert not checks.is_depthwise(lambda channels, k: nn.Identity()).holds


def test_an_uneven_share_is_found_out():
    even = checks.shares(Shift(32, 3), 32, 3)
    still = checks.shares(nn.Identity(), 32, 3)
    assert even[0, 0] == 8
    assert still == Counter({(0, 0): 32})
    assert checks.are_even([(32, 3, even)], still).holds
    assert not checks.are_even([(32, 3, even)], even).holds
    assert not checks.are_even([(32, 3, still)], still).holds
    assert not checks.are_even([(32, 3, even + Counter({(1, 1): 1}))], still).holds


def test_a_module_without_a_shift_or_with_other_convolutions_is_refused():
    right, blind = Reach(2, 2, 9), Reach(2, 2, 1)
    assert checks.sees({3: right}, blind).holds
    assert not checks.sees({3: blind}, blind).holds
    assert not checks.sees({3: right}, right).holds
    assert not checks.sees({3: Reach(2, 1, 9)}, blind).holds
    assert not checks.sees({3: Reach(3, 3, 9)}, blind).holds


def test_reach_is_seen_from_the_gradient():
    assert checks.reach(csc_module(16, 2, 5, 9)) == Reach(2, 2, 25)
    net = csc_module(4, 1, 3, 7, moves=False)
    net.conv1 = nn.Conv2d(4, 4, 3, padding=1)
    assert checks.reach(net) == Reach(2, 1, 9)


def test_responses_are_where_the_pixels_went():
    out = checks.responses(Shift(9, 3), 9, 3)
    assert out.sum() == 9
    assert torch.equal(out[8], torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=torch.float64))
