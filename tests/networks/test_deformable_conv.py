"""Deformable layers, ResNet-101 with its heads, and Aligned-Inception-ResNet, stage by stage."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.kernels.deformable import (
    DeformablePSRoIPool,
    DeformableRoIPool,
    PSRoIPool,
    RoIPool,
    deformable_conv,
    sample,
)
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.measures.shapes import channels, output_size
from cnnclaims.verifiers.networks.deformable_conv import (
    aligned_inception_resnet,
    class_aware_rpn,
    deeplab_resnet101,
    faster_rcnn_2fc,
    initialise,
    rfcn_resnet101,
)
from cnnclaims.verifiers.trace import trace, uninitialised

TRUNK = 42_500_160  # torchvision's resnet101 has 44,549,160 with its classifier of 2,049,000
STAGES = {
    "conv1": (64, 112),
    "maxpool": (64, 56),
    "conv2_x": (256, 56),
    "conv3_x": (512, 28),
    "conv4_x": (1024, 14),
    "conv5_x": (2048, 14),
}


def traced(build, **arguments):
    with uninitialised():
        return trace(build(**arguments))


def sizes(net, stages):
    return {stage: (channels(net, stage), output_size(net, stage)) for stage in stages}


@pytest.mark.parametrize("deformable", [0, 3, 6])
def test_every_stage_of_the_trunk_has_its_size_and_the_last_stays_at_stride_16(deformable):
    net = traced(deeplab_resnet101, deformable=deformable)
    assert sizes(net, STAGES) == STAGES
    assert sizes(net, ("reduce", "score")) == {"reduce": (1024, 14), "score": (21, 14)}


def test_deeplab_is_the_trunk_and_two_1x1():
    assert params(traced(deeplab_resnet101)) == TRUNK + 2048 * 1024 + 1024 + 1024 * 21 + 21


@pytest.mark.parametrize(
    ("deformable", "layers"),
    [(1, [(512, 18)]), (2, [(512, 18)] * 2), (3, [(512, 18)] * 3), (6, [(512, 18)] * 3 + [(256, 18)] * 3)],
)
def test_every_deformable_layer_adds_its_offsets(deformable, layers):
    added = params(traced(deeplab_resnet101, deformable=deformable)) - params(traced(deeplab_resnet101))
    assert added == sum(9 * width * offsets + offsets for width, offsets in layers)


def test_the_released_detectors_have_four_groups_of_offsets():
    added = params(traced(rfcn_resnet101, deformable=3, groups=4)) - params(traced(rfcn_resnet101))
    assert added == 3 * (9 * 512 * 72 + 72) == 3 * 331_848


@pytest.mark.parametrize("deformable", [0, 3])
def test_conv5_is_dilated_by_two_whether_deformable_or_not(deformable):
    with uninitialised():
        net = deeplab_resnet101(deformable=deformable)
    for block in net.conv5_x:
        layer = block.conv2.offset if deformable else block.conv2
        assert layer.dilation == (2, 2)
        assert layer.stride == (1, 1)


def test_the_class_aware_rpn_scores_every_class_at_every_anchor():
    net = traced(class_aware_rpn)
    assert sizes(net, ("rpn", "classes", "boxes")) == {
        "rpn": (512, 14),
        "classes": (189, 14),
        "boxes": (36, 14),
    }
    own = 9 * 1024 * 512 + 512 + 513 * (189 + 36)
    assert params(net) == TRUNK + 2048 * 1024 + 1024 + own


def test_faster_rcnn_pools_256_channels_into_two_full_layers():
    net, deformable = traced(faster_rcnn_2fc), traced(faster_rcnn_2fc, pooling="deformable")
    assert sizes(net, ("pool", "fc1", "fc2", "classes", "boxes")) == {
        "pool": (256, 7),
        "fc1": (1024, 1),
        "fc2": (1024, 1),
        "classes": (21, 1),
        "boxes": (84, 1),
    }
    full = (12_544 + 1) * 1024 + 1025 * 1024 + 1025 * (21 + 84)
    assert params(net) == TRUNK + 2048 * 256 + 256 + full
    assert params(deformable) - params(net) == (12_544 + 1) * 98
    assert sizes(deformable, ("pool",)) == {"pool": (256, 7)}


def test_rfcn_has_a_map_a_class_and_bin():
    net, deformable = traced(rfcn_resnet101), traced(rfcn_resnet101, pooling="deformable")
    assert sizes(net, ("class_maps", "box_maps")) == {"class_maps": (1029, 14), "box_maps": (196, 14)}
    assert params(net) == TRUNK + 2048 * 1024 + 1024 + 1025 * (1029 + 196)
    assert params(deformable) - params(net) == 1025 * 2058
    assert sizes(deformable, ("pool", "box_pool")) == {"pool": (21, 7), "box_pool": (4, 7)}


def test_aligned_inception_resnet_has_the_stages_of_resnet_101():
    net = traced(aligned_inception_resnet)
    expected = {
        "conv1": (64, 112),
        "pool1": (64, 56),
        "conv2": (256, 56),
        "conv3": (512, 28),
        "conv4": (1024, 14),
        "conv5": (2048, 7),
        "fc": (1000, 1),
    }
    assert sizes(net, expected) == expected
    assert params(net) == 64_381_800  # an independent implementation with three 3x3 in the stem has 64.4 M


@pytest.mark.parametrize("build", [faster_rcnn_2fc, rfcn_resnet101])
def test_a_network_with_every_deformable_part_runs_and_learns(build):
    with uninitialised():
        net = build(classes=3, deformable=6, pooling="deformable")
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.01)
    outputs = net.train()(torch.rand(2, 3, 32, 32))
    sum(output.sum() for output in outputs).backward()
    assert [output.shape[0] for output in outputs] == [2, 2]
    assert not [path for path, parameter in net.named_parameters() if parameter.grad is None]


@pytest.mark.parametrize("build", [faster_rcnn_2fc, rfcn_resnet101])
def test_offsets_of_zero_leave_the_pooling_of_a_flat_map_alone(build):
    with uninitialised():
        net = initialise(build(classes=2, deformable=3, pooling="deformable"))
    named = {name for name, p in net.named_parameters() if "offset" in name and not p.any()}
    assert len(named) == 8  # three layers and the pooling, weight and bias each


# -- the operators -----------------------------------------------------------------------------------------------------


def test_a_deformable_convolution_keeps_the_map_and_has_offsets_beside_its_weights():
    net = traced(deformable_conv, c_in=4, c_out=6, k=3, size=10, dilation=2)
    assert (channels(net), output_size(net)) == (6, 10)
    assert params(net) == 4 * 6 * 9 + (4 * 18 * 9 + 18)
    assert macs(net) == (4 * 6 * 9 + 4 * 18 * 9) * 100
    assert output_size(traced(deformable_conv, c_in=4, c_out=6, k=3, size=10, stride=2)) == 5


def test_groups_of_channels_are_sampled_at_places_of_their_own():
    x = torch.arange(2 * 2 * 3.0).reshape(1, 2, 2, 3)
    rows, columns = torch.tensor([[[0.0], [1.0]]]), torch.tensor([[[2.0], [0.5]]])
    assert sample(x, rows, columns).tolist() == [[[2.0], [9.5]]]


def test_outside_of_the_map_all_is_zero():
    x = torch.ones(1, 1, 2, 2)
    rows = torch.tensor([[[-0.5, -1.0, 1.25, 7.0]]])
    assert sample(x, rows, torch.zeros(1, 1, 4)).tolist() == [[[0.5, 0.0, 0.75, 0.0]]]


def test_bins_without_offsets_are_those_of_plain_pooling_on_a_plane():
    plane = torch.arange(28.0)[:, None] + 3 * torch.arange(28.0)
    x = plane.expand(1, 2, 28, 28)
    pool = DeformableRoIPool(7, 2)
    for parameter in pool.parameters():
        nn.init.zeros_(parameter)
    torch.testing.assert_close(pool(x), RoIPool(7)(x))


def test_a_normalised_offset_of_one_moves_a_bin_by_a_tenth_of_the_region():
    plane = torch.arange(40.0)[:, None] + 0 * torch.arange(40.0)
    pool = DeformableRoIPool(4, 1)
    nn.init.zeros_(pool.offset.weight)
    nn.init.zeros_(pool.offset.bias)
    pool.offset.bias.data[5] = 1.0  # rows of bin (1, 1)
    moved = pool(plane.expand(1, 1, 40, 40)) - RoIPool(4)(plane.expand(1, 1, 40, 40))
    assert moved[0, 0, 1, 1].item() == pytest.approx(4.0)
    assert moved.abs().sum().item() == pytest.approx(4.0, abs=1e-4)


def test_position_sensitive_pooling_takes_each_bin_from_its_own_map():
    k, classes = 2, 3
    maps = torch.arange(classes * k * k * 1.0).reshape(1, -1, 1, 1).expand(1, classes * k * k, 8, 8)
    expected = torch.arange(12.0).reshape(1, 3, 2, 2)
    assert torch.equal(PSRoIPool(k)(maps), expected)
    offsets = torch.zeros(1, 2 * classes * k * k, 8, 8)
    torch.testing.assert_close(DeformablePSRoIPool(k)(maps, offsets), expected)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: deeplab_resnet101(deformable=4), "deformable is 4; use one of 0, 1, 2, 3, 6"),
        (lambda: rfcn_resnet101(pooling="soft"), "pooling is 'soft'; use 'plain' or 'deformable'"),
        (lambda: faster_rcnn_2fc(classes=0), "classes is 0; use a whole number of at least 1"),
        (lambda: class_aware_rpn(anchors=0), "anchors is 0; use a whole number of at least 1"),
        (lambda: aligned_inception_resnet(classes=0), "classes is 0; use a whole number of at least 1"),
        (lambda: deformable_conv(4, 4, 2, 8), "k is 2: .* use an odd k, such as 3"),
        (lambda: deformable_conv(4, 4, 3, 8, groups=3), "groups is 3, which does not divide c_in 4"),
        (lambda: deformable_conv(4, 0, 3, 8), "c_out is 0; use a whole number of at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with uninitialised(), pytest.raises(ValueError, match=message):
        build()
