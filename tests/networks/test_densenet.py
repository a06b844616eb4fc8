"""DenseNet against Table 1 and against public counts of the rebuilt networks."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks import densenet as networks
from cnnclaims.verifiers.networks.densenet import DenseLayer, dense_block, densenet, densenet121, initialise
from cnnclaims.verifiers.trace import trace, uninitialised

TABLE_1 = {
    "conv": (64, 112, 112),
    "conv_bn": (64, 112, 112),
    "conv_relu": (64, 112, 112),
    "maxpool": (64, 56, 56),
    "block1": (256, 56, 56),
    "transition1": (128, 28, 28),
    "block2": (512, 28, 28),
    "transition2": (256, 14, 14),
    "block3": (1024, 14, 14),
    "transition3": (512, 7, 7),
    "block4": (1024, 7, 7),
    "bn": (1024, 7, 7),
    "relu": (1024, 7, 7),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
    "fc": (1000,),
}


def traced(name, **arguments):
    with uninitialised():
        return trace(getattr(networks, name)(**arguments))


def params(run):
    return sum(layer.params for layer in run.layers.values())


def stages(run):
    return {name: layer.shape for name, layer in run.layers.items() if name and "." not in name}


def test_every_stage_has_the_size_of_table_1():
    assert stages(traced("densenet121")) == TABLE_1


@pytest.mark.parametrize(
    ("name", "last"),
    [("densenet169", 1664), ("densenet201", 1920), ("densenet264", 2688), ("densenet161", 2208)],
)
def test_the_deeper_networks_have_the_same_maps_and_more_channels(name, last):
    found = stages(traced(name))
    assert {stage: size[1:] for stage, size in found.items()} == {
        stage: size[1:] for stage, size in TABLE_1.items()
    }
    assert found["block4"] == (last, 7, 7)


# torchvision's counts; DenseNet-264 is not in torchvision
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("densenet121", 7_978_856),
        ("densenet169", 14_149_480),
        ("densenet201", 20_013_928),
        ("densenet161", 28_681_000),
    ],
)
def test_imagenet_parameters_are_those_of_the_public_list(name, expected):
    assert params(traced(name)) == expected


# osmr/imgclsmob lists (190, 40); the others round to what Table 2 prints
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"depth": 40, "growth_rate": 12}, 1_019_722),
        ({"depth": 100, "growth_rate": 12}, 6_979_642),
        ({"depth": 100, "growth_rate": 24}, 27_249_082),
        ({"depth": 100, "growth_rate": 12, "bottleneck": True, "compression": 0.5}, 769_162),
        ({"depth": 250, "growth_rate": 24, "bottleneck": True, "compression": 0.5}, 15_324_406),
        ({"depth": 190, "growth_rate": 40, "bottleneck": True, "compression": 0.5}, 25_624_430),
        ({"depth": 40, "growth_rate": 12, "initial_channels": 24}, 1_059_298),
    ],
)
def test_cifar_parameters(arguments, expected):
    assert params(traced("densenet", **arguments)) == expected


def test_every_stage_for_cifar_has_its_size():
    found = stages(traced("densenet", depth=40, growth_rate=12))
    assert found["conv"] == (16, 32, 32)
    assert found["block1"] == (160, 32, 32)
    assert found["transition1"] == (160, 16, 16)
    assert found["block2"] == (304, 16, 16)
    assert found["transition2"] == (304, 8, 8)
    assert found["block3"] == (448, 8, 8)


def test_a_transition_cuts_half_a_map_off():
    run = traced("densenet", depth=16, growth_rate=3, bottleneck=True, compression=0.5)
    assert run.layers["block1"].shape[0] == 6 + 2 * 3
    assert run.layers["transition1"].shape[0] == 6
    odd = traced("densenet", depth=16, growth_rate=5, bottleneck=True, compression=0.45)
    assert (odd.layers["block1"].shape[0], odd.layers["transition1"].shape[0]) == (20, 9)
    assert odd.layers["transition2"].shape[0] == 8  # 0.45 of 19


def test_the_first_maps_are_sixteen_unless_it_is_a_bc_network():
    assert densenet(16, 12).conv.out_channels == 16
    assert densenet(16, 12, bottleneck=True).conv.out_channels == 16
    assert densenet(16, 12, compression=0.5).conv.out_channels == 16
    assert densenet(16, 12, bottleneck=True, compression=0.5).conv.out_channels == 24


def test_a_layer_hands_on_what_it_reads_and_adds_its_own():
    layer, x = DenseLayer(6, 4, bottleneck=True).eval(), torch.randn(1, 6, 5, 5)
    y = layer(x)
    assert torch.equal(y[:, :6], x)
    torch.testing.assert_close(y[:, 6:], layer.new(x))


def test_a_bottleneck_layer_is_normalised_and_rectified_before_each_convolution():
    kinds = [type(layer).__name__ for layer in DenseLayer(6, 4, bottleneck=True).new]
    assert kinds == ["BatchNorm2d", "ReLU", "Conv2d"] * 2
    assert [type(layer).__name__ for layer in DenseLayer(6, 4, bottleneck=False).new] == kinds[:3]


def test_dropout_stands_behind_every_convolution_but_the_first():
    net = densenet(16, 12, bottleneck=True, compression=0.5, dropout=0.2)
    convolutions = sum(isinstance(module, nn.Conv2d) for module in net.modules())
    assert sum(isinstance(module, nn.Dropout) for module in net.modules()) == convolutions - 1


def test_a_block_on_its_own_puts_out_its_input_and_the_new_maps():
    assert trace(dense_block(5, 4, 6)).layers["block"].shape == (6 + 5 * 4, 32, 32)


def test_initial_weights_have_variance_two_over_the_inputs():
    torch.manual_seed(0)
    net = dense_block(3, 32, 64)
    initialise(net)
    weight = net.block.layer3.new.conv1.weight
    assert abs(weight.var().item() * weight[0].numel() / 2 - 1) < 0.05


def test_it_runs_and_trains_on_real_images():
    net = densenet(16, 4, bottleneck=True, compression=0.5, dropout=0.2)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 10)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_it_builds_and_runs_on_meta():
    with torch.device("meta"):
        net = densenet121()
        assert net(torch.zeros(1, *net.input_shape)).shape == (1, 1000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 41}, "depth is 41; use 3n \\+ 4, such as 40 or 43"),
        ({"depth": 99, "bottleneck": True}, "depth is 99; use 6n \\+ 4, such as 94 or 100"),
        ({"depth": 4}, "depth is 4; use 3n \\+ 4, such as 7 or 10"),
        ({"growth_rate": 0}, "growth_rate is 0; use at least 1"),
        ({"compression": 0}, "compression is 0; use more than 0"),
        ({"compression": 1.5}, "compression is 1.5; use more than 0 and at most 1"),
        ({"initial_channels": 0}, "initial_channels is 0; use at least 1"),
        ({"dropout": 1}, "dropout is 1; use at least 0"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        densenet(**arguments)


def test_a_block_without_layers_is_refused():
    with pytest.raises(ValueError, match="layers is 0"):
        dense_block(layers=0)
