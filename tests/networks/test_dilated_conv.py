"""The dilated front end and the context modules, stage by stage."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.kernels.dilated import dilated_stack
from cnnclaims.verifiers.measures.cost import params, weights
from cnnclaims.verifiers.measures.shapes import channels, output_size, receptive_field
from cnnclaims.verifiers.networks.dilated_conv import (
    context_module,
    dilated_vgg16,
    dilation7_context,
    dilation10_context,
    initialise,
)
from cnnclaims.verifiers.networks.vgg import vgg16
from cnnclaims.verifiers.trace import trace, uninitialised


def traced(build, input=None, **arguments):
    with uninitialised():
        return trace(build(**arguments), input)


# Counted by hand: each 3x3 takes away twice its dilation, fc6 takes 24.
FRONT_END = {
    "conv1_2": 880,
    "pool1": 440,
    "conv2_2": 436,
    "pool2": 218,
    "conv3_3": 212,
    "pool3": 106,
    "conv4_3": 100,
    "conv5_1": 96,
    "conv5_3": 88,
    "fc6": 64,
    "fc7": 64,
    "final": 64,
}


def test_every_stage_of_the_front_end_has_its_size_for_an_image_of_512_with_a_margin_of_186():
    net = traced(dilated_vgg16, input=512 + 2 * 186)
    assert {stage: output_size(net, stage) for stage in FRONT_END} == FRONT_END
    assert channels(net) == 21


def test_the_least_image_gives_one_position_and_eight_pixels_more_another():
    assert output_size(traced(dilated_vgg16)) == 1
    assert receptive_field(traced(dilated_vgg16)) == 380
    assert output_size(traced(dilated_vgg16, input=388)) == 2
    assert output_size(traced(dilated_vgg16, input=900)) == 66  # the released network for Pascal VOC


def test_the_front_end_is_vgg16_but_for_its_last_layer():
    net, vgg = traced(dilated_vgg16), traced(vgg16)
    last = 4096 * 1000 + 1000
    assert params(net) - (4096 * 21 + 21) == params(vgg) - last == 134_260_544


SEEN = {
    "layer1": 3,
    "layer2": 5,
    "layer3": 9,
    "layer4": 17,
    "layer5": 33,
    "layer6": 65,
    "layer7": 67,
    "layer8": 67,
}


@pytest.mark.parametrize(("form", "multiples"), [("basic", [1] * 8), ("large", [2, 2, 4, 8, 16, 32, 32, 1])])
def test_the_context_module_has_the_channels_and_fields_of_table_1_and_keeps_the_map(form, multiples):
    net = traced(context_module, classes=5, form=form)
    assert [channels(net, stage) for stage in SEEN] == [5 * multiple for multiple in multiples]
    assert {stage: receptive_field(net, stage) for stage in SEEN} == SEEN
    sizes = [128, 126, 122, 114, 98, 66, 64, 64]
    assert [output_size(net, stage) for stage in SEEN] == sizes


def test_the_basic_module_has_64_c_squared_weights_and_8_c_biases():
    net = traced(context_module)
    assert weights(net) == 64 * 21**2 == 28_224
    assert params(net) == 28_224 + 8 * 21


@pytest.mark.parametrize(
    ("build", "layers", "field", "classes"),
    [(dilation7_context, 7, 35, 11), (dilation10_context, 10, 259, 19)],
)
def test_the_modules_of_the_appendix_differ_by_layers_and_keep_the_map(build, layers, field, classes):
    net = traced(build)
    assert sum(stage.startswith("layer") for stage in net.layers) == layers
    assert receptive_field(net) == field
    assert (channels(net), output_size(net)) == (classes, 64)


def test_the_last_layer_has_no_relu():
    with uninitialised():
        net = context_module()
    assert list(dict(net.named_children()))[-1] == "layer8"
    assert sum(isinstance(stage, nn.ReLU) for stage in net) == 7


def test_noise_leaves_the_identity_where_it_is():
    net = initialise(context_module(classes=2), std=1e-3, generator=torch.Generator().manual_seed(0))
    weight = net.layer3.weight
    assert weight[0, 0, 1, 1] == weight[1, 1, 1, 1] == 1
    rest = weight[0, 1]
    assert 0 < rest.abs().max() < 0.01


def test_a_dilated_stack_doubles_its_dilation_and_keeps_its_map():
    with uninitialised():
        net = dilated_stack(channels=3, layers=4, size=10)
    assert [stage.dilation for stage in net] == [(1, 1), (2, 2), (4, 4), (8, 8)]
    assert output_size(trace(net)) == 10
    assert receptive_field(trace(net)) == 31


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: context_module(form="huge"), "form is 'huge'; use 'basic' or 'large'"),
        (lambda: context_module(classes=0), "classes is 0; use a whole number of at least 1"),
        (lambda: dilated_vgg16(classes=-1), "classes is -1; use a whole number of at least 1"),
        (lambda: dilated_stack(3, 0, 8), "layers is 0; use a whole number of at least 1"),
        (lambda: dilated_stack(3, 2, 8, k=4), "k is 4: .* use an odd k, such as 5"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()
