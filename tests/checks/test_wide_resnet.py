"""Every check of Wide ResNet holds, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import wide_resnet as checks
from cnnclaims.verifiers.checks.wide_resnet import Size
from cnnclaims.verifiers.networks.wide_resnet import wrn
from cnnclaims.verifiers.trace import uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("wide_resnet.")]


@pytest.fixture
def built():
    with uninitialised():
        yield


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds_at_full_scale(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_one_convolution_more_or_a_control_that_fits_breaks_the_depth_formula(built):
    right, narrow = checks.sized(wrn(28, 2)), checks.sized(wrn(28, 1))
    assert checks.convolutions_fit({4: right}, {4: narrow}).holds
    assert not checks.convolutions_fit({4: right, 5: right}, {4: narrow}).holds
    assert not checks.convolutions_fit({4: right}, {4: right}).holds


def test_other_widths_and_a_control_of_the_same_shapes_are_refused(built):
    control = wrn(16, 3)
    assert checks.widths_fit({1: wrn(16, 1), 2: wrn(16, 2)}, control).holds
    assert not checks.widths_fit({1: wrn(16, 1), 2: wrn(16, 4)}, control).holds
    assert not checks.widths_fit({1: wrn(16, 1)}, wrn(16, 1)).holds


@pytest.mark.parametrize(
    ("wider", "longer"),
    [
        (Size(20, 20, 4), Size(20, 20, 8)),  # linear in k
        (Size(40, 20, 4), Size(20, 20, 8)),  # parameters quadratic, multiply-adds not
        (Size(80, 80, 4), Size(20, 20, 8)),  # cubic in k
        (Size(40, 40, 4), Size(40, 40, 8)),  # quadratic in N
        (Size(40, 40, 4), Size(10, 10, 8)),  # independent of N
    ],
)
def test_other_powers_of_growth_are_refused(wider, longer):
    start, double = Size(10, 10, 4), Size(20, 20, 8)
    assert checks.grows(start, Size(40, 40, 4), double, double).holds
    assert not checks.grows(start, wider, longer, double).holds


def test_sizes_that_differ_or_round_otherwise_are_refused():
    one, other = Size(2_243_546, 1, 40), Size(2_243_547, 1, 40)
    assert checks.one_size([one, one], other).holds
    assert not checks.one_size([one, other], other).holds
    assert not checks.one_size([one, one], one).holds
    small = Size(2_143_546, 1, 40)
    assert not checks.one_size([small, small], other).holds
