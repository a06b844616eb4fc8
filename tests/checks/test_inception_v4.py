import pytest

from cnnclaims.verifiers.checks import inception_v4 as checks
from cnnclaims.verifiers.kernels.convolution import conv


@pytest.mark.parametrize(
    "check", [checks.resnet_v1_costs_like_inception_v3, checks.released_scales_lie_between]
)
def test_what_the_paper_says_holds(check):
    found = check()
    assert found.holds, found.found


def test_inception_resnet_v2_as_drawn_is_a_quarter_cheaper_than_inception_v4():
    found = checks.resnet_v2_costs_like_inception_v4()
    assert not found.holds
    assert "0.756 times" in found.found


@pytest.mark.parametrize(
    ("ours", "control", "holds"), [(109, 120, True), (111, 120, False), (89, 120, False), (100, 105, False)]
)
def test_costs_are_the_same_within_a_tenth_and_the_control_must_not_be(ours, control, holds):
    nets = [conv(c_in=1, c_out=c_out, k=1, size=1) for c_out in (ours, 100, control)]
    assert checks.same_cost("ours", "the other", *nets).holds is holds


@pytest.mark.parametrize(
    ("scales", "holds"),
    [
        ([0.17, 0.1, 0.3, 1.0], True),
        ([0.17, 0.1, 0.31, 1.0], False),
        ([0.05, 0.1, 0.2, 1.0], False),
        ([0.17, 0.1, 0.2, 0.2], False),
    ],
)
def test_scales_outside_are_found_out_and_so_is_a_last_one_inside(scales, holds):
    assert checks.scales_lie_between(scales).holds is holds
