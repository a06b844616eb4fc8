import pytest
import torch

from cnnclaims.verifiers.checks import xception as checks
from cnnclaims.verifiers.networks.inception_v2 import bn_inception
from cnnclaims.verifiers.networks.xception import xception
from cnnclaims.verifiers.trace import uninitialised


@pytest.mark.parametrize(
    "check",
    [checks.segments_span_the_spectrum, checks.first_layers_were_separable, checks.depth_multipliers_are_one],
)
def test_what_the_paper_says_holds(check):
    found = check()
    assert found.holds, found.found


def without_relu(x, w1, w2, segments):
    return torch.nn.functional.conv2d(torch.nn.functional.conv2d(x, w1), w2, padding=1, groups=segments)


def in_another_order(x, w1, w2, segments):
    return checks.towers(x, w1.flip(0), w2.flip(0), segments)


@pytest.mark.parametrize("module", [without_relu, in_another_order])
def test_other_modules_are_not_a_convolution_on_segments(module):
    assert not checks.spectrum(module, [3, 4]).holds


@pytest.mark.parametrize("branches", [[3], [3, 4, 5], [1, 3, 4]])
def test_another_number_of_towers_is_found_out(branches):
    assert not checks.spectrum(checks.towers, branches).holds


SEPARABLE, DENSE = (2_712, 34_019_328), (9_408, 118_013_952)


@pytest.mark.parametrize(
    ("separable", "dense", "second"),
    [
        (DENSE, DENSE, DENSE),
        (SEPARABLE, SEPARABLE, SEPARABLE),
        (SEPARABLE, DENSE, DENSE),
        ((2_712, 35_000_000), DENSE, (2_712, 35_000_000)),
    ],
)
def test_first_layers_that_do_not_fit_are_found_out(separable, dense, second):
    assert checks.fits_the_first_row(SEPARABLE, DENSE, SEPARABLE).holds
    assert not checks.fits_the_first_row(separable, dense, second).holds


def test_other_depth_multipliers_are_found_out():
    with uninitialised():
        net, control = xception(), bn_inception()
    assert not checks.multipliers(control, net).holds
    assert not checks.multipliers(net, net).holds
