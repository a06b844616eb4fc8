import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.he_init import (
    SpatialPyramidPooling,
    msra_14,
    msra_a,
    msra_b,
    msra_c,
    rectifier,
)
from cnnclaims.verifiers.trace import uninitialised


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


@pytest.mark.parametrize(
    ("network", "layers", "widths"),
    [(msra_a, 5, (256, 512, 512)), (msra_b, 6, (256, 512, 512)), (msra_c, 6, (384, 768, 896))],
)
def test_the_large_models_have_the_stages_of_table_3(network, layers, widths):
    found = sizes(built(network))
    assert found["conv1"] == (96, 112, 112)
    assert found["pool1"] == (96, 56, 56)
    for stage, (width, side) in enumerate(zip(widths, (56, 28, 14), strict=True), 2):
        assert found[f"conv{stage}_1"] == found[f"rect{stage}_{layers}"] == (width, side, side)
        assert f"conv{stage}_{layers + 1}" not in found
    assert found["pool2"] == (widths[0], 28, 28)
    assert found["pool3"] == (widths[1], 14, 14)
    assert "pool4" not in found
    assert found["spp"] == (63 * widths[2],)
    assert [found[name] for name in ("fc1", "fc2", "fc3")] == [(4096,), (4096,), (1000,)]


def test_the_14_layers_have_maps_of_36_and_18():
    found = sizes(built(msra_14))
    assert found["conv1"] == (64, 109, 109)
    assert found["pool1"] == (64, 36, 36)
    assert found["conv2_1"] == (128, 35, 35)
    assert found["conv2_2"] == found["conv2_4"] == (128, 36, 36)
    assert found["pool2"] == (128, 18, 18)
    assert found["conv3_6"] == (256, 18, 18)
    assert found["spp"] == (256 * 50,)


def test_parameters_of_model_a_are_counted_by_hand():
    first = 7 * 7 * 3 * 96 + 96
    rows = [(96, 256), *[(256, 256)] * 4, (256, 512), *[(512, 512)] * 9]
    convs = sum(9 * inputs * outputs + outputs for inputs, outputs in rows)
    full = 63 * 512 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 1000 + 1000
    net = built(msra_a, activation="relu")
    assert sum(p.numel() for p in net.parameters()) == first + convs + full == 178_017_384


def test_slopes_are_one_a_layer_or_one_a_channel():
    plain, shared, wise = (
        sum(p.numel() for p in built(msra_14, activation=a).parameters())
        for a in ("relu", "prelu-shared", "prelu")
    )
    assert shared - plain == 13
    assert wise - plain == 64 + 4 * 128 + 6 * 256 + 2 * 4096


def test_slopes_start_at_a_quarter():
    slopes = rectifier(3, "prelu")
    assert isinstance(slopes, nn.PReLU)
    assert slopes.weight.tolist() == [0.25] * 3


def test_the_pyramid_takes_the_maximum_of_each_cell():
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert SpatialPyramidPooling((2, 1))(x).tolist() == [[5, 7, 13, 15, 15]]


def test_an_unknown_activation_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="activation is 'elu'; use one of prelu, prelu-shared, relu"):
        msra_a(activation="elu")
