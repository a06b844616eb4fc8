"""Every operator of the measure language: its definition and the framework agree, and the definition counts what `macs` counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import KERNELS
from cnnclaims.verifiers.kernels.forms import FORMS, forms_of
from cnnclaims.verifiers.networks import NETWORKS


class Drawn(Draw):
    """Shapes that hypothesis draws, so that it can shrink them; the values behind one seed."""

    def __init__(self, data, seed):
        super().__init__(seed)
        self.data = data

    def whole(self, low, high):
        """A whole number, both ends included."""
        return self.data.draw(st.integers(low, high))


@pytest.mark.parametrize("name", sorted(FORMS))
@settings(deadline=None, max_examples=25)
@given(st.data(), st.integers(0, 2**31))
def test_definition_and_framework_agree_and_the_control_does_not(name, data, seed):
    forms = forms_of(name)(Drawn(data, seed))
    assert forms.off <= forms.bound
    assert forms.control_off > 1e6 * forms.bound


@pytest.mark.parametrize("name", sorted(FORMS))
@settings(deadline=None, max_examples=10)
@given(st.data(), st.integers(0, 2**31))
def test_the_definition_counts_the_multiplications_of_the_measure(name, data, seed):
    forms = forms_of(name)(Drawn(data, seed))
    assert forms.counted == forms.macs + forms.beside


def test_forms_are_of_operators_that_the_measure_language_knows():
    assert not set(FORMS) - set(KERNELS) - set(NETWORKS)


def test_every_operator_of_the_measure_language_has_both_forms():
    assert not set(KERNELS) - set(FORMS)


def test_the_list_of_forms_is_alphabetical():
    assert list(FORMS) == sorted(FORMS)
