"""Stacked hourglasses against the authors' code and against counts of it."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.stacked_hourglass import Hourglass, stacked_hourglass
from cnnclaims.verifiers.trace import trace, uninitialised

STEM = {
    "conv1": (64, 128, 128),
    "bn1": (64, 128, 128),
    "relu1": (64, 128, 128),
    "residual1": (128, 128, 128),
    "pool": (128, 64, 64),
    "residual2": (128, 64, 64),
    "residual3": (256, 64, 64),
}
INNER = "stack1.hourglass" + ".inner" * 3


def build(**arguments):
    with uninitialised():
        return stacked_hourglass(**arguments)


def parameters(net):
    return sum(parameter.numel() for parameter in net.parameters())


def test_stages_have_the_sizes_of_the_authors_code():
    net = build(stacks=3)
    x = torch.zeros(0, *net.input_shape)
    stages = {}
    for name, stage in net.named_children():
        x = stage(x)
        stages[name] = tuple(x.shape[1:])
    assert stages == STEM | {"stack1": (256, 64, 64), "stack2": (256, 64, 64), "stack3": (16, 64, 64)}


def test_an_hourglass_goes_down_to_4_pixels_and_back():
    layers = trace(build(stacks=1)).layers
    assert layers[f"{INNER}.pool"].shape == (256, 4, 4)
    assert layers[f"{INNER}.upsample"].shape == (256, 8, 8)
    assert layers["stack1.hourglass"].shape == (256, 64, 64)


@pytest.mark.parametrize(
    ("stacks", "number"), [(1, 3_426_448), (2, 6_570_400), (8, 25_434_112)], ids=["1", "2", "8"]
)
def test_parameters_are_those_of_the_authors_code(stacks, number):
    assert parameters(build(stacks=stacks)) == number


def test_each_further_hourglass_adds_the_same():
    one, two, three = (parameters(build(stacks=stacks)) for stacks in (1, 2, 3))
    assert three - two == two - one


def test_no_filter_behind_the_stem_is_larger_than_3x3():
    convolutions = {n: m for n, m in build(stacks=2).named_modules() if isinstance(m, nn.Conv2d)}
    assert convolutions.pop("conv1").kernel_size == (7, 7)
    assert {module.kernel_size for module in convolutions.values()} == {(1, 1), (3, 3)}


def test_an_hourglass_of_empty_residuals_adds_what_each_pooling_sees():
    hourglass = Hourglass(depth=1, features=2, modules=1).eval()
    for name, parameter in hourglass.named_parameters():
        if ".conv3." in name:
            nn.init.zeros_(parameter)
    x = torch.rand(1, 2, 4, 4)
    pooled = nn.functional.max_pool2d(x, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(hourglass(x), x + pooled)


def test_more_modules_stand_at_each_place():
    net = build(stacks=1, modules=3)
    assert len(net.stack1.hourglass.upper) == 3
    assert parameters(net) == 9_433_232


def test_it_keeps_the_batch_dimension():
    net = build(stacks=2)
    assert net(torch.zeros(0, *net.input_shape)).shape == (0, 16, 64, 64)


@pytest.mark.parametrize("name", ["stacks", "modules", "joints"])
def test_a_number_below_one_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0; use at least 1"):
        stacked_hourglass(**{name: 0})
