"""Wide ResNet against Table 1 and against public counts."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.wide_resnet import (
    WideBlock,
    wide_resnet50_2,
    wide_resnet101_2,
    wrn,
    wrn_imagenet,
    wrn_kernels,
)
from cnnclaims.verifiers.trace import trace, uninitialised


def cifar(k, classes=10):
    return {
        "conv1": (16, 32, 32),
        "conv2": (16 * k, 32, 32),
        "conv3": (32 * k, 16, 16),
        "conv4": (64 * k, 8, 8),
        "bn": (64 * k, 8, 8),
        "relu": (64 * k, 8, 8),
        "avgpool": (64 * k, 1, 1),
        "flatten": (64 * k,),
        "fc": (classes,),
    }


def imagenet(first, last):
    return {
        "conv1": (64, 112, 112),
        "bn1": (64, 112, 112),
        "relu": (64, 112, 112),
        "maxpool": (64, 56, 56),
        "conv2_x": (first, 56, 56),
        "conv3_x": (2 * first, 28, 28),
        "conv4_x": (4 * first, 14, 14),
        "conv5_x": (last, 7, 7),
        "avgpool": (last, 1, 1),
        "flatten": (last,),
        "fc": (1000,),
    }


def built(network, *arguments, **named):
    with uninitialised():
        return network(*arguments, **named)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


# 40-8 is imgclsmob's count, 28-10 the one that most implementations print.
@pytest.mark.parametrize(
    ("depth", "widen", "count"),
    [
        (16, 8, 10_961_370),
        (28, 10, 36_479_194),
        (40, 1, 563_930),
        (40, 2, 2_243_546),
        (40, 4, 8_949_210),
        (40, 8, 35_748_314),
    ],
)
def test_every_group_has_the_size_of_table_1_and_the_parameters_are_the_public_count(depth, widen, count):
    net = built(wrn, depth, widen)
    assert sizes(net) == cifar(widen)
    assert params(net) == count


@pytest.mark.parametrize(
    ("network", "count"), [(wide_resnet50_2, 68_883_240), (wide_resnet101_2, 126_886_696)]
)
def test_wide_bottlenecks_have_torchvision_s_counts_and_put_out_what_resnet_puts_out(network, count):
    net = built(network)
    assert sizes(net) == imagenet(256, 2048)
    assert params(net) == count


# At width 1 it is torchvision's ResNet.
@pytest.mark.parametrize(
    ("depth", "widen", "count"),
    [(18, 1.0, 11_689_512), (34, 1.0, 21_797_672), (18, 1.5, 25_875_816), (18, 2.0, 45_618_216)],
)
def test_widened_resnets_keep_their_stem(depth, widen, count):
    net = built(wrn_imagenet, depth, widen)
    assert sizes(net) == imagenet(int(64 * widen), int(512 * widen))
    assert params(net) == count


def test_wrn_28_10_has_the_public_cost():
    assert round(sum(node.macs for node in trace(built(wrn)).nodes) / 1e6) == 5_243


@pytest.mark.parametrize(("deepen", "blocks"), [(1, 12), (2, 6), (3, 4), (4, 3)])
def test_deeper_blocks_are_fewer_and_the_parameters_stay(deepen, blocks):
    net = built(wrn, 40, 2, deepen=deepen)
    assert len(net.conv2) == len(net.conv3) == len(net.conv4) == blocks
    assert params(net) == 2_243_546


@pytest.mark.parametrize(
    ("kernels", "depth", "count"),
    [
        ("1,3,1", 40, 1_429_082),
        ("3,1", 40, 1_211_354),
        ("1,3", 40, 1_297_370),
        ("3,1,1", 40, 1_343_066),
        ("3,3", 28, 1_467_610),
        ("3,1,3", 22, 1_145_498),
    ],
)
def test_blocks_of_other_kernels_are_counted_by_the_label_of_table_2(kernels, depth, count):
    net = built(wrn_kernels, kernels, depth)
    assert sizes(net) == cifar(2)
    assert params(net) == count
    sides = [layer.kernel_size[0] for layer in net.conv3[1].residual if isinstance(layer, nn.Conv2d)]
    assert ",".join(map(str, sides)) == kernels
    assert len(net.conv3) == (depth - 4) // 6


def test_the_first_block_of_every_group_projects_except_at_width_one():
    def projections(k):
        net = built(wrn, 16, k)
        return [[isinstance(block.shortcut, nn.Conv2d) for block in group] for group in net[1:4]]

    assert projections(2) == [[True, False]] * 3
    assert projections(1) == [[False, False], [True, False], [True, False]]


def test_dropout_stands_between_the_convolutions_and_nowhere_else():
    net = built(wrn, 16, 1, dropout=0.3)
    paths = [path for path, layer in net.named_modules() if isinstance(layer, nn.Dropout)]
    assert paths == [f"conv{group}.{block}.residual.dropout2" for group in (2, 3, 4) for block in (0, 1)]
    order = [type(layer).__name__ for layer in net.conv2[0].residual]
    assert order == ["BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "Dropout", "Conv2d"]
    assert params(net) == params(built(wrn, 16, 1))


def test_a_block_without_residual_passes_everything_on_unchanged():
    block = WideBlock(8, 8, (3, 3), 1, 0.0).eval()
    nn.init.zeros_(block.residual.conv2.weight)
    x = torch.randn(2, 8, 5, 5, generator=torch.Generator().manual_seed(1))
    assert torch.equal(block(x), x)


def test_a_hundred_classes_add_six_hundredths_of_a_million_parameters_to_wrn_28_10():
    net = built(wrn, classes=100)
    assert sizes(net) == cifar(10, classes=100)
    assert params(net) - 36_479_194 == 90 * 641


@pytest.mark.parametrize(
    ("network", "arguments", "message"),
    [
        (wrn, {"depth": 30}, r"depth is 30; use 6N \+ 4, such as 28 or 34"),
        (wrn, {"depth": 4}, r"depth is 4; use 6N \+ 4, 10 or more"),
        (wrn, {"depth": 28, "deepen": 3}, r"depth is 28; use 9N \+ 4, such as 22 or 31"),
        (wrn, {"deepen": 0}, "deepen is 0; use at least 1"),
        (wrn, {"widen": 0}, "widen is 0; use at least 1"),
        (wrn, {"dropout": 1.0}, "dropout is 1.0; use a probability below 1"),
        (wrn, {"classes": 0}, "classes is 0; use at least 1"),
        (wrn_kernels, {"kernels": "5,5"}, "kernels is '5,5'; use one of 3,3, 3,1"),
        (wrn_imagenet, {"depth": 50}, "depth is 50; use 18 or 34"),
        (wrn_imagenet, {"widen": 0.0}, "widen is 0.0; use a number above 0"),
        (wide_resnet50_2, {"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)
