from cnnclaims.verifiers.checks import siamese


def test_swapping_a_pair_changes_nothing():
    found = siamese.swapping_changes_nothing()
    assert found.holds, found.found


def test_a_head_that_is_not_symmetric_is_found():
    assert not siamese.symmetric(lambda one, two: one - two / 2).holds
