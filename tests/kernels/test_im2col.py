"""The matrix product has the convolution's shape, cost and result, map by map."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, distance
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.kernels.im2col import im2col, im2col_by_definition
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.trace import trace


@pytest.mark.parametrize(
    "arguments",
    [{}, {"stride": 2}, {"padding": 0}, {"dilation": 3}, {"stride": 3, "padding": 4, "dilation": 3}],
)
def test_cost_weights_and_output_are_those_of_the_convolution(arguments):
    product, plain = trace(im2col(4, 6, 3, 11, **arguments)), trace(conv(4, 6, 3, 11, **arguments))
    assert (macs(product), params(product)) == (macs(plain), params(plain))
    assert product.nodes[-1].shape == plain.nodes[-1].shape


def test_a_map_need_not_be_square():
    the = Draw(3)
    x, weight = the.normal(2, 3, 9, 6), the.normal(5, 3, 3, 3)
    net = im2col(3, 5, 3, 9, stride=2).double()
    net.im2col.weight.data = weight
    assert distance(net(x).detach(), F.conv2d(x, weight, stride=2, padding=1)) < 1e-13


def test_it_runs_on_no_images_at_all():
    assert im2col(2, 3, 3, 5)(torch.zeros(0, 2, 5, 5)).shape == (0, 3, 5, 5)


def test_unless_told_the_definition_has_stride_and_dilation_one_and_no_padding():
    the = Draw(4)
    x, weight = the.normal(2, 3, 9, 6), the.normal(5, 3, 3, 2)
    assert distance(im2col_by_definition(x, weight)[0], F.conv2d(x, weight)) < 1e-13
