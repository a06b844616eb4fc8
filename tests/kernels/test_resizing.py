"""Transposed convolution: shapes, weights, and the arguments that are refused."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, distance
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.kernels.resizing import transposed, transposed_by_definition
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.trace import trace


def output(net):
    return tuple(net(torch.zeros(0, *net.input_shape)).shape[1:])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"k": 3, "size": 2}, 4),
        ({"k": 3, "size": 2, "stride": 2}, 5),
        ({"k": 3, "size": 3, "stride": 2, "padding": 1}, 5),
        ({"k": 3, "size": 3, "stride": 2, "padding": 1, "output_padding": 1}, 6),
        ({"k": 4, "size": 6, "stride": 2, "padding": 1}, 12),
    ],
)
def test_a_transposed_convolution_goes_back_to_the_size_that_its_convolution_saw(arguments, expected):
    net = transposed(5, 3, **arguments)
    assert output(net) == (3, expected, expected)
    way_back = conv(
        3, 5, arguments["k"], expected, arguments.get("stride", 1), padding=arguments.get("padding", 0)
    )
    assert output(way_back) == net.input_shape


def test_a_transposed_convolution_costs_what_its_convolution_costs():
    net = trace(transposed(5, 3, k=4, size=6, stride=2, padding=1))
    same = trace(conv(3, 5, k=4, size=12, stride=2, padding=1))
    assert params(net) == params(same) == 5 * 3 * 16
    assert macs(net) == macs(same) == 5 * 3 * 16 * 36


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: transposed(0, 1, 3, 4), "c_in is 0; use a whole number of at least 1"),
        (lambda: transposed(1, 1, 3, 4, padding=-1), "padding is -1; use a whole number of at least 0"),
        (
            lambda: transposed(1, 1, 3, 4, stride=2, output_padding=2),
            "output_padding is 2: .* use less than 2",
        ),
        (lambda: transposed(1, 1, 3, 4, padding=3), "padding is 3, .* of a map of 4; use at most 2"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_the_definition_needs_no_square_map_and_is_the_transpose_of_a_plain_convolution_unless_told():
    the = Draw(4)
    x, weight = the.normal(2, 3, 4, 7), the.normal(3, 5, 3, 3)
    found, _ = transposed_by_definition(x, weight)
    assert distance(found, F.conv_transpose2d(x, weight)) < 1e-13
