"""Stacks in place of one convolution: shapes, weights, and what they see."""

import pytest
import torch

from cnnclaims.verifiers.kernels.factorised import asymmetric_pair, pair_of_2x2


def kernels(net):
    return [layer.kernel_size for layer in net.children() if isinstance(layer, torch.nn.Conv2d)]


def seen(net):
    """Which places of the input the middle of the output depends on."""
    for parameter in net.parameters():
        torch.nn.init.ones_(parameter)
    channels, side, _ = net.input_shape
    x = torch.zeros(1, channels, side, side, requires_grad=True)
    net(x)[0, 0, side // 2, side // 2].backward()
    return x.grad[0, 0].nonzero().tolist()


@pytest.mark.parametrize("n", [1, 3, 5, 7])
def test_a_pair_is_n_by_1_then_1_by_n_and_keeps_the_map(n):
    net = asymmetric_pair(channels=4, n=n, size=9)
    assert kernels(net) == [(n, 1), (1, n)]
    assert tuple(net(torch.zeros(0, *net.input_shape)).shape[1:]) == (4, 9, 9)
    assert sum(p.numel() for p in net.parameters()) == 2 * n * 4 * 4


def test_two_2_by_2_keep_the_map_and_have_8_weights_a_pair_of_channels():
    net = pair_of_2x2(channels=4, size=9)
    assert kernels(net) == [(2, 2), (2, 2)]
    assert tuple(net(torch.zeros(0, *net.input_shape)).shape[1:]) == (4, 9, 9)
    assert sum(p.numel() for p in net.parameters()) == 8 * 4 * 4


@pytest.mark.parametrize("net", [asymmetric_pair(channels=2, n=3, size=9), pair_of_2x2(channels=2, size=9)])
def test_both_stacks_see_a_square_of_three_pixels(net):
    places = seen(net)
    assert len(places) == 9
    rows, columns = zip(*places, strict=True)
    assert max(rows) - min(rows) == max(columns) - min(columns) == 2


@pytest.mark.parametrize(("argument", "value"), [("channels", 0), ("n", 0), ("size", -1)])
def test_an_argument_below_one_is_refused_by_name(argument, value):
    with pytest.raises(ValueError, match=f"{argument} is {value}; use a whole number of at least 1"):
        asymmetric_pair(**{"channels": 4, "n": 3, "size": 9, argument: value})


def test_an_even_n_is_refused():
    with pytest.raises(ValueError, match=r"n is 4: .*use an odd n, such as 5"):
        asymmetric_pair(channels=4, n=4, size=9)
