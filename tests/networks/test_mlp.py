import pytest
import torch

from cnnclaims.verifiers.networks.mlp import mlp


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def test_the_default_has_five_hidden_layers_of_1000():
    found = sizes(mlp())
    assert found["flatten"] == (784,)
    assert all(found[f"hidden{n}"] == found[f"act{n}"] == (1000,) for n in range(1, 6))
    assert "hidden6" not in found
    assert found["output"] == (10,)


def test_the_last_hidden_layer_may_be_of_another_width():
    found = sizes(mlp(inputs=6, units=5, layers=3, classes=2, last_units=4))
    assert [found[name] for name in ("hidden1", "hidden2", "hidden3", "output")] == [(5,), (5,), (4,), (2,)]


def test_parameters_are_weights_and_biases():
    assert sum(p.numel() for p in mlp(784, 1200, 2, 10).parameters()) == 2_395_210
    assert sum(p.numel() for p in mlp(784, 800, 2, 10).parameters()) == 1_276_810


def test_an_unknown_activation_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="activation is 'elu'; use one of tanh, sigmoid, softsign, relu"):
        mlp(activation="elu")


def test_a_network_without_layers_is_refused():
    with pytest.raises(ValueError, match="layers is 0; use 1 or more"):
        mlp(layers=0)
