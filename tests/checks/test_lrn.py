from cnnclaims.verifiers.checks import lrn
from cnnclaims.verifiers.checks.agreement import agree


def test_the_check_holds():
    found = lrn.torch_needs_alpha_times_n()
    assert found.holds, found.found


def test_another_factor_on_alpha_is_found():
    assert not agree("one", "other", lrn.normalised(4)).holds
    assert not agree("one", "other", lrn.normalised(1)).holds
