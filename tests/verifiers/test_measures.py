"""Every measure on networks small enough to be counted by hand."""

from fractions import Fraction

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.measures import MEASURES
from cnnclaims.verifiers.measures.accesses import memory_access
from cnnclaims.verifiers.measures.cost import macs, memory, params, share, weights
from cnnclaims.verifiers.measures.shapes import (
    channels,
    input_size,
    input_values,
    output_size,
    receptive_field,
    setting,
)
from cnnclaims.verifiers.measures.structure import blocks, connections, count, depth, neurons
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace
from cnnclaims.verifiers.traced import NoSuchPart


class Add(nn.Module):
    def forward(self, x, y):
        return x + y


class Residual(nn.Module):
    """Two 3x3 convolutions beside a 1x1 projection."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(channels, channels, 1, bias=False)
        self.add = Add()

    def forward(self, x):
        return self.add(self.conv2(self.bn1(self.conv1(x))), self.shortcut(x))


@pytest.fixture(scope="module")
def net():
    """3x32x32 -> conv 7x7/2 -> 8x16x16 -> pool -> 8x8x8 -> residual block -> depthwise -> grouped -> global pool -> 10 classes."""
    stages = {
        "conv1": nn.Conv2d(3, 8, 7, stride=2, padding=3),
        "relu": nn.ReLU(),
        "pool": nn.MaxPool2d(2),
        "stage": nn.Sequential(Residual(8)),
        "dw": nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
        "grouped": nn.Conv2d(8, 8, 3, padding=1, groups=2, bias=False),
        "gap": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(8, 10),
    }
    return trace(Network(stages, (3, 32, 32)), name="small()")


CONV1 = 7 * 7 * 3 * 8
BLOCK = 2 * 9 * 8 * 8 + 8 * 8
DW, GROUPED, FC = 9 * 8, 9 * 4 * 8, 80


def test_params_are_weights_biases_and_normalisation(net):
    assert params(net) == CONV1 + 8 + BLOCK + 16 + DW + GROUPED + FC + 10


def test_weights_leave_out_biases_and_normalisation(net):
    assert weights(net) == CONV1 + BLOCK + DW + GROUPED + FC


def test_macs_are_weights_times_the_places_where_they_are_used(net):
    assert macs(net) == CONV1 * 256 + (BLOCK + DW + GROUPED) * 64 + FC


def test_a_part_is_counted_alone(net):
    assert macs(net, part="stage") == BLOCK * 64
    assert params(net, part="stage.0.bn1") == 16


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("conv", CONV1 + BLOCK + DW + GROUPED),
        ("linear", FC),
        ("pointwise", 64),
        ("depthwise", DW),
        ("grouped", GROUPED),
        ("full", CONV1 + 2 * 9 * 64),
    ],
)
def test_only_one_sort_of_layer_is_counted(net, only, expected):
    assert weights(net, only=only) == expected


def test_shares_of_all_sorts_add_up_to_one(net):
    sorts = ("linear", "pointwise", "depthwise", "grouped", "full")
    for of in ("macs", "weights"):
        assert sum(share(net, of=of, only=only) for only in sorts) == 1
    assert share(net, of="weights", only="linear") == Fraction(FC, weights(net))


def test_depth_is_the_longest_path_and_a_projection_does_not_lengthen_it(net):
    assert depth(net) == 1 + 2 + 1 + 1 + 1


def test_layers_read_their_inputs_and_weights_and_write_their_outputs(net):
    conv1 = 3 * 32 * 32 + 8 * 16 * 16
    block = 3 * (512 + 512)
    rest = 2 * (512 + 512) + 8 + 10
    assert memory_access(net, weights=False) == conv1 + block + rest
    assert memory_access(net) == conv1 + block + rest + CONV1 + BLOCK + DW + GROUPED + FC
    assert memory_access(net, part="stage") == block + BLOCK
    assert memory_access(net, part="pool") == 0
    assert memory_access(net, part="pool", pooling=True) == 8 * 16 * 16 + 8 * 8 * 8
    assert memory_access(net, part="gap", pooling=True) == 8 * 8 * 8 + 8


class Attention(nn.Module):
    """Three tokens of width 4 from one linear layer, compared with each other and mixed: two products without weights."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(4, 12)

    def forward(self, x):
        q, k, v = self.qkv(x.flatten(2).transpose(1, 2)).chunk(3, -1)
        return torch.softmax(q @ k.transpose(1, 2), -1) @ v


def test_products_of_attention_cost_and_are_no_layers():
    traced = trace(Network({"attention": Attention()}, (4, 1, 3)))
    assert macs(traced) == 3 * 4 * 12 + 2 * 3 * 3 * 4
    assert depth(traced) == 1
    assert neurons(traced) == 3 * 12


def test_a_rectifier_with_slopes_is_no_layer():
    net = Network({"flat": nn.Flatten(), "fc": nn.Linear(3, 4), "rect": nn.PReLU(4)}, input_shape=(1, 1, 3))
    traced = trace(net)
    assert depth(traced) == 1
    assert neurons(traced) == 4
    assert params(traced) == 3 * 4 + 4 + 4


def test_depth_can_count_pooling_layers(net):
    assert depth(net, pooling=True) == depth(net) + 2


def test_count_counts_operations_of_a_kind(net):
    assert count(net, "conv") == 6
    assert count(net, "pointwise") == 1
    assert count(net, "add", part="stage") == 1
    assert count(net, "concat") == 0


def test_a_kind_that_nothing_has_is_an_error(net):
    with pytest.raises(ValueError, match="has no 'convolution'"):
        count(net, "convolution")


def test_blocks_are_the_children_of_a_stage(net):
    assert blocks(net, "stage") == 1
    assert blocks(net, "stage.0") == 5
    assert blocks(net, "fc") == 0


