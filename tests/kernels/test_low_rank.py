"""Convolutions of low rank keep the size of their map, cost what is worked by hand, and refuse what cannot be."""

import pytest
import torch

from cnnclaims.verifiers.kernels.low_rank import cp_conv, flattened_conv, separable_basis, spatial_pair

# weights by hand, from 4 to 6 channels by 3 x 3, with 2 of what the form has few of
FORMS = [
    (separable_basis, {"basis": 2}, 4 * 2 * (3 + 3 + 6)),
    (spatial_pair, {"rank": 2}, 2 * 3 * (4 + 6)),
    (cp_conv, {"rank": 2}, 2 * (4 + 3 + 3 + 6)),
    (flattened_conv, {}, 6 * (4 + 3 + 3)),
    (flattened_conv, {"levels": 2}, 6 * (4 + 3 + 3) + 6 * (6 + 3 + 3)),
]


@pytest.mark.parametrize(("build", "arguments", "weights"), FORMS)
def test_the_form_has_its_weights_and_keeps_the_map(build, arguments, weights):
    net = build(c_in=4, c_out=6, k=3, size=7, **arguments)
    assert sum(p.numel() for p in net.parameters()) == weights
    assert net(torch.zeros(2, 4, 7, 7)).shape == (2, 6, 7, 7)


@pytest.mark.parametrize(("build", "arguments", "weights"), FORMS)
def test_an_even_kernel_is_refused(build, arguments, weights):
    with pytest.raises(ValueError, match=r"k is 4: an even kernel .* such as 5"):
        build(c_in=4, c_out=6, k=4, size=7, **arguments)


@pytest.mark.parametrize(("build", "arguments", "weights"), FORMS)
@pytest.mark.parametrize("name", ["c_in", "c_out", "k", "size"])
def test_sizes_of_zero_are_refused(build, arguments, weights, name):
    with pytest.raises(ValueError, match=f"{name} is 0; use a whole number of at least 1"):
        build(**({"c_in": 4, "c_out": 6, "k": 3, "size": 7} | arguments | {name: 0}))


def test_columns_and_rows_of_a_basis_are_so_many_for_each_channel():
    net = separable_basis(3, 7, basis=2, k=5, size=8)
    assert [tuple(stage.weight.shape) for stage in net] == [(6, 1, 5, 1), (6, 1, 1, 5), (7, 6, 1, 1)]


def test_unless_told_there_is_one_triple_of_flattened_filters():
    assert len(flattened_conv(3, 4, 3, 8)) == 3
