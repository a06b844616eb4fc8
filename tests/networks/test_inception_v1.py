import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.inception_v1 import TABLE_1, googlenet, inception_module

SIZES = {
    "conv1": (64, 112, 112),
    "pool1": (64, 56, 56),
    "norm1": (64, 56, 56),
    "conv2": (192, 56, 56),
    "norm2": (192, 56, 56),
    "pool2": (192, 28, 28),
    "3a": (256, 28, 28),
    "3b": (480, 28, 28),
    "pool3": (480, 14, 14),
    "4a": (512, 14, 14),
    "4b": (512, 14, 14),
    "4c": (512, 14, 14),
    "4d": (528, 14, 14),
    "4e": (832, 14, 14),
    "pool4": (832, 7, 7),
    "5a": (832, 7, 7),
    "5b": (1024, 7, 7),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
    "dropout": (1024,),
    "linear": (1000,),
}


@pytest.fixture(autouse=True)
def without_initialisation(monkeypatch):
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def sizes(net, x=None):
    x = torch.zeros(0, *net.input_shape) if x is None else x
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def weights(net):
    return sum(p.numel() for p in net.parameters() if p.dim() > 1)


@pytest.mark.parametrize("stem", ["dense", "separable"])
def test_every_stage_has_the_size_of_table_1(stem):
    assert sizes(googlenet(stem=stem)) == SIZES


def test_the_net_has_6_998_552_parameters_and_6_990_272_weights():
    assert parameters(googlenet()) == 6_998_552
    assert weights(googlenet()) == 6_990_272


def test_the_separable_stem_has_2712_weights_for_9408():
    assert weights(googlenet(stem="separable").conv1) == 2_712
    assert weights(googlenet().conv1) == 9_408


def test_the_modules_have_these_weights():
    net = googlenet()
    found = [weights(net.get_submodule(name)) for name in ["conv2", *TABLE_1]]
    assert found == [
        114_688, 163_328, 388_096, 375_552, 448_512, 509_440, 604_672, 867_328, 1_042_432, 1_442_816
    ]  # fmt: skip


def test_there_are_57_convolutions_each_with_a_relu():
    layers = [type(m) for m in googlenet().modules()]
    assert layers.count(nn.Conv2d) == layers.count(nn.ReLU) == 57


def test_the_separable_stem_has_no_relu_between_its_two_layers():
    assert [name for name, _ in googlenet(stem="separable").conv1.named_children()] == [
        "depthwise",
        "pointwise",
        "pointwise_relu",
    ]


def test_a_module_concatenates_its_four_branches_in_the_order_of_the_table():
    module = googlenet().get_submodule("3a")
    x = torch.zeros(0, 192, 28, 28)
    assert {name: branch(x).shape[1] for name, branch in module.items()} == {
        "1x1": 64,
        "3x3": 128,
        "5x5": 32,
        "pool": 32,
    }


def test_side_heads_read_4a_and_4d_through_a_4x4_pool():
    net = googlenet(aux=True)
    for head, channels in (("aux1", 512), ("aux2", 528)):
        found = sizes(net.get_submodule(head), torch.zeros(0, channels, 14, 14))
        assert found["pool"] == (channels, 4, 4)
        assert found["conv"] == (128, 4, 4)
        assert found["flatten"] == (2048,)
        assert found["fc1"] == found["dropout"] == (1024,)
        assert found["fc2"] == (1000,)
    order = [name for name, _ in net.named_children()]
    assert order[order.index("4a") + 1] == "aux1"
    assert order[order.index("4d") + 1] == "aux2"


def test_each_side_head_has_3_19_million_parameters():
    net = googlenet(aux=True)
    assert parameters(net.aux1) == 512 * 128 + 128 + 2048 * 1024 + 1024 + 1024 * 1000 + 1000
    assert parameters(net.aux2) == parameters(net.aux1) + 16 * 128


@pytest.mark.parametrize("training", [True, False])
def test_with_side_heads_three_scores_come_back_in_training_and_in_testing(training):
    outputs = googlenet(aux=True, classes=10).train(training)(torch.zeros(0, 3, 224, 224))
    assert [tuple(scores.shape) for scores in outputs] == [(0, 10)] * 3


def test_the_side_heads_do_not_change_the_main_scores():
    torch.manual_seed(0)
    net = googlenet(aux=True, classes=3).eval()
    for p in net.parameters():
        nn.init.normal_(p, std=0.05)
    x = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        main, *_ = net(x)
        del net.aux1, net.aux2
        assert torch.equal(main, net(x))


@pytest.mark.parametrize("row", TABLE_1)
def test_a_module_alone_is_the_module_of_the_network(row):
    alone, module = inception_module(row), googlenet().get_submodule(row)
    assert alone.input_shape[0] == module["1x1"].conv.in_channels
    assert sizes(alone) == {row: SIZES[row]}
    assert parameters(alone) == parameters(module)


def test_an_unknown_module_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="row is '3c'; use one of 3a, 3b, 4a"):
        inception_module("3c")


def test_an_unknown_stem_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="stem is 'sparse'; use one of dense, separable"):
        googlenet(stem="sparse")
