import pytest
from torch import nn

from cnnclaims.verifiers.checks import stacked_hourglass as checks
from cnnclaims.verifiers.networks.stacked_hourglass import stacked_hourglass
from cnnclaims.verifiers.trace import uninitialised


@pytest.mark.parametrize("check", [checks.eight_hourglasses, checks.no_filter_above_3x3])
def test_what_the_paper_says_holds_of_the_network_that_was_given_it(check):
    found = check()
    assert found.holds, found.found
    assert found.own_word


@pytest.mark.parametrize("stacks", [7, 9])
def test_another_number_of_hourglasses_is_found_out(stacks):
    with uninitialised():
        assert not checks.goes_down_and_up(stacked_hourglass(stacks), stacked_hourglass(2)).holds


def test_an_hourglass_less_deep_is_found_out():
    with uninitialised():
        net = stacked_hourglass()
        net.stack8.hourglass = nn.Identity()
        assert not checks.goes_down_and_up(net, stacked_hourglass(2)).holds


def test_a_control_of_eight_settles_nothing():
    with uninitialised():
        assert not checks.goes_down_and_up(stacked_hourglass(), stacked_hourglass()).holds


def test_one_larger_filter_is_found_out():
    with uninitialised():
        net = stacked_hourglass(stacks=1)
        assert checks.at_most_3x3(net).holds
        net.stack1.hourglass.upper[0].residual.conv2 = nn.Conv2d(128, 128, 5, padding=2)
        assert not checks.at_most_3x3(net).holds


def test_without_any_filter_of_3x3_the_largest_is_another():
    with uninitialised():
        net = stacked_hourglass(stacks=1)
        for module in net.modules():
            if isinstance(module, nn.Sequential) and hasattr(module, "conv2"):
                module.conv2 = nn.Conv2d(module.conv2.in_channels, module.conv2.out_channels, 1)
        assert not checks.at_most_3x3(net).holds


def test_a_first_filter_of_3x3_is_no_exception_to_tell_from():
    with uninitialised():
        net = stacked_hourglass(stacks=1)
        net.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1)
        assert not checks.at_most_3x3(net).holds
