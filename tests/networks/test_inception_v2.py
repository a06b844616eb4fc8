import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.inception_v2 import (
    FIGURE_5,
    bn_inception,
    bn_inception_module,
    googlenet_3x3,
)

SIZES = {
    "conv1": (64, 112, 112),
    "pool1": (64, 56, 56),
    "conv2": (192, 56, 56),
    "pool2": (192, 28, 28),
    "3a": (256, 28, 28),
    "3b": (320, 28, 28),
    "3c": (576, 14, 14),
    "4a": (576, 14, 14),
    "4b": (576, 14, 14),
    "4c": (576, 14, 14),
    "4d": (576, 14, 14),
    "4e": (1024, 7, 7),
    "5a": (1024, 7, 7),
    "5b": (1024, 7, 7),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
    "linear": (1000,),
}


@pytest.fixture(autouse=True)
def without_initialisation(monkeypatch):
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def weights(net):
    return sum(p.numel() for p in net.parameters() if p.dim() > 1)


@pytest.mark.parametrize("stem", ["separable", "dense"])
def test_every_stage_has_the_size_of_figure_5(stem):
    assert sizes(bn_inception(stem=stem)) == SIZES


def test_with_the_printed_projections_4c_4d_and_4e_are_wider_than_printed():
    found = sizes(bn_inception(projection=128))
    assert {name: found[name] for name in SIZES if found[name] != SIZES[name]} == {
        "4c": (608, 14, 14),
        "4d": (608, 14, 14),
        "4e": (1056, 7, 7),
    }


def test_the_net_has_11_188_288_parameters_of_which_11_167_384_are_weights():
    assert parameters(bn_inception()) == 11_188_288
    assert weights(bn_inception()) == 11_167_384
    assert weights(bn_inception()) - 1024 * 1000 == 10_143_384


def test_the_separable_stem_has_2712_weights_for_9408():
    assert weights(bn_inception().conv1) == 2_712
    assert weights(bn_inception(stem="dense").conv1) == 9_408


def test_the_widespread_port_has_11_295_240_parameters_with_a_dense_stem_the_printed_projections_and_biases():
    net = bn_inception(stem="dense", projection=128)
    biases = sum(m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d))
    assert parameters(net) + biases == 11_295_240


def test_every_convolution_but_the_depthwise_one_is_normalised_and_rectified():
    layers = [type(m) for m in bn_inception().modules()]
    assert layers.count(nn.Conv2d) - 1 == layers.count(nn.BatchNorm2d) == layers.count(nn.ReLU) == 69


@pytest.mark.parametrize(
    ("row", "branches"),
    [
        ("3a", {"1x1": 64, "3x3": 64, "3x3x2": 96, "pool": 32}),
        ("3c", {"3x3": 160, "3x3x2": 96, "pool": 320}),
        ("4c", {"1x1": 160, "3x3": 160, "3x3x2": 160, "pool": 96}),
        ("4d", {"1x1": 96, "3x3": 192, "3x3x2": 192, "pool": 96}),
        ("4e", {"3x3": 192, "3x3x2": 256, "pool": 576}),
        ("5b", {"1x1": 352, "3x3": 320, "3x3x2": 224, "pool": 128}),
    ],
)
def test_the_branches_of_a_module_put_out(row, branches):
    net = bn_inception_module(row)
    x = torch.zeros(0, *net.input_shape)
    assert {name: branch(x).shape[1] for name, branch in net.get_submodule(row).items()} == branches


def test_only_3c_4e_and_5b_pool_by_the_maximum():
    net = bn_inception()
    found = [
        row for row in FIGURE_5 if any(isinstance(m, nn.MaxPool2d) for m in net.get_submodule(row).modules())
    ]
    assert found == ["3c", "4e", "5b"]


def test_in_the_double_branch_only_the_last_convolution_halves_the_map():
    for row in ("3c", "4e"):
        double = bn_inception_module(row).get_submodule(f"{row}.3x3x2")
        assert [m.stride[0] for m in double.modules() if isinstance(m, nn.Conv2d)] == [1, 1, 2]


@pytest.mark.parametrize("row", FIGURE_5)
def test_a_module_alone_is_the_module_of_the_network(row):
    alone = bn_inception_module(row)
    assert sizes(alone) == {row: SIZES[row]}
    assert parameters(alone) == parameters(bn_inception().get_submodule(row))


@pytest.mark.parametrize("stem", ["dense", "separable"])
def test_googlenet_with_3x3_has_two_of_them_for_each_of_nine_5x5(stem):
    kernels = [m.kernel_size for m in googlenet_3x3(stem=stem).modules() if isinstance(m, nn.Conv2d)]
    before = [m.kernel_size for m in googlenet(stem=stem).modules() if isinstance(m, nn.Conv2d)]
    assert before.count((5, 5)) == 9
    assert kernels.count((5, 5)) == 0
    assert kernels.count((3, 3)) == before.count((3, 3)) + 18
    assert sizes(googlenet_3x3(stem=stem)) == sizes(googlenet(stem=stem))
    # a 5x5 from r to n channels has 25rn weights and n biases, the two 3x3 have 9rn + 9nn and 2n
    assert parameters(googlenet_3x3(stem=stem)) - parameters(googlenet(stem=stem)) == 284_928 + 752


def test_an_unknown_stem_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="stem is 'sparse'; use one of separable, dense"):
        bn_inception(stem="sparse")


def test_an_unknown_module_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="row is '3d'; use one of 3a, 3b, 3c"):
        bn_inception_module("3d")
