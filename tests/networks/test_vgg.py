import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.vgg import (
    CONFIGS,
    from_blocks,
    fully_convolutional,
    initialise,
    vgg,
    vgg11,
    vgg13,
    vgg16,
    vgg19,
    vgg_b_5x5,
)

# Weights and biases, as public model lists give them.
PARAMETERS = {
    "A": 132_863_336,
    "A-LRN": 132_863_336,
    "B": 133_047_848,
    "C": 133_638_952,
    "D": 138_357_544,
    "E": 143_667_240,
}


@pytest.fixture(autouse=True)
def without_initialisation(monkeypatch):
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def sizes(net, batch=0):
    x = torch.zeros(batch, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def small(config_kernels):
    return from_blocks([(4, kernels) for kernels in config_kernels], full=6, classes=5)


@pytest.mark.parametrize("config", CONFIGS)
def test_every_block_halves_the_map_and_the_width_ends_at_512(config):
    found = sizes(vgg(config))
    assert found["conv1_1"] == (64, 224, 224)
    assert found["pool1"] == (64, 112, 112)
    assert found["pool2"] == (128, 56, 56)
    assert found["pool3"] == (256, 28, 28)
    assert found["pool4"] == (512, 14, 14)
    assert found["pool5"] == (512, 7, 7)
    assert found["flatten"] == (25088,)
    assert [found[name] for name in ("fc6", "fc7", "fc8")] == [(4096,), (4096,), (1000,)]


def test_configuration_d_has_the_stages_of_table_1():
    found = sizes(vgg("D"))
    names = " ".join(name for name in found if name.startswith(("conv", "pool", "fc")))
    assert names == (
        "conv1_1 conv1_2 pool1 conv2_1 conv2_2 pool2 conv3_1 conv3_2 conv3_3 pool3 "
        "conv4_1 conv4_2 conv4_3 pool4 conv5_1 conv5_2 conv5_3 pool5 fc6 fc7 fc8"
    )
    assert found["conv3_1"] == found["relu3_3"] == (256, 56, 56)
    assert found["conv4_1"] == (512, 28, 28)
    assert found["conv5_1"] == (512, 14, 14)
    assert found["drop6"] == found["drop7"] == (4096,)


@pytest.mark.parametrize("config", CONFIGS)
def test_parameters_are_the_public_counts(config):
    assert sum(p.numel() for p in vgg(config).parameters()) == PARAMETERS[config]


def test_the_third_convolution_of_c_is_1x1_from_block_3_on():
    net = vgg("C")
    kernels = {name: m.kernel_size for name, m in net.named_children() if isinstance(m, nn.Conv2d)}
    assert [name for name, kernel in kernels.items() if kernel == (1, 1)] == ["conv3_3", "conv4_3", "conv5_3"]


def test_only_a_lrn_normalises_and_only_once():
    names = {
        config: [n for n, _ in vgg(config).named_children() if n.startswith("lrn")] for config in CONFIGS
    }
    assert names == {config: ["lrn1"] if config == "A-LRN" else [] for config in CONFIGS}


def test_the_named_nets_are_configurations():
    counts = [sum(p.numel() for p in net().parameters()) for net in (vgg11, vgg13, vgg16, vgg19)]
    assert counts == [PARAMETERS[config] for config in "ABDE"]


def test_the_shallow_net_has_five_5x5_convolutions():
    net = vgg_b_5x5()
    convs = [m for m in net if isinstance(m, nn.Conv2d)]
    assert [m.kernel_size for m in convs] == [(5, 5)] * 5
    assert sizes(net)["pool5"] == (512, 7, 7)


def test_an_unknown_configuration_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"config is 'F'; use one of A, A-LRN, B, C, D, E"):
        vgg("F")


def test_the_fully_convolutional_form_takes_any_size_and_shares_the_weights():
    net = small([[3]] * 5).eval()
    dense = fully_convolutional(net)
    assert dense.fc6.kernel_size == (7, 7)
    assert dense.fc7.kernel_size == dense.fc8.kernel_size == (1, 1)
    assert dense.fc6.weight.data_ptr() == net.fc6.weight.data_ptr()
    assert not dense.training
    for height, width, size in ((224, 224, (5, 1, 1)), (256, 320, (5, 2, 4))):
        x = torch.zeros(2, 3, height, width)
        for name, stage in dense.named_children():
            x = stage(x)
            if name == "fc8":
                assert tuple(x.shape[1:]) == size
        assert x.shape == (2, 5)


def test_initialise_sets_every_bias_to_zero_and_keeps_the_net():
    net = small([[3]] * 5)
    assert initialise(net) is net
    assert all(not p.any() for name, p in net.named_parameters() if name.endswith("bias"))
