"""VoVNet against Table 1 and against public counts (the authors' code, as counted by a model zoo)."""

import pytest
import torch

from cnnclaims.verifiers.networks.vovnet import OsaModule, osa_cifar, vovnet27_slim, vovnet39, vovnet57
from cnnclaims.verifiers.trace import trace, uninitialised

# Output channels of the stages, parameters with 1000 classes, without; multiply-adds of the authors' code at 224.
PUBLIC = {
    vovnet27_slim: ((128, 256, 384, 512), 3_525_736, 3_012_736, 2_176_695_296),
    vovnet39: ((256, 512, 768, 1024), 22_600_296, 21_575_296, 7_072_227_328),
    vovnet57: ((256, 512, 768, 1024), 36_640_296, 35_615_296, 8_930_144_256),
}


def built(network, **arguments):
    with uninitialised():
        return network(**arguments)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


@pytest.mark.parametrize("network", PUBLIC, ids=lambda network: network.__name__)
def test_every_stage_has_the_size_of_table_1_and_the_parameters_are_the_public_count(network):
    (c2, c3, c4, c5), count, without, _ = PUBLIC[network]
    net = built(network)
    assert sizes(net) == {
        "stem": (128, 112, 112),
        "stage2": (c2, 56, 56),
        "stage3": (c3, 28, 28),
        "stage4": (c4, 14, 14),
        "stage5": (c5, 7, 7),
        "avgpool": (c5, 1, 1),
        "flatten": (c5,),
        "fc": (1000,),
    }
    assert params(net) == count
    assert params(built(network, classes=None)) == without


@pytest.mark.parametrize("network", PUBLIC, ids=lambda network: network.__name__)
def test_the_authors_code_shrinks_the_map_in_the_stem_and_has_the_public_cost(network):
    (c2, _, _, c5), count, _, cost = PUBLIC[network]
    net = built(network, variant="code")
    assert sizes(net)["stem"] == (128, 56, 56)
    assert sizes(net)["stage2"] == (c2, 56, 56)
    assert sizes(net)["stage5"] == (c5, 7, 7)
    assert params(net) == count
    assert macs(net) == cost


def test_the_table_costs_more_than_the_code():
    assert macs(built(vovnet27_slim)) == 2_870_328_320


def test_modules_behind_the_first_add_their_input_in_the_code_only():
    def additions(**arguments):
        return sum(node.op == "add" for node in trace(built(vovnet57, **arguments)).nodes)

    assert additions(variant="code") == 3 + 2
    assert additions() == 0


def test_a_bottleneck_halves_the_channels_before_every_3x3():
    net = built(vovnet27_slim, bottleneck=True, classes=None)
    assert sizes(net)["stage5"] == (512, 7, 7)
    first = net.stage2.osa1.layers.layer1
    assert first.narrow.conv.weight.shape == (64, 128, 1, 1)
    assert first.conv3.conv.weight.shape == (64, 64, 3, 3)
    assert params(net) == 2_234_752


def test_an_osa_module_shows_its_input_and_every_layer_to_the_aggregation():
    torch.manual_seed(1)
    module = OsaModule(2, 3, 5, layers=2).eval()
    x = torch.randn(1, 2, 6, 6)
    first = module.layers.layer1(x)
    second = module.layers.layer2(first)
    assert torch.equal(module(x), module.aggregate(torch.cat((x, first, second), 1)))


def test_an_odd_map_is_halved_up():
    net = built(vovnet27_slim, classes=None)
    net.input_shape = (3, 300, 300)
    assert [sizes(net)[f"stage{i}"][1] for i in (2, 3, 4, 5)] == [75, 37, 18, 9]


def test_osa_modules_in_densenet_40():
    net = built(osa_cifar)
    assert sizes(net) == {
        "conv": (16, 32, 32),
        "osa1": (231, 32, 32),
        "pool1": (231, 16, 16),
        "osa2": (446, 16, 16),
        "pool2": (446, 8, 8),
        "osa3": (661, 8, 8),
        "avgpool": (661, 1, 1),
        "flatten": (661,),
        "fc": (10,),
    }
    widths = sizes(built(osa_cifar, aggregate="densenet"))
    assert [widths[f"osa{i}"][0] for i in (1, 2, 3)] == [160, 304, 448]


def test_43_channels_are_the_most_that_cost_no_more_than_densenet_40():
    densenet_40 = 264_812_928
    assert macs(built(osa_cifar)) <= densenet_40 < macs(built(osa_cifar, channels=44))


@pytest.mark.parametrize(
    ("network", "arguments", "message"),
    [
        (vovnet39, {"variant": "paper2"}, "variant is 'paper2'; use 'paper' or 'code'"),
        (vovnet39, {"classes": 0}, "classes is 0; use at least 1, or None"),
        (osa_cifar, {"layers": 0}, "layers is 0; use at least 1"),
        (osa_cifar, {"aggregate": "some"}, "aggregate is 'some'; use 'all' or 'densenet'"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)
