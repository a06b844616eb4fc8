"""The random sum of two branches: values and gradients worked by hand, its mean over draws, and what is refused."""

import pytest
import torch

from cnnclaims.verifiers.kernels.shake_shake import (
    shaken_gradients_by_definition,
    shaken_sum,
    shaken_sum_by_definition,
)
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.trace import trace


def test_forward_shares_are_alpha_and_the_rest():
    assert shaken_sum_by_definition(torch.tensor(8.0), torch.tensor(4.0), torch.tensor(0.25)).item() == 5


def test_backward_shares_are_beta_and_the_rest():
    one, two = shaken_gradients_by_definition(torch.tensor(8.0), torch.tensor(0.25))
    assert (one.item(), two.item()) == (2, 6)


def test_each_image_has_draws_of_its_own_and_both_passes_draw_anew():
    net = shaken_sum(1, 1).train()
    x = torch.tensor([0.0, 1.0]).reshape(1, 2, 1, 1).repeat(50, 1, 1, 1).requires_grad_()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        y = net(x)  # 1 - alpha
        y.sum().backward()
    shares, betas = 1 - y.detach().flatten(), x.grad[:, 0].flatten()
    assert len(shares.unique()) > 45
    assert len(betas.unique()) > 45
    assert (shares - betas).abs().min() > 0


def test_the_mean_of_training_is_the_test():
    net, images = shaken_sum(1, 1), 40_000
    x = torch.tensor([4.0, 1.0]).double().reshape(1, 2, 1, 1).repeat(images, 1, 1, 1).requires_grad_()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        y = net.train()(x)
        y.sum().backward()
    error = (1 / 12 / images) ** 0.5  # of the mean of uniform draws
    assert abs(y.mean().item() - 2.5) < 4 * 3 * error
    assert abs(x.grad[:, 0].mean().item() - 0.5) < 4 * error
    assert net.eval()(x[:1]).item() == 2.5


def test_no_multiply_adds_are_counted():
    run = trace(shaken_sum(3, 5))
    assert macs(run) == 0
    assert run.input_shape == (6, 5, 5)
    assert run.nodes[-1].shape == (3, 5, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 0}, "channels is 0; use a whole number of at least 1"),
        ({"size": 0}, "size is 0; use a whole number of at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        shaken_sum(**{"channels": 2, "size": 2} | arguments)
