"""The guide's relationships of transposed convolution hold, and can fail."""

import pytest
import torch

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import conv_arithmetic_transposed as checks

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("conv_arithmetic_transposed.")]


def test_every_relationship_of_transposes_is_checked():
    assert set(NAMES) == {f"relationship_{number}" for number in range(8, 15)}


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


@pytest.mark.parametrize("name", NAMES)
def test_a_transposed_size_off_by_one_in_one_layer_is_found(monkeypatch, name):
    agree = checks.transposes_agree

    def off(rule, inside, outside, **others):
        few = inside[:5]
        return agree(lambda x: rule(x) + (x is few[-1]), few, outside, **others)

    monkeypatch.setattr(checks, "transposes_agree", off)
    assert not getattr(checks, name)().holds


def test_the_equivalent_convolution_with_less_padding_or_the_kernel_as_it_is_is_refused(monkeypatch):
    right = checks.direct
    monkeypatch.setattr(checks, "direct", lambda y, kernel, layer: right(y, kernel.flip(-1, -2), layer))
    assert not checks.relationship_13().holds
    monkeypatch.setattr(checks, "direct", lambda y, kernel, layer: right(y, kernel, layer)[..., 1:, 1:])
    assert not checks.relationship_13().holds


def test_an_unturned_kernel_that_gives_the_same_is_no_control(monkeypatch):
    right = checks.forms
    monkeypatch.setattr(checks, "forms", lambda layer: right(layer)._replace(unturned=right(layer).by_matrix))
    assert not checks.relationship_8().holds


def test_the_matrix_of_the_drawn_convolution_is_the_one_of_section_4_1():
    kernel = torch.arange(1.0, 10.0).reshape(3, 3)
    c = checks.matrix(checks.Layer(i=4, k=3, s=1, p=0), kernel)
    assert c[0].tolist() == [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0]
    assert c[3].tolist() == [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9]
