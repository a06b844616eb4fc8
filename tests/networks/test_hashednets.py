"""HashedNets against the sizes and the counts of Sections 4 and 6."""

import pytest
import torch

from cnnclaims.verifiers.networks.hashednets import HashedLinear, equal_size_net, hashed, hashednet

THREE_HIDDEN = {
    "flatten": (784,),
    "fc1": (1000,),
    "relu1": (1000,),
    "drop1": (1000,),
    "fc2": (1000,),
    "relu2": (1000,),
    "drop2": (1000,),
    "fc3": (1000,),
    "relu3": (1000,),
    "drop3": (1000,),
    "fc4": (10,),
}


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(module):
    return sum(p.numel() for p in module.parameters())


def test_every_stage_of_the_deep_net_has_its_size():
    assert sizes(hashednet(hidden=3)) == THREE_HIDDEN


def test_every_stage_of_the_shallow_net_has_its_size():
    shallow = {
        "flatten": (784,),
        "fc1": (1000,),
        "relu1": (1000,),
        "drop1": (1000,),
        "fc2": (10,),
    }
    assert sizes(hashednet()) == shallow
    assert sizes(equal_size_net(factor=1)) == shallow


@pytest.mark.parametrize(
    ("factor", "hidden", "stored"),
    [
        (1, 1, 794_000),
        (0.125, 1, 98_000 + 1_250),
        (0.015625, 1, 12_250 + 157),
        (0.125, 3, 98_000 + 2 * 125_000 + 1_250),
    ],
)
def test_a_layer_stores_its_share_rounded_up(factor, hidden, stored):
    assert params(hashednet(hidden=hidden, factor=factor)) == stored


@pytest.mark.parametrize(
    ("factor", "hidden", "units", "stored"),
    [(0.1, 1, 100, 79_400), (0.125, 1, 125, 99_250), (0.015625, 1, 15, 11_910), (0.125, 3, 264, 349_008)],
)
def test_the_plain_net_has_the_units_that_fit(factor, hidden, units, stored):
    net = equal_size_net(hidden=hidden, factor=factor)
    assert net.fc1.out_features == units
    assert params(net) == stored <= params(equal_size_net(hidden=hidden, factor=1)) * factor


def test_only_stored_weights_are_saved():
    net = hashednet(units=4, factor=0.25, image=2, classes=2)
    assert {name: value.numel() for name, value in net.state_dict().items()} == {
        "fc1.weight": 4,
        "fc2.weight": 2,
    }


def test_two_layers_of_one_size_share_their_places():
    first, second = HashedLinear(30, 20, 50), HashedLinear(30, 20, 50)
    second.load_state_dict(first.state_dict())
    assert torch.equal(first.virtual(), second.virtual())


def test_the_hash_fills_its_buckets_evenly_and_its_signs_are_balanced():
    layer = HashedLinear(784, 1000, 98_000)
    counts = torch.bincount(layer.index.flatten(), minlength=98_000).double()
    assert counts.mean() == 8
    assert abs(counts.var() / 8 - 1) < 0.05  # as thrown at random
    assert abs(layer.sign.double().mean()) < 0.005
    assert set(layer.sign.flatten().tolist()) == {-1, 1}


def test_the_hash_has_the_public_values():
    assert hashed(torch.tensor([0, 1, 2, 0xFFFFFFFF])).tolist() == [0, 0x514E28B7, 0x30F4C306, 0x81F16F39]


@pytest.mark.parametrize("build", [hashednet, equal_size_net])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden": 0}, "hidden is 0; use a whole number of at least 1"),
        ({"units": 0}, "units is 0; use a whole number of at least 1"),
        ({"classes": -1}, "classes is -1; use a whole number of at least 1"),
        ({"factor": 0}, "factor is 0; use a share above 0 and up to 1"),
        ({"factor": 8}, "factor is 8; use a share above 0 and up to 1"),
    ],
)
def test_settings_that_make_no_network_are_refused_with_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)


def test_a_share_too_small_for_one_unit_is_refused():
    with pytest.raises(ValueError, match=r"factor is 0.0001, too little for one hidden unit"):
        equal_size_net(factor=0.0001)
