"""The networks of EfficientNet's Table 3: unscaled, they are those of their own papers."""

import pytest
import torch

from cnnclaims.verifiers.networks import scaled
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.trace import trace, uninitialised

PAIRS = [
    (scaled.scaled_mobilenet_v1, mobilenet_v1, {}),
    (scaled.scaled_mobilenet_v2, mobilenet_v2, {}),
    (scaled.scaled_resnet50, resnet50, {"stride": "3x3"}),
]


def counts(build, **arguments):
    with uninitialised():
        run = trace(build(**arguments))
    return sum(layer.params for layer in run.layers.values()), sum(node.macs for node in run.nodes)


@pytest.mark.parametrize(("build", "original", "arguments"), PAIRS)
def test_unscaled_it_is_the_network_of_its_paper(build, original, arguments):
    assert counts(build) == counts(original, **arguments)


@pytest.mark.parametrize(("build", "original"), [(build, original) for build, original, _ in PAIRS[:2]])
def test_width_is_the_width_multiplier_of_its_paper(build, original):
    assert counts(build, width=2) == counts(original, width=2)


def test_depth_multiplies_the_blocks_of_each_stage_and_rounds_up():
    with uninitialised():
        deep, odd = scaled.scaled_resnet50(depth=4), scaled.scaled_resnet50(depth=1.1)
        pairs = scaled.scaled_mobilenet_v1(depth=1.4)
    stages = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")
    assert [len(getattr(deep, name)) for name in stages] == [12, 16, 24, 12]
    assert [len(getattr(odd, name)) for name in stages] == [4, 5, 7, 4]
    assert [len(getattr(pairs, name)) for name, *_ in scaled.MOBILENET_V1] == [2, 3, 3, 9, 3]


def stage_sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def test_every_stage_has_its_size():
    with uninitialised():
        v1 = stage_sizes(scaled.scaled_mobilenet_v1(width=1.2, depth=1.4, resolution=291))
        v2 = stage_sizes(scaled.scaled_mobilenet_v2(depth=4))
        wide = stage_sizes(scaled.scaled_resnet50(width=2))
    assert [v1[name] for name, *_ in scaled.MOBILENET_V1] == [
        (76, 146, 146), (153, 73, 73), (307, 37, 37), (614, 19, 19), (1228, 10, 10),
    ]  # fmt: skip
    assert [v2[f"bottleneck{i}"] for i in range(1, 8)] == [
        (16, 112, 112), (24, 56, 56), (32, 28, 28), (64, 14, 14), (96, 14, 14), (160, 7, 7), (320, 7, 7),
    ]  # fmt: skip
    assert [wide[f"conv{i}_x"] for i in range(2, 6)] == [
        (512, 56, 56), (1024, 28, 28), (2048, 14, 14), (4096, 7, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("build", [build for build, *_ in PAIRS])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width is 0; use a number above 0"),
        ({"depth": 0}, "depth is 0; use a number above 0"),
        ({"resolution": 0}, "resolution is 0; use pixels"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
