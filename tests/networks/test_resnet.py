"""ResNet against Table 1 and against public counts (torchvision and the paper's own options)."""

import math

import pytest
import torch

from cnnclaims.verifiers.networks.resnet import (
    BasicBlock,
    PaddedIdentity,
    basic_block,
    bottleneck_block,
    initialise,
    plain18,
    plain34,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
)
from cnnclaims.verifiers.trace import trace, uninitialised

STEM = {
    "conv1": (64, 112, 112),
    "bn1": (64, 112, 112),
    "relu": (64, 112, 112),
    "maxpool": (64, 56, 56),
}
BASIC = STEM | {
    "conv2_x": (64, 56, 56),
    "conv3_x": (128, 28, 28),
    "conv4_x": (256, 14, 14),
    "conv5_x": (512, 7, 7),
    "avgpool": (512, 1, 1),
    "flatten": (512,),
    "fc": (1000,),
}
BOTTLENECK = STEM | {
    "conv2_x": (256, 56, 56),
    "conv3_x": (512, 28, 28),
    "conv4_x": (1024, 14, 14),
    "conv5_x": (2048, 7, 7),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "fc": (1000,),
}
# Parameters of option B: torchvision's counts.
PUBLIC = {
    resnet18: (11_689_512, BASIC),
    resnet34: (21_797_672, BASIC),
    resnet50: (25_557_032, BOTTLENECK),
    resnet101: (44_549_160, BOTTLENECK),
    resnet152: (60_192_808, BOTTLENECK),
    plain18: (11_515_688, BASIC),
    plain34: (21_623_848, BASIC),
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
    count, expected = PUBLIC[network]
    net = built(network)
    assert sizes(net) == expected
    assert params(net) == count


@pytest.mark.parametrize(("residual", "plain"), [(resnet18, plain18), (resnet34, plain34)])
def test_option_a_has_the_parameters_and_the_cost_of_the_plain_network(residual, plain):
    with_shortcuts, without = built(residual, option="A"), built(plain)
    assert params(with_shortcuts) == params(without)
    assert macs(with_shortcuts) == macs(without)


def test_the_options_of_resnet34_cost_3644_3664_and_3831_million_multiply_adds():
    found = [round(macs(built(resnet34, option=option)) / 1e6) for option in "ABC"]
    assert found == [3644, 3664, 3831]


def test_the_stride_on_the_3x3_costs_more_and_adds_no_parameter():
    paper, popular = built(resnet50), built(resnet50, stride="3x3")
    assert macs(paper) == 3_857_973_248
    assert macs(popular) == 4_089_184_256
    assert params(paper) == params(popular)
    assert sizes(popular) == BOTTLENECK


def test_option_b_projects_in_the_first_block_of_every_bottleneck_stage_and_option_c_in_all():
    projections = {
        option: sum("shortcut.conv" in name for name, _ in built(resnet50, option=option).named_modules())
        for option in "ABC"
    }
    assert projections == {"A": 0, "B": 4, "C": 16}


def test_classes_set_the_width_of_the_last_layer():
    assert sizes(built(resnet18, classes=10))["fc"] == (10,)


def test_a_block_without_residual_is_the_identity_on_what_is_not_negative():
    block = BasicBlock(8, 8, 1, "A").eval()
    torch.nn.init.zeros_(block.conv2.weight)
    x = torch.rand(2, 8, 5, 5, generator=torch.Generator().manual_seed(1))
    assert torch.equal(block(x), x)


def test_the_padded_identity_keeps_every_second_pixel_and_adds_zeros():
    x = torch.arange(32.0).view(1, 2, 4, 4)
    y = PaddedIdentity(extra_channels=2, stride=2)(x)
    assert torch.equal(y[:, :2], x[:, :, ::2, ::2])
    assert torch.equal(y[:, 2:], torch.zeros(1, 2, 2, 2))


def test_the_blocks_of_figure_5_have_the_figure_s_weights():
    assert params(built(basic_block)) == 2 * 9 * 64 * 64 + 2 * 2 * 64
    assert params(built(bottleneck_block)) == (2 * 256 + 9 * 64) * 64 + 2 * (64 + 64 + 256)
    assert (
        params(built(bottleneck_block, projection=True)) - params(built(bottleneck_block))
        == 256 * 256 + 2 * 256
    )
    assert macs(built(basic_block)) == 73_728 * 56 * 56
    assert macs(built(bottleneck_block)) == 69_632 * 56 * 56


def test_initialise_draws_weights_of_variance_two_over_the_inputs():
    torch.manual_seed(1)
    net = built(resnet18)
    initialise(net)
    weight = net.conv4_x[1].conv1.weight
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (9 * 256)), rel=0.01)
    assert not net.fc.bias.any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"option": "D"}, "option is 'D'; use 'A', 'B' or 'C'"),
        ({"stride": "2x2"}, "stride is '2x2'; use '1x1' or '3x3'"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        resnet50(**arguments)
