"""DSOD300 against Table 1 of its paper and the sizes of the released files."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.dsod import DenseScale, dsod300
from cnnclaims.verifiers.trace import trace, uninitialised


def built(**arguments):
    with uninitialised():
        return dsod300(**arguments)


def megabytes(net):
    """A file of parameters and running statistics, 4 bytes each."""
    numbers = sum(parameter.numel() for parameter in net.parameters())
    numbers += sum(2 * layer.num_features for layer in net.modules() if isinstance(layer, nn.BatchNorm2d))
    return round(4 * numbers / 1e6, 1)


def test_every_stage_has_the_size_of_table_1():
    layers = trace(built()).layers
    assert {name: layers[name].shape for name in ("stem", "block1", "pool1", "block2", "transition2")} == {
        "stem": (128, 75, 75),
        "block1": (416, 75, 75),
        "pool1": (416, 38, 38),
        "block2": (800, 38, 38),
        "transition2": (800, 38, 38),
    }
    assert {name: layers[name].shape for name in ("block3", "transition3", "block4", "transition4")} == {
        "block3": (1184, 19, 19),
        "transition3": (1184, 19, 19),
        "block4": (1568, 19, 19),
        "transition4": (256, 19, 19),
    }


def test_the_six_maps_that_are_read_have_38_19_10_5_3_and_2_places_a_side():
    layers = trace(built(growth_rate=16)).layers
    read = ("transition2", "second", "third", "fourth", "fifth", "sixth")
    assert [layers[name].shape for name in read] == [
        (352, 38, 38),
        (512, 19, 19),
        (512, 10, 10),
        (256, 5, 5),
        (256, 3, 3),
        (256, 2, 2),
    ]
    found = built(growth_rate=16)(torch.zeros(0, 3, 300, 300))
    assert [x.shape[1] for x in found[::2]] == [4 * a for a in (4, 6, 6, 6, 4, 4)]
    assert [x.shape[1] for x in found[1::2]] == [21 * a for a in (4, 6, 6, 6, 4, 4)]


def test_the_released_files_have_59_2_and_23_5_megabytes():
    assert megabytes(built()) == 59.2
    assert megabytes(built(growth_rate=16)) == 23.5


def test_the_smallest_has_67_convolutions_up_to_its_fourth_transition():
    net = built(growth_rate=16)
    names = [name for name, _ in net.named_children()]
    backbone = names[: names.index("transition4") + 1]
    convolutions = [layer for name in backbone for layer in getattr(net, name).modules()]
    assert sum(isinstance(layer, nn.Conv2d) for layer in convolutions) == 67


def test_half_of_a_scale_is_pooled_and_half_is_learnt():
    torch.manual_seed(1)
    scale = DenseScale(8, 4).eval()
    x = torch.randn(1, 8, 6, 6)
    y = scale(x)
    assert y.shape == (1, 8, 3, 3)
    assert torch.equal(y[:, :4], scale.project(scale.pool(x)))


@pytest.mark.parametrize("argument", ["growth_rate", "classes"])
def test_a_bad_argument_is_named_with_its_repair(argument):
    with pytest.raises(ValueError, match=f"{argument} is 0; use at least 1"):
        dsod300(**{argument: 0})
