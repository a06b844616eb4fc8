"""Every check of deformable convolution holds, and can fail."""

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import deformable_conv as checks
from cnnclaims.verifiers.checks.agreement import agree
from cnnclaims.verifiers.kernels import deformable
from cnnclaims.verifiers.kernels.deformable import DeformableConv2d

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("deformable_conv.")]
NO_IDENTITIES = ("offsets_are_2n", "three_levels_sample_729", "bins_move_by_a_tenth")
IDENTITIES = [name for name in NAMES if name not in NO_IDENTITIES]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("change", ["other", "control"])
def test_a_side_that_is_off_and_a_control_that_is_equal_are_found(monkeypatch, name, change):
    def changed(sides):
        value = sides.other * (1 + 1e-9) if change == "other" else sides.one
        return sides._replace(**{change: value})

    monkeypatch.setattr(
        checks, "agree", lambda what, control, draw: agree(what, control, lambda the: changed(draw(the)))
    )
    assert not getattr(checks, name)().holds


def test_sampling_that_rounds_is_not_the_sum(monkeypatch):
    right = checks.sample
    monkeypatch.setattr(checks, "sample", lambda x, rows, columns: right(x, rows.round(), columns))
    assert not checks.sampling_is_the_sum().holds


def test_a_layer_that_samples_the_neighbour_is_not_equation_2(monkeypatch):
    right = DeformableConv2d.sampled
    monkeypatch.setattr(DeformableConv2d, "sampled", lambda self, x, offsets: right(self, x, offsets + 1e-6))
    assert not checks.layer_is_equation_2().holds
    assert not checks.starts_as_plain().holds
    assert not checks.stretched_is_dilated().holds


def test_offsets_that_are_cut_to_nothing_leave_channels_idle(monkeypatch):
    right = DeformableConv2d.sampled
    monkeypatch.setattr(DeformableConv2d, "sampled", lambda self, x, offsets: right(self, x, 0 * offsets))
    assert not checks.all_channels_count(lambda k: 2 * k * k).holds


def test_another_number_of_channels_is_refused():
    assert not checks.all_channels_count(lambda k: 3 * k * k).holds


@pytest.mark.parametrize(
    ("levels", "points", "control"), [(2, 729, 25), (3, 343, 49), (3, 729, 81), (0, 1, 1)]
)
def test_another_number_of_points_is_refused(levels, points, control):
    assert not checks.sampled_points(levels, points, control).holds


def test_the_two_nearest_pixels_weigh_what_is_left_of_one():
    weights = checks.g(torch.tensor([1.25]), torch.arange(4.0))
    assert weights.tolist() == [[0, 0.75, 0.25, 0]]


def test_bins_that_move_by_another_share_are_found_out(monkeypatch):
    assert checks.bins_move_by_a_tenth().own_word
    for gamma in (0.0, 0.01, 0.2, 1.0):
        monkeypatch.setattr(deformable, "GAMMA", gamma)
        assert not checks.bins_move_by_a_tenth().holds


def test_one_pooling_of_two_that_moves_otherwise_is_found_out():
    def pool(share):
        def pooled(ramp, offsets):
            side = torch.tensor(checks.REGION)
            return torch.full((7, 7), float(share * (offsets * side).sum()))

        return pooled

    assert checks.moves({"one": pool(0.1), "other": pool(0.1)}).holds
    assert not checks.moves({"one": pool(0.1), "other": pool(0.2)}).holds


def test_offsets_in_pixels_are_found_out():
    assert not checks.moves({"one": lambda ramp, offsets: torch.full((7, 7), float(offsets.sum()))}).holds
