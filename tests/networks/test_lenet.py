import pytest
import torch

from cnnclaims.verifiers.networks import lenet
from cnnclaims.verifiers.networks.lenet import (
    RBF,
    PartialConvolution,
    ScaledTanh,
    Subsampling,
    lenet1,
    lenet4,
    lenet5,
)

SIZES_5 = {
    "C1": (6, 28, 28),
    "S2": (6, 14, 14),
    "C3": (16, 10, 10),
    "S4": (16, 5, 5),
    "C5": (120, 1, 1),
    "F6": (84,),
    "OUT": (10,),
}
SIZES_1 = {"H1": (4, 24, 24), "H2": (4, 12, 12), "H3": (12, 8, 8), "H4": (12, 4, 4), "OUT": (10,)}
PARAMETERS_5 = {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164, "OUT": 0}
PARAMETERS_1 = {"H1": 104, "H2": 8, "H3": 512, "H4": 24, "OUT": 1930}


def sizes(net, batch):
    x, found = torch.zeros(batch, *net.input_shape), {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape)
    return found


def parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("batch", [0, 2])
@pytest.mark.parametrize(("build", "expected"), [(lenet5, SIZES_5), (lenet1, SIZES_1)])
def test_every_layer_has_the_size_of_the_paper(build, expected, batch):
    found = sizes(build(), batch)
    assert {name: found[name] for name in expected} == {n: (batch, *shape) for n, shape in expected.items()}


@pytest.mark.parametrize(
    ("build", "expected", "total"), [(lenet5, PARAMETERS_5, 60000), (lenet1, PARAMETERS_1, 2578)]
)
def test_every_layer_has_the_parameters_of_the_paper(build, expected, total):
    net = build()
    assert {name: parameters(net.get_submodule(name)) for name in expected} == expected
    assert parameters(net) == total


def test_the_table_has_sixty_pairs_ten_for_each_map():
    pairs = [i for inputs in lenet.C3_TABLE for i in inputs]
    assert (len(pairs), [pairs.count(i) for i in range(6)]) == (60, [10] * 6)


def test_the_table_of_lenet1_has_twenty_pairs_in_two_modules_that_share_no_map():
    pairs = [i for inputs in lenet.H3_TABLE for i in inputs]
    assert [pairs.count(i) for i in range(4)] == [5] * 4
    assert all({0, 1} >= set(inputs) for inputs in lenet.H3_TABLE[:6])
    assert all({2, 3} >= set(inputs) for inputs in lenet.H3_TABLE[6:])


def test_a_partial_convolution_is_a_dense_one_with_zeros():
    layer = PartialConvolution(((0, 2), (1,)), 3)
    dense = torch.zeros(2, 3, 3, 3)
    dense[0, [0, 2]], dense[1, 1] = layer.maps[0].weight.data[0], layer.maps[1].weight.data[0, 0]
    x, bias = torch.randn(2, 3, 6, 6), torch.cat([layer.maps[0].bias, layer.maps[1].bias])
    torch.testing.assert_close(layer(x), torch.nn.functional.conv2d(x, dense, bias))


def test_subsampling_adds_four_values_and_scales_and_shifts_them():
    layer = Subsampling(1)
    with torch.no_grad():
        layer.weight.fill_(3.0)
        layer.bias.fill_(0.5)
    assert layer(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).item() == 30.5


def test_the_rbf_layer_gives_squared_distances_to_codes_that_do_not_train():
    layer = RBF(torch.tensor([[1.0, -1.0], [-1.0, -1.0]]))
    torch.testing.assert_close(layer(torch.tensor([[1.0, 1.0]])), torch.tensor([[4.0, 8.0]]))
    assert parameters(layer) == 0


def test_the_codes_are_ten_different_pictures_of_minus_one_and_one():
    codes = lenet.bitmap_codes()
    assert codes.shape == (10, 84)
    assert codes.unique().tolist() == [-1, 1]
    assert len(codes.unique(dim=0)) == 10


def test_a_picture_of_a_class_costs_that_class_nothing():
    codes = lenet.bitmap_codes()
    assert RBF(codes)(codes).argmin(1).tolist() == list(range(10))


def test_the_squashing_function_lies_within_its_amplitude():
    assert ScaledTanh()(torch.tensor([-100.0, 0.0, 100.0])).tolist() == pytest.approx([-1.7159, 0, 1.7159])


def test_first_weights_fill_the_range_that_the_fan_in_of_the_unit_sets():
    net = lenet5()
    lenet.initialise(net, torch.Generator().manual_seed(0))
    wide = net.C3.maps[15]
    assert lenet.fan_in(wide) == 150
    assert 2.2 / 150 < wide.weight.abs().max() <= 2.4 / 150
    assert net.S2.weight.abs().max() <= 2.4 / 4


def test_lenet4_has_the_layers_that_its_description_names():
    net = lenet4()
    x = torch.zeros(1, *net.input_shape)
    sizes = {}
    for name, layer in net.named_children():
        x = layer(x)
        sizes[name] = tuple(x.shape[1:])
    assert {name: size for name, size in sizes.items() if "squash" not in name} == {
        "C1": (4, 28, 28),
        "S2": (8, 14, 14),
        "C3": (16, 10, 10),
        "S4": (16, 5, 5),
        "C5": (120, 1, 1),
        "flatten": (120,),
        "OUT": (10,),
    }


def test_lenet4_subsamples_every_first_map_twice():
    pairs = lenet4().S2[0]
    x = torch.arange(4.0).reshape(1, 4, 1, 1)
    assert pairs(x).flatten().tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(("joined", "parameters"), [(1, 49_898), (8, 52_698)])
def test_lenet4_has_about_50_000_parameters_however_its_maps_are_joined(joined, parameters):
    # 104 in C1, 16 in S2, 25 for each join and 16 biases in C3, 32 in S4, 48,120 in C5, 1,210 in OUT
    assert sum(p.numel() for p in lenet4(joined).parameters()) == parameters


def test_a_join_with_more_maps_than_there_are_is_refused():
    with pytest.raises(ValueError, match="joined is 9; use 1 to 8"):
        lenet4(joined=9)
