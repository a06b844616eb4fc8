"""Each check of the study notes' statements can fail: on another operator, another network, other settings."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks import study_notes as operators
from cnnclaims.verifiers.checks import study_notes_mobile as mobile
from cnnclaims.verifiers.checks import study_notes_networks as networks
from cnnclaims.verifiers.checks.agreement import SEED, Draw
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.inception_v3 import inception_v3
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import BasicBlock, basic_block, resnet18, resnet50
from cnnclaims.verifiers.networks.stacked_hourglass import stacked_hourglass
from cnnclaims.verifiers.networks.vgg import vgg13, vgg16

REFUTED = {
    operators.hard_swish_is_smooth,
    operators.shorthand_is_two,
    networks.larger_kernels_gain_share,
    networks.vgg_starts_from_two_convolutions,
}


def test_what_is_right_holds() -> None:
    for check in (
        operators.depthwise_filters_alone,
        operators.depthwise_keeps_channels,
        operators.full_layer_weights,
        operators.convolution_shares_weights,
        operators.dilation_sees_further,
        operators.separable_definition,
        operators.rank_one_kernels_separate,
        operators.filters_are_channels,
        operators.branches_align,
        operators.zero_branch_is_identity,
        operators.projection_matches,
        operators.hard_swish_is_bent,
        operators.twins_measure_likeness,
        networks.alexnet_kernels,
        networks.alexnet_strides,
        networks.alexnet_pools_overlap,
        networks.vgg16_is_uniform,
        networks.three_layers_three_relus,
        networks.side_heads_only_train,
        networks.inception_grows,
        networks.bottleneck_reduces_and_restores,
        networks.dropout_inside_wide_blocks,
        networks.densenet_bc_settings,
        mobile.mobilenet_is_separable,
        mobile.inverted_residual_is_the_reverse,
        mobile.mobilenet_v3_adds_two,
        mobile.efficientnet_adds_squeeze,
        mobile.mnasnet_mixes_kernels,
        mobile.shufflenet_units,
        mobile.xception_filters_then_mixes,
        networks.hourglasses_repeat,
    ):
        assert check().holds, check.__name__


def test_what_is_wrong_does_not() -> None:
    assert not any(check().holds for check in REFUTED)


# -- the wrong statements would hold of what they are true of ------------------------------------------------------


def test_the_swish_is_smooth_and_relu6_is_not() -> None:
    assert operators.no_jumps(F.silu, control=F.silu).holds
    assert not operators.no_jumps(lambda x: F.relu6(x + 3), control=F.silu).holds


def test_the_shorthand_is_two_at_phi_of_one() -> None:
    assert operators.shorthand_is_two(first=1, last=1).holds


def test_shares_that_grow_are_found() -> None:
    assert networks.shares_grow({"3a": 0.5, "3b": 0.4, "4a": 0.6, "5a": 0.7}).holds
    assert not networks.shares_grow({"3a": 0.5, "4a": 0.6, "5a": 0.55}).holds


def test_the_first_four_convolutions_are_what_vgg_says() -> None:
    assert networks.vgg_starts_from({"conv": (1, 2, 3, 4), "linear": (1, 2, 3)}).holds


# -- operators -----------------------------------------------------------------------------------------------------


def test_a_full_convolution_reads_all_channels() -> None:
    assert operators.channels_read(F.conv2d, Draw(SEED), 6, groups=6) == 1
    assert operators.channels_read(F.conv2d, Draw(SEED), 6, groups=2) == 3


def test_a_layer_that_adds_a_channel_does_not_keep_them() -> None:
    def one_more(c: int, k: int, size: int, stride: int) -> Network:
        return conv(c, c + 1, k, size, stride=stride)

    assert not operators.depthwise_keeps_channels(one_more).holds


def test_a_full_layer_of_another_width_has_other_weights() -> None:
    def wider(i: int, o: int, **options: Any) -> nn.Linear:
        return nn.Linear(i, o + 1, **options)

    assert not operators.full_layer_weights(layer=wider).holds


def test_a_full_convolution_is_not_separable() -> None:
    assert not operators.separable_definition(conv).holds


def test_filters_in_another_order_put_out_other_maps() -> None:
    assert not operators.filters_are_channels(lambda image, filters: F.conv2d(image, filters.flip(0))).holds


def test_an_encoding_with_noise_measures_no_likeness() -> None:
    noise = torch.Generator().manual_seed(0)

    def noisy(x: Tensor, weight: Tensor) -> Tensor:
        exact = operators.encoded(x, weight)
        return exact + torch.randn(exact.shape, generator=noise, dtype=exact.dtype)

    assert not operators.twins_measure_likeness(noisy).holds


def test_without_side_heads_none_are_dropped() -> None:
    assert not networks.side_heads_only_train(googlenet).holds


def test_a_kernel_of_rank_two_does_not_separate() -> None:
    assert operators.split_error(Draw(1), 1) < 1e-12
    assert operators.split_error(Draw(1), 2) > 1e-3


def test_one_dilation_sees_no_further() -> None:
    assert not operators.dilation_sees_further((2, 2)).holds


def test_a_kernel_as_large_as_the_map_shares_no_multiply_adds() -> None:
    assert not operators.convolution_shares_weights(sides=(1,), k=1).holds


def test_branches_with_equal_padding_do_not_align() -> None:
    assert not operators.branches_align((1, 1, 1)).holds


def test_a_projection_without_stride_does_not_match() -> None:
    assert not operators.projection_matches(stride=1).holds


def test_a_block_with_a_bias_behind_its_branch_is_no_identity() -> None:
    block = BasicBlock(8, 8, 1, "B")
    torch.nn.init.constant_(block.bn2.bias, 0.5)
    assert operators.passes(block).positive > 0.01


def test_relu_does_not_fall() -> None:
    assert operators.falls_then_rises(F.silu).holds
    assert not operators.falls_then_rises(F.relu).holds


def test_a_bounded_function_does_not_rise_without_end() -> None:
    def bounded(x: Tensor) -> Tensor:
        return F.hardswish(x).clamp_max(6)

    assert not operators.falls_then_rises(bounded).holds


# -- networks ------------------------------------------------------------------------------------------------------


def test_vgg_is_no_alexnet() -> None:
    assert not networks.alexnet_kernels(vgg16).holds
    assert not networks.alexnet_strides(vgg16).holds
    assert not networks.alexnet_pools_overlap(vgg16).holds


def test_other_networks_are_not_uniform_of_16_layers() -> None:
    assert not networks.vgg16_is_uniform(vgg13).holds
    assert not networks.vgg16_is_uniform(alexnet).holds


def test_vgg13_has_two_relus_a_block() -> None:
    assert networks.relus_by_block(vgg13) == [2, 2, 2, 2, 2]
    assert not networks.three_layers_three_relus(vgg13).holds


def test_inception_backwards_does_not_grow() -> None:
    assert not networks.inception_grows((inception_v3, googlenet)).holds


def test_a_basic_block_is_no_bottleneck() -> None:
    assert not networks.bottleneck_reduces_and_restores(basic_block).holds


def test_other_widths_are_not_ten_times() -> None:
    assert not networks.dropout_inside_wide_blocks(widen=8).holds


def test_other_sizes_need_other_settings() -> None:
    assert not networks.densenet_bc_settings(printed="0.6").holds


def test_full_convolutions_are_not_separable() -> None:
    assert not mobile.mobilenet_is_separable(lambda: mobilenet_v1(conv="full")).holds
    assert not mobile.mobilenet_is_separable(mobilenet_v2).holds


def test_resnet_shows_no_mobile_block() -> None:
    for check in (
        mobile.inverted_residual_is_the_reverse,
        mobile.mobilenet_v3_adds_two,
        mobile.efficientnet_adds_squeeze,
    ):
        assert not check(resnet50).holds


def test_mobilenet_v2_has_no_squeeze_and_no_5x5() -> None:
    assert not mobile.efficientnet_adds_squeeze(mobilenet_v2).holds
    assert not mobile.mnasnet_mixes_kernels(mobilenet_v2).holds


def test_without_groups_a_shufflenet_unit_has_none() -> None:
    assert mobile.shufflenet_units(groups=2).holds
    assert not mobile.shufflenet_units(groups=1).holds


def test_mobilenet_does_not_join_at_once() -> None:
    assert mobile.joined(mobilenet_v1) == (13, 0)
    assert not mobile.xception_filters_then_mixes(mobilenet_v1).holds


def test_a_network_without_hourglasses_has_none() -> None:
    assert not networks.hourglasses_repeat(resnet18, stacks=1).holds
    assert not networks.hourglasses_repeat(lambda: stacked_hourglass(stacks=2), stacks=3).holds