def test_neurons_are_outputs_of_layers_with_weights(net):
    assert neurons(net) == 8 * 256 + 8 * 64 * 5 + 10
    assert neurons(net, part="fc") == 10


def test_connections_are_links_and_one_a_bias(net):
    assert connections(net, part="fc") == 10 * (8 + 1)
    assert connections(net, part="conv1") == 8 * 256 * (147 + 1)
    assert connections(net, part="dw") == 8 * 64 * 9


def test_trainable_subsampling_is_a_layer_whose_units_see_their_window():
    class Subsampling(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.ones(2, 1, 1))
            self.bias = nn.Parameter(torch.zeros(2, 1, 1))

        def forward(self, x):
            return nn.functional.avg_pool2d(x, 2) * 4 * self.gain + self.bias

    traced = trace(Network({"s2": Subsampling()}, (2, 6, 6)))
    assert depth(traced) == 1
    assert depth(traced, pooling=True) == 1
    assert neurons(traced) == 18
    assert connections(traced) == 18 * (4 + 1)
    assert macs(traced) == 0


def test_output_size_and_channels_of_a_stage(net):
    assert output_size(net, part="conv1") == 16
    assert output_size(net, part="stage") == 8
    assert output_size(net) == 1
    assert channels(net, part="stage") == 8
    assert channels(net) == 10


def test_a_map_that_is_no_square_has_no_one_side():
    traced = trace(Network({"conv": nn.Conv2d(3, 4, (3, 1))}, (3, 8, 8)))
    with pytest.raises(ValueError, match="6 x 8, which is no square"):
        output_size(traced)
    with pytest.raises(ValueError, match="3 x 1 pixels, which is no square"):
        receptive_field(traced)


def test_the_input_is_the_paper_s(net):
    assert input_size(net) == 32
    assert input_values(net) == 3 * 32 * 32


def test_a_setting_is_what_the_layer_was_built_with(net):
    assert setting(net, "conv1", "kernel_size") == 7
    assert setting(net, "conv1", "stride") == 2
    assert setting(net, "grouped", "groups") == 2
    with pytest.raises(NoSuchPart, match=r"no setting 'strides'; it has .*stride"):
        setting(net, "conv1", "strides")


def test_receptive_fields_grow_by_kernel_and_step(net):
    assert receptive_field(net, part="conv1") == 7
    assert receptive_field(net, part="pool") == 7 + 2
    assert receptive_field(net, part="stage") == 9 + 2 * 2 * 4
    assert receptive_field(net) == receptive_field(net, part="grouped") + 7 * 4


def test_dilation_spreads_the_kernel():
    traced = trace(Network({"conv": nn.Conv2d(3, 4, 3, dilation=4)}, (3, 32, 32)))
    assert receptive_field(traced) == 9


def test_the_receptive_field_is_where_gradients_reach():
    """The same answer by back-propagation from one output in the middle of a large input."""
    layers = nn.Sequential(
        nn.Conv2d(1, 1, 3, padding=1),
        nn.AvgPool2d(2),
        nn.Conv2d(1, 1, 5, padding=4, dilation=2),
        nn.AvgPool2d(3, 2),
    )
    for parameter in layers.parameters():
        nn.init.ones_(parameter)
    image = torch.zeros(1, 1, 64, 64, requires_grad=True)
    output = layers(image)
    output[0, 0, output.shape[2] // 2, output.shape[3] // 2].backward()
    reached = (image.grad[0, 0] != 0).any(dim=0).sum().item()
    assert receptive_field(trace(Network(dict(layers.named_children()), (1, 64, 64)))) == reached


def test_a_gate_sees_the_whole_map_and_its_neighbours_stay_as_far_apart_as_they_were():
    class Gate(nn.Module):
        def forward(self, x):
            return x * x.mean((2, 3), keepdim=True)

    layers = {"conv1": nn.Conv2d(1, 1, 3, 2, 1), "gate": Gate(), "conv2": nn.Conv2d(1, 1, 3, padding=1)}
    traced = trace(Network(layers, (1, 64, 64)))
    assert receptive_field(traced, part="gate") == 3 + 31 * 2
    assert receptive_field(traced) == 3 + 31 * 2 + 2 * 2


def test_an_operation_without_a_rule_has_no_receptive_field():
    traced = trace(Network({"up": nn.ConvTranspose2d(3, 4, 2, stride=2)}, (3, 8, 8)))
    with pytest.raises(ValueError, match="no rule for the receptive field of transposed"):
        receptive_field(traced)


def test_memory_is_bits_a_number(net):
    assert memory(net) == 4 * params(net)
    assert memory(net, bits=8) == params(net)
    assert memory(net, of="activations") == 4 * neurons(net)


def test_a_part_that_is_not_there_is_an_error_that_offers_the_nearest(net):
    measures = (params, weights, macs, neurons, connections, output_size, channels, receptive_field, blocks)
    for measure in measures:
        with pytest.raises(NoSuchPart, match=r"small\(\) has no part 'conv2'; it has .*conv1"):
            measure(net, part="conv2")
    with pytest.raises(NoSuchPart):
        count(net, "conv", part="conv2")


def test_a_trace_at_another_size_is_asked_of_the_network_and_not_of_the_trace(net):
    with pytest.raises(ValueError, match="traced at 32 pixels, not at 64"):
        macs(net, input=64)


def test_every_measure_is_listed():
    import importlib
    import inspect

    stems = sorted(set(MEASURES.values()))
    public = {
        name
        for module in (importlib.import_module(f"cnnclaims.verifiers.measures.{stem}") for stem in stems)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public == set(MEASURES)
    assert list(MEASURES) == sorted(MEASURES)
