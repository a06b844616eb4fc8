"""Every check of the VoVNet paper holds but one, and all can fail."""

import math

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import vovnet as checks
from cnnclaims.verifiers.networks.vovnet import vovnet27_slim, vovnet39, vovnet57
from cnnclaims.verifiers.trace import uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("vovnet.")]
REFUTED = {"efficiency_of_vovnet57"}


@pytest.fixture
def built():
    with uninitialised():
        yield


@pytest.mark.parametrize("name", NAMES)
def test_the_claim_holds_or_is_known_not_to(name):
    found = getattr(checks, name)()
    assert found.holds == (name not in REFUTED), found.found
    assert not found.scaled_down


@pytest.mark.parametrize("printed", [(1, 1, 1, 2), (2, 1, 1, 1)])
def test_another_number_of_modules_is_refused(built, printed):
    assert not checks.modules_fit(vovnet27_slim(), printed, control=vovnet39()).holds


def test_modules_with_bottlenecks_are_refused(built):
    assert not checks.modules_fit(vovnet27_slim(bottleneck=True), (1, 1, 1, 1), control=vovnet39()).holds


def test_modules_fail_without_a_control_that_differs(built):
    assert not checks.modules_fit(vovnet57(), (1, 1, 4, 3), control=vovnet57()).holds


def test_a_cost_that_leaves_something_out_is_refused():
    assert not checks.access_fits(lambda layer: checks.equation_1(layer) - layer.ci * layer.co).holds
    assert not checks.access_fits(lambda layer: checks.equation_1(layer) + (layer.k == 7)).holds


def test_the_cost_of_kernels_of_one_is_refused():
    assert not checks.access_fits(lambda layer: checks.equation_1(layer._replace(k=1))).holds


def test_a_bound_that_is_too_low_is_not_reached():
    assert not checks.bound_holds(lambda b, k, h: 2 * math.sqrt(h * h * b / k**2)).holds


def test_a_bound_that_is_too_high_is_passed():
    assert not checks.bound_holds(lambda b, k, h: 3 * math.sqrt(h * h * b / k**2) + b / h**2).holds


def test_a_product_out_of_reach_of_rounding_is_refused():
    assert checks.product_fits("33.02", "17.5", "579.6", control="12.8").holds
    assert not checks.product_fits("33.02", "17.5", "579.8", control="12.8").holds
    assert not checks.product_fits("33.02", "17.5", "575.9", control="12.8").holds


def test_a_product_needs_a_control_that_differs():
    assert not checks.product_fits("33.02", "17.5", "579.2", control="17.5").holds


def test_rows_of_another_pair_are_refused(built, monkeypatch):
    monkeypatch.setitem(checks.TABLE_4, "ResNet-101", "82.47")
    assert not checks.resnets_differ_by_blocks().holds
    assert checks.rows_differ({"VoVNet-39": vovnet39(), "VoVNet-57": vovnet57()}).holds


def test_a_network_of_another_depth_is_refused(built):
    assert not checks.rows_differ({"VoVNet-39": vovnet39(), "VoVNet-57": vovnet39()}).holds


def test_what_is_held_against_the_papers_own_figures_is_its_own_word():
    for name in NAMES:
        own = name.startswith("efficiency") or "differ_by" in name
        assert getattr(checks, name)().own_word == own
