"""SqueezeNext-23v5 against its authors' file for 2.0-SqNxt-23v5."""

import pytest
from torch import nn

from cnnclaims.verifiers.networks.squeezenext import squeezenext_23v5
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = {
    "conv1": (64, 112, 112),
    "pool1": (64, 56, 56),
    "stage1": (64, 56, 56),
    "stage2": (128, 28, 28),
    "stage3": (256, 14, 14),
    "stage4": (512, 7, 7),
    "conv2": (128, 7, 7),
    "avgpool": (128, 1, 1),
    "flatten": (128,),
    "fc": (1000,),
}
WEIGHTS_OF_THE_FILE = 3_194_560


@pytest.fixture(scope="module")
def net():
    with uninitialised():
        return squeezenext_23v5(width=2)


def test_every_stage_has_the_size_of_the_file(net):
    run = trace(net)
    assert {name: run.layers[name].shape for name, _ in net.named_children()} == SIZES


def test_it_has_the_weights_of_the_file(net):
    weighted = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert sum(m.weight.numel() for m in weighted) == WEIGHTS_OF_THE_FILE
    assert not [m for m in weighted if m.bias is not None]


def test_rows_and_columns_take_turns_from_module_to_module(net):
    kernels = [m.separable1.conv.kernel_size for m in net.stage3[1:]]
    assert kernels == [(3, 1), (1, 3)] * 7


def test_the_first_and_the_last_convolution_do_not_grow_with_the_width():
    with uninitialised():
        one = squeezenext_23v5()
    assert one.conv1.conv.out_channels == 64
    assert one.conv2.conv.out_channels == 128
    assert one.stage4[0].conv.out_channels == 256


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width is 0; use a number above 0, such as 1 or 2"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        squeezenext_23v5(**arguments)
