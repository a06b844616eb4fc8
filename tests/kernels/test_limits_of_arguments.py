"""What builders ask of their arguments: the last value that passes and the first that does not."""

import pytest

from cnnclaims.verifiers.kernels.arguments import require, require_divides, require_odd, require_share


def test_values_at_their_limits_pass():
    require(1, channels=1, size=2)
    require(0, padding=0)
    require_odd(k=1, n=5)
    require_divides("groups", 3, channels=9, m=3)
    require_share(survival=0, other=1.0)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: require(1, channels=3, size=0), "size is 0; use a whole number of at least 1"),
        (lambda: require(0, padding=-1), "padding is -1; use a whole number of at least 0"),
        (lambda: require_odd(k=3, n=4), "n is 4, which has no middle; use an odd number, such as 5"),
        (
            lambda: require_divides("groups", 4, channels=8, m=6),
            "groups is 4, which does not divide channels 8 and m 6; use a divisor, such as 1",
        ),
        (lambda: require_share(survival=1.01), "survival is 1.01; use a number from 0 to 1"),
        (lambda: require_share(survival=-0.01), "survival is -0.01; use a number from 0 to 1"),
    ],
)
def test_a_value_past_its_limit_is_named_with_a_repair(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
