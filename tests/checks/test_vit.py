"""Every check of the ViT paper holds, and can fail."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import vit as checks
from cnnclaims.verifiers.networks.vit import vit_b_16, vit_b_32, vit_h_14, vit_l_16
from cnnclaims.verifiers.trace import uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("vit.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_another_side_of_the_patch_is_refused():
    assert not checks.patches_fit(vit_b_16, 16, lambda h, w, p: Fraction(h * w, 14 * 14)).holds


def test_a_formula_for_square_images_only_is_refused():
    found = checks.patches_fit(vit_b_16, 16, lambda h, w, p: Fraction(h, p) ** 2)
    assert not found.holds
    assert "it fits 1 of 21 images" in found.found


def test_the_control_itself_is_refused_as_a_formula():
    assert not checks.patches_fit(vit_b_32, 32, lambda h, w, p: Fraction(h * w, p)).holds


def test_a_sequence_that_falls_with_the_side_is_refused():
    assert not checks.falls_with_the_square({16: (14, 15), 32: (7, 8)}).holds


def test_the_square_needs_a_control_that_differs():
    assert not checks.falls_with_the_square({16: (196, 196), 32: (49, 49)}).holds


def test_layers_that_widen_otherwise_are_refused():
    with uninitialised():
        net = vit_b_16()
    assert not checks.widened([net], "attention.qkv", 4, control="attention.project").holds
    assert not checks.widened([net], "mlp.fc1", 4, control="mlp.fc1").holds
    assert not checks.widened([net], "mlp.fc9", 4, control="attention.qkv").holds


def test_a_control_size_that_is_taken_fails_the_check():
    assert not checks.takes(vit_l_16, 16, 512, control=384).holds


def test_positions_that_are_not_interpolated_by_place_are_refused():
    assert not checks.takes(vit_h_14, 14, 518, control=512, resize=checks._along_the_row).holds


def test_positions_for_another_number_of_patches_are_refused():
    assert not checks.takes(vit_h_14, 14, 518, control=512, resize=lambda positions, side: positions).holds


@pytest.mark.parametrize("name", ["heads_of_base", "heads_of_large", "heads_of_huge"])
def test_heads_are_what_the_network_was_given(name):
    assert getattr(checks, name)().own_word


@pytest.mark.parametrize(("printed", "holds"), [("12", True), ("16", False), ("8", False)])
def test_another_number_of_heads_is_found_out(printed, holds):
    with uninitialised():
        assert checks.has_heads(vit_b_16(), printed, control=vit_l_16()).holds is holds


def test_one_block_with_fewer_heads_is_found_out():
    with uninitialised():
        net = vit_b_16()
        net.encoder[5].attention.heads = 6
        assert checks.heads(net).number() == 0
        assert not checks.has_heads(net, "12", control=vit_l_16()).holds


def test_heads_that_are_counted_and_do_not_part_the_values_are_no_heads():
    assert checks.Heads({12}, 768, 768).number() == 0
    assert checks.Heads({12}, 64, 768).number() == 12
    assert checks.Heads(set(), 1, 768).number() == 0


def test_a_control_with_as_many_heads_settles_nothing():
    with uninitialised():
        assert not checks.has_heads(vit_b_16(), "12", control=vit_b_32()).holds
