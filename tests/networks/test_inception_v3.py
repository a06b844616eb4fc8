import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.inception_v3 import inception_v3

SIZES = {
    "conv1": (32, 149, 149),
    "conv2": (32, 147, 147),
    "conv3": (64, 147, 147),
    "pool1": (64, 73, 73),
    "conv4": (80, 73, 73),
    "conv5": (192, 71, 71),
    "pool2": (192, 35, 35),
    "5b": (256, 35, 35),
    "5c": (288, 35, 35),
    "5d": (288, 35, 35),
    "6a": (768, 17, 17),
    "6b": (768, 17, 17),
    "6c": (768, 17, 17),
    "6d": (768, 17, 17),
    "6e": (768, 17, 17),
    "7a": (1280, 8, 8),
    "7b": (2048, 8, 8),
    "7c": (2048, 8, 8),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "dropout": (2048,),
    "linear": (1000,),
}
PRINTED = {
    "conv1": (32, 149, 149),
    "conv2": (32, 147, 147),
    "conv3": (64, 147, 147),
    "pool1": (64, 73, 73),
    "conv4": (80, 71, 71),
    "conv5": (192, 35, 35),
    "conv6": (288, 35, 35),
    "5b": (288, 35, 35),
    "5c": (288, 35, 35),
    "5d": (288, 35, 35),
    "6a": (768, 17, 17),
    "6b": (768, 17, 17),
    "6c": (768, 17, 17),
    "6d": (768, 17, 17),
    "6e": (768, 17, 17),
    "6f": (768, 17, 17),
    "7a": (1280, 8, 8),
    "7b": (2048, 8, 8),
    "7c": (2048, 8, 8),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "dropout": (2048,),
    "linear": (1000,),
}


@pytest.fixture(autouse=True)
def without_initialisation(monkeypatch):
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def sizes(net, x):
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def parameters(net, *kinds):
    modules = [m for m in net.modules() if isinstance(m, kinds)] if kinds else [net]
    return sum(p.numel() for m in modules for p in m.parameters())


def test_every_stage_has_the_size_of_the_release():
    net = inception_v3()
    assert net.input_shape == (3, 299, 299)
    assert sizes(net, torch.zeros(0, 3, 299, 299)) == SIZES


def test_every_stage_of_the_printed_layout_has_the_size_of_table_1():
    assert sizes(inception_v3(layout="printed"), torch.zeros(0, 3, 299, 299)) == PRINTED


def test_the_printed_layout_has_26_101_704_parameters():
    assert parameters(inception_v3(layout="printed")) == 26_101_704


def test_at_151_pixels_every_map_is_as_large_as_at_299():
    net = inception_v3(field=151)
    assert net.input_shape == (3, 151, 151)
    assert sizes(net, torch.zeros(0, 3, 151, 151)) == SIZES


def test_at_79_pixels_the_maps_are_nearly_as_large_as_at_299_and_there_is_no_first_pooling():
    found = sizes(inception_v3(field=79), torch.zeros(0, 3, 79, 79))
    assert [found[name][1] for name in ("conv1", "conv2", "conv3", "conv4", "conv5", "pool2")] == [
        77, 75, 75, 75, 73, 36
    ]  # fmt: skip
    assert "pool1" not in found
    assert found["6a"] == (768, 17, 17)
    assert found["7c"] == (2048, 8, 8)
    assert parameters(inception_v3(field=79)) == 23_834_568


@pytest.mark.parametrize(("argument", "value"), [("layout", "paper"), ("field", 224)])
def test_an_unknown_argument_is_refused_with_the_known_ones(argument, value):
    with pytest.raises(
        ValueError, match=f"{argument} is {value!r}; use one of (released, printed|299, 151, 79)"
    ):
        inception_v3(**{argument: value})


def test_the_release_has_23_834_568_parameters_and_27_161_264_with_the_side_head():
    assert parameters(inception_v3()) == 23_834_568
    assert parameters(inception_v3(aux=True)) == 27_161_264


def test_convolutions_have_21_751_136_weights_and_normalisations_34_432():
    net = inception_v3()
    assert parameters(net, nn.Conv2d) == 21_751_136
    assert parameters(net, nn.BatchNorm2d) == 34_432
    assert parameters(net, nn.Linear) == 2_049_000


def test_there_are_94_convolutions_each_normalised():
    layers = [type(m) for m in inception_v3().modules()]
    assert layers.count(nn.Conv2d) == layers.count(nn.BatchNorm2d) == layers.count(nn.ReLU) == 94


@pytest.mark.parametrize(
    ("name", "channels", "side", "branches"),
    [
        ("5b", 192, 35, [64, 64, 96, 32]),
        ("5d", 288, 35, [64, 64, 96, 64]),
        ("6a", 288, 35, [384, 96, 288]),
        ("6c", 768, 17, [192, 192, 192, 192]),
        ("7a", 768, 17, [320, 192, 768]),
        ("7c", 2048, 8, [320, 768, 768, 192]),
    ],
)
def test_the_branches_of_a_module_put_out(name, channels, side, branches):
    module = inception_v3().get_submodule(name)
    x = torch.zeros(0, channels, side, side)
    assert [branch(x).shape[1] for branch in module.values()] == branches


def test_the_side_head_reads_6e():
    net = inception_v3(aux=True)
    order = [name for name, _ in net.named_children()]
    assert order[order.index("6e") + 1] == "aux"
    found = sizes(net.aux, torch.zeros(0, 768, 17, 17))
    assert found["pool"] == (768, 5, 5)
    assert found["conv"] == (128, 5, 5)
    assert found["conv5x5"] == (768, 1, 1)
    assert found["linear"] == (1000,)
    assert [tuple(scores.shape) for scores in net(torch.zeros(0, 3, 299, 299))] == [(0, 1000)] * 2
