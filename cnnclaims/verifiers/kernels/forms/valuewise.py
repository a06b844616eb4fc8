"""Both forms of what multiplies no weights: activations, pooling, gates and random sums."""

from typing import Literal

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import activations, pooling
from cnnclaims.verifiers.kernels import shake_shake as shaking
from cnnclaims.verifiers.kernels import squeeze_excitation as gating
from cnnclaims.verifiers.kernels.forms.form import Forms, drawn, largest


def relu6(the: Draw) -> Forms:
    """Control: without the upper end."""
    net, macs = drawn(activations.relu6(the.whole(1, 4), the.whole(1, 6)), the)
    x = _wide(the, *net.input_shape[:2])
    y = activations.relu6_by_definition(x)
    return Forms(y, net(x), x.clamp_min(0), 0, macs, 1, largest(x))


def hard_sigmoid(the: Draw) -> Forms:
    """Control: the sigmoid."""
    net, macs = drawn(activations.hard_sigmoid(the.whole(1, 4), the.whole(1, 6)), the)
    x = _wide(the, *net.input_shape[:2])
    return Forms(activations.hard_sigmoid_by_definition(x), net(x), x.sigmoid(), 0, macs, 2, largest(x))


def hard_swish(the: Draw) -> Forms:
    """Control: the swish."""
    net, macs = drawn(activations.hard_swish(the.whole(1, 4), the.whole(1, 6)), the)
    x = _wide(the, *net.input_shape[:2])
    y, control = activations.hard_swish_by_definition(x), activations.swish_by_definition(x)
    return Forms(y, net(x), control, 0, macs, 3, largest(x))


def swish(the: Draw) -> Forms:
    """Control: the hard swish."""
    net, macs = drawn(activations.swish(the.whole(1, 4), the.whole(1, 6)), the)
    x = _wide(the, *net.input_shape[:2])
    y, control = activations.swish_by_definition(x), activations.hard_swish_by_definition(x)
    return Forms(y, net(x), control, 0, macs, 8, largest(x))


def _wide(the: Draw, channels: int, size: int) -> Tensor:
    """Values of which every activation has some in each of its pieces."""
    x = 5 * the.image(channels, size)
    return torch.cat([x, torch.tensor([-7.0, -2.0, 2.0, 7.0]).to(x)[:, None, None, None] + 0 * x[:1]])


def pool(the: Draw) -> Forms:
    """Both kinds, overlapping or not, rounded down or up; control: the kind that it is not."""
    k, stride = the.whole(2, 4), the.whole(1, 4)
    padding, ceil, largest_of = the.whole(0, k // 2), bool(the.whole(0, 1)), bool(the.whole(0, 1))
    channels, size = the.whole(1, 3), the.whole(k, 9)
    mode: Literal["max", "average"] = "max" if largest_of else "average"
    net, macs = drawn(pooling.pool(channels, k, size, stride, padding, ceil, mode), the)
    x = the.image(channels, size)
    kinds = pooling.max_pool_by_definition, pooling.average_pool_by_definition
    y, control = (kind(x, k, stride, padding, ceil) for kind in (kinds if largest_of else kinds[::-1]))
    return Forms(y, net(x), control, 0, macs, k * k, largest(x))


def shaken_sum(the: Draw) -> Forms:
    """In training and at test time, outputs and gradients of both branches; control: the gradient of the forward pass."""
    net, macs = drawn(shaking.shaken_sum(the.whole(1, 4), the.whole(1, 5)), the)
    x = the.image(*net.input_shape[:2]).requires_grad_()
    one, two = x.detach().chunk(2, 1)
    gradient, half = the.normal(*one.shape), torch.full((2, 1, 1, 1), 0.5).to(one)
    with torch.random.fork_rng():
        torch.manual_seed(the.whole(0, 1000))
        alpha, beta = (torch.empty_like(half).uniform_() for _ in range(2))
        torch.manual_seed(torch.initial_seed())
        trained = net.train()(x)
    arrived = torch.autograd.grad(trained, x, gradient)[0]
    forward = shaking.shaken_sum_by_definition(one, two, alpha)
    tested = shaking.shaken_sum_by_definition(one, two, half)
    definition, control = (
        torch.cat([forward, *shaking.shaken_gradients_by_definition(gradient, share), tested], 1)
        for share in (beta, alpha)
    )
    framework = torch.cat([trained.detach(), arrived, net.eval()(x).detach()], 1)
    return Forms(definition, framework, control, 0, macs, 3, largest(x.detach()) + largest(gradient))


def squeeze_excitation(the: Draw) -> Forms:
    """Control: the gates of the channels in another order. The gates' products are no multiply-adds."""
    channels, size = the.whole(2, 8), the.whole(1, 6)
    net, macs = drawn(gating.squeeze_excitation(channels, size, the.whole(1, channels)), the)
    x = the.image(channels, size)
    w1, b1, w2, b2 = (
        net.get_parameter(f"se.{name}") for name in ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
    )
    y, counted = gating.squeeze_excitation_by_definition(x, w1, b1, w2, b2)
    control, _ = gating.squeeze_excitation_by_definition(x, w1, b1, w2.roll(1, 0), b2.roll(1, 0))
    before_gates = (x.abs().mean((2, 3)) @ w1.abs().T + b1.abs()) @ w2.abs().T + b2.abs()
    magnitude = largest(x) * (1 + largest(before_gates) / 4)  # a sigmoid is nowhere steeper than a quarter
    return Forms(y, net(x), control, counted, macs, size**2 + 2 * channels + 8, magnitude, x[0].numel())
