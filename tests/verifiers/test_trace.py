"""One forward pass written down: hand-worked counts, and what must never be counted as nothing."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import UncountedOperator, trace, uninitialised


def one(layer, shape=(8, 6, 6)):
    return trace(Network({"layer": layer}, shape))


class Called(nn.Module):
    """A layer that is a function."""

    def __init__(self, function, **parameters):
        super().__init__()
        self.function = function
        for name, value in parameters.items():
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, x):
        return self.function(self, x)


def test_a_convolution_costs_kernel_times_channels_times_outputs():
    assert macs(one(nn.Conv2d(8, 5, 3))) == 3 * 3 * 8 * 5 * 4 * 4


def test_groups_divide_the_cost_of_a_convolution():
    assert macs(one(nn.Conv2d(8, 16, 3, padding=1, groups=4))) == 3 * 3 * 2 * 16 * 6 * 6


def test_a_transposed_convolution_costs_its_kernel_at_every_input():
    traced = one(nn.ConvTranspose2d(8, 5, 4, stride=2))
    assert macs(traced) == 4 * 4 * 8 * 5 * 6 * 6
    assert traced.nodes[0].shape == (5, 14, 14)


def test_a_linear_layer_costs_its_weights_once_a_row():
    assert macs(one(nn.Linear(6, 7))) == 8 * 6 * 6 * 7
    flat = Network({"flatten": nn.Flatten(), "linear": nn.Linear(288, 7)}, (8, 6, 6))
    assert macs(trace(flat)) == 288 * 7


def test_both_matrix_products_of_attention_are_counted():
    product = Called(lambda self, x: (x @ x.transpose(2, 3)) @ x)
    assert macs(one(product)) == 8 * 6 * 6 * 6 * 2
    fused = Called(lambda self, x: F.scaled_dot_product_attention(x, x, x))
    assert macs(one(fused)) == 8 * 6 * 6 * 6 * 2


def test_a_functional_convolution_is_counted_where_hooks_would_miss_it():
    layer = Called(lambda self, x: F.conv2d(x, self.weight, padding=1), weight=torch.zeros(5, 8, 3, 3))
    assert macs(one(layer)) == 3 * 3 * 8 * 5 * 36


def test_a_view_of_a_parameter_is_still_a_weight():
    layer = Called(lambda self, x: F.conv2d(x, self.weight.view(5, 8, 1, 1)), weight=torch.zeros(5, 8))
    assert macs(one(layer)) == 8 * 5 * 36


def test_signs_of_weights_are_still_weights_and_cost_no_multiply_adds():
    def binary(self, x):
        return F.conv2d(x, self.weight.sign() * self.weight.abs().mean((1, 2, 3), keepdim=True))

    layer = Called(binary, weight=torch.zeros(5, 8, 3, 3))
    assert macs(one(layer)) == 3 * 3 * 8 * 5 * 4 * 4


def test_a_layer_used_twice_costs_twice_and_has_its_parameters_once():
    layer = nn.Conv2d(8, 8, 1, bias=False)
    traced = trace(Network({"first": layer, "again": layer}, (8, 6, 6)))
    assert macs(traced) == 2 * 8 * 8 * 36
    assert params(traced) == 64


def test_normalisation_activation_and_pooling_cost_no_multiply_adds():
    stages = {"bn": nn.BatchNorm2d(8), "relu": nn.ReLU(), "pool": nn.MaxPool2d(2), "drop": nn.Dropout()}
    traced = trace(Network(stages, (8, 6, 6)))
    assert macs(traced) == 0
    assert params(traced) == 16


@pytest.mark.parametrize(
    ("function", "weight", "name"),
    [
        (lambda self, x: torch.einsum("bchw,dc->bdhw", x, self.weight), (5, 8), "einsum"),
        (lambda self, x: F.embedding(x.long()[:, 0, 0], self.weight), (5, 8), "embedding"),
        (lambda self, x: torch.tensordot(x, self.weight, dims=([3], [0])), (6, 2), "tensordot"),
    ],
)
def test_a_weighted_operation_without_a_rule_is_an_error_that_names_its_layer(function, weight, name):
    layer = Called(function, weight=torch.zeros(*weight))
    with pytest.raises(UncountedOperator, match=f"'layer'.*{name}"):
        one(layer)


def test_a_product_of_activations_without_a_rule_is_an_error_too():
    with pytest.raises(UncountedOperator, match="einsum"):
        one(Called(lambda self, x: torch.einsum("bchw,bdhw->bcd", x, x)))


def test_a_recurrent_layer_is_an_error_and_not_a_zero():
    class Rows(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(6, 3, batch_first=True)

        def forward(self, x):
            return self.lstm(x[:, 0])[0]

    with pytest.raises(Exception, match="lstm"):
        trace(Network({"rows": Rows()}, (8, 6, 6)))


def test_every_stage_has_its_output_and_what_did_not_run_has_none():
    class Half(Network):
        def forward(self, x):
            return self.used(x)

    net = Half({"used": nn.Conv2d(3, 4, 3), "unused": nn.Conv2d(3, 4, 3)}, (3, 8, 8))
    layers = trace(net).layers
    assert layers["used"].shape == (4, 6, 6)
    assert layers["unused"].shape is None
    assert layers[""].shape == (4, 6, 6)


def test_the_input_side_can_be_chosen():
    net = Network({"conv": nn.Conv2d(3, 4, 3, padding=1)}, (3, 32, 32))
    assert macs(trace(net, input=16)) * 4 == macs(trace(net))


def test_parameters_are_not_initialised_inside_and_are_again_outside():
    before = nn.Conv2d.reset_parameters
    with uninitialised():
        built = nn.Conv2d(3, 4, 3)
        assert nn.Conv2d.reset_parameters is not before
    assert nn.Conv2d.reset_parameters is before
    assert built.weight.shape == (4, 3, 3, 3)
    assert nn.Linear(400, 4).weight.std() > 0


def test_initialisation_is_restored_after_an_error():
    before = nn.Linear.reset_parameters
    with pytest.raises(RuntimeError), uninitialised():
        raise RuntimeError
    assert nn.Linear.reset_parameters is before


def test_no_hook_stays_behind_when_a_network_fails():
    with pytest.raises(ZeroDivisionError):
        one(Called(lambda self, x: 1 / 0))
    assert not nn.modules.module._global_forward_hooks
    assert not nn.modules.module._global_forward_pre_hooks


def test_a_trace_holds_no_tensor_and_can_be_sent_between_processes():
    import pickle

    traced = one(nn.Conv2d(8, 5, 3))
    assert pickle.loads(pickle.dumps(traced)) == traced
    assert b"torch" not in pickle.dumps(traced)


def test_a_network_on_the_meta_device_is_traced_there():
    with torch.device("meta"):
        net = Network({"layer": nn.Conv2d(8, 5, 3)}, (8, 6, 6))
    assert trace(net).nodes == one(nn.Conv2d(8, 5, 3)).nodes


def test_a_slice_of_a_network_is_a_chain_of_its_stages():
    net = Network({"conv": nn.Conv2d(3, 4, 3), "relu": nn.ReLU(), "pool": nn.MaxPool2d(2)}, (3, 8, 8))
    assert [name for name, _ in net[:2].named_children()] == ["conv", "relu"]
    assert net[0] is net.conv
