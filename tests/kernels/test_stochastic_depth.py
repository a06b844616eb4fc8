"""A block with stochastic depth: both draws, the share at test time, its expectation, and the arguments that are refused."""

from unittest import mock

import pytest
import torch

from cnnclaims.verifiers.kernels.stochastic_depth import stochastic_depth, stochastic_depth_by_definition
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.trace import trace


def drawn(survival):
    torch.manual_seed(0)
    net = stochastic_depth(2, 4, survival).double()
    return net, {name.removeprefix("branch."): value for name, value in net.block.state_dict().items()}


@pytest.fixture(autouse=True)
def own_draws():
    with torch.random.fork_rng():
        yield


def image():
    return torch.randn(2, 2, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_a_dropped_block_is_a_relu_and_multiplies_nothing():
    _, weights = drawn(0.5)
    y, multiplications = stochastic_depth_by_definition(image(), weights, 0)
    assert torch.equal(y, image().relu())
    assert multiplications == 0


def test_a_kept_block_multiplies_what_the_measure_counts():
    _, weights = drawn(0.5)
    _, multiplications = stochastic_depth_by_definition(image(), weights, 1)
    assert multiplications == macs(trace(stochastic_depth(2, 4))) == 2 * 2 * 2 * 9 * 16


def test_the_sum_at_test_time_is_the_mean_of_both_draws():
    _, weights = drawn(0.5)
    x = image().abs() + 100  # so large that the ReLU behind the sum cuts nothing off
    kept, dropped, test = (stochastic_depth_by_definition(x, weights, factor)[0] for factor in (1, 0, 0.3))
    assert torch.allclose(test, 0.3 * kept + 0.7 * dropped, atol=0, rtol=1e-13)
    assert not torch.allclose(test, kept, atol=0, rtol=1e-6)


@pytest.mark.parametrize("survival", [0.0, 1.0])
def test_a_block_that_is_never_or_always_kept_has_no_draw(survival):
    net, _ = drawn(survival)
    x = image()
    expected = x.relu() if survival == 0 else (x + net.block.branch.train()(x)).relu()
    assert all(torch.equal(net.train()(x), expected) for _ in range(20))


def test_a_draw_of_zero_keeps_no_block_of_probability_zero():
    net, _ = drawn(0.0)
    with mock.patch.object(torch, "rand", torch.zeros):
        assert torch.equal(net.train()(image()), image().relu())


def test_a_batch_is_kept_or_dropped_as_a_whole_with_the_probability():
    net, _ = drawn(0.25)
    x = image()
    net.train()
    dropped = [torch.equal(net(x), x.relu()) for _ in range(400)]
    assert abs(sum(dropped) - 300) < 4 * (400 * 0.25 * 0.75) ** 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 0}, "channels is 0; use a whole number of at least 1"),
        ({"size": 0}, "size is 0; use a whole number of at least 1"),
        ({"survival": 1.5}, "survival is 1.5; use a number from 0 to 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        stochastic_depth(**{"channels": 2, "size": 2} | arguments)
