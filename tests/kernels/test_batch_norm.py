"""Batch normalisation and its folding: values worked by hand, and the arguments that are refused."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.kernels.batch_norm import (
    EPSILON,
    batch_norm,
    batch_norm_by_definition,
    conv_batch_norm,
    fold,
    folded,
    normalised,
)
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.measures.elementwise import elementwise
from cnnclaims.verifiers.trace import trace

ONE, TWO = torch.tensor([1.0]).double(), torch.tensor([2.0]).double()
# two images of one channel and two pixels: mean 4, variance (9 + 1 + 1 + 9) / 4 = 5
IMAGES = torch.tensor([[[[1.0, 3.0]]], [[[5.0, 7.0]]]]).double()


def test_a_channel_has_one_mean_and_variance_over_images_and_places():
    y, mean, variance = batch_norm_by_definition(IMAGES, TWO, ONE, epsilon=4.0)
    assert (mean.item(), variance.item()) == (4.0, 5.0)
    assert y.flatten().tolist() == [-1.0, 1 - 2 / 3, 1 + 2 / 3, 3.0]  # 1 + 2 (x - 4) / sqrt(5 + 4)


def test_at_inference_the_stored_mean_and_variance_are_used():
    y = normalised(IMAGES, ONE, TWO * 4, TWO, ONE, epsilon=1.0)
    assert torch.allclose(
        y.flatten(), 1 + 2 / 3 * torch.tensor([0.0, 2.0, 4.0, 6.0]).double(), atol=0, rtol=1e-15
    )


def test_channels_are_normalised_each_by_itself():
    x = torch.cat([IMAGES, 10 * IMAGES + 7], 1)
    y, mean, variance = batch_norm_by_definition(
        x, torch.ones(2).double(), torch.zeros(2).double(), epsilon=0.0
    )
    assert (mean.tolist(), variance.tolist()) == ([4.0, 47.0], [5.0, 500.0])
    assert torch.allclose(y[:, 0], y[:, 1])


def test_a_folded_convolution_has_scaled_weights_and_a_bias_by_hand():
    variance = 9 * ONE - EPSILON
    weight, bias = folded(torch.full((1, 1, 1, 1), 6.0), ONE * 5, variance, TWO, ONE)
    assert weight.item() == pytest.approx(4.0, rel=1e-14)  # 2 / 3 of the weight
    assert bias.item() == pytest.approx(1 - 10 / 3, rel=1e-14)


def test_folding_takes_the_normalisation_out_of_the_network():
    pair = conv_batch_norm(3, 4, 3, 6).eval()
    one = fold(pair)
    assert [type(layer) for layer in one] == [nn.Conv2d]
    assert params(trace(pair)) == 3 * 4 * 9 + 2 * 4
    assert params(trace(one)) == 3 * 4 * 9 + 4
    assert macs(trace(pair)) == macs(trace(one)) == 3 * 4 * 9 * 36


def test_epsilon_is_the_frameworks():
    eps = {layer.eps for layer in (batch_norm(2, 2).bn, conv_batch_norm(2, 2, 1, 2).bn, nn.BatchNorm2d(2))}
    assert eps == {EPSILON}


def test_normalisation_costs_no_multiply_adds_and_one_operation_a_value():
    run = trace(batch_norm(5, 4))
    assert macs(run) == 0
    assert elementwise(run, "batch_norm") == 5 * 16
    assert params(run) == 10


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: batch_norm(0, 4), "channels is 0; use a whole number of at least 1"),
        (lambda: batch_norm(4, -1), "size is -1; use a whole number of at least 1"),
        (lambda: conv_batch_norm(0, 1, 3, 4), "c_in is 0"),
        (lambda: conv_batch_norm(1, 0, 3, 4), "c_out is 0"),
        (lambda: conv_batch_norm(1, 1, 0, 4), "k is 0"),
        (lambda: conv_batch_norm(1, 1, 3, 0), "size is 0"),
        (lambda: conv_batch_norm(1, 1, 2, 4), "k is 2, which has no middle; use an odd number, such as 3"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()
