"""Very Deep PolyNet against public counts and the sizes of its maps."""

import pytest
import torch

from cnnclaims.verifiers.networks.polynet import Poly3, TwoWay, polynet
from cnnclaims.verifiers.trace import trace, uninitialised

SMALL = (8, (((4, 1), (4, 3)), ((4, 1),)), 8)  # a block of 8 channels


@pytest.fixture(scope="module")
def run():
    with uninitialised():
        return trace(polynet())


def test_parameters_are_those_of_the_public_port(run):
    assert sum(layer.params for layer in run.layers.values()) == 95_366_600  # osmr/imgclsmob


def test_every_stage_has_its_size(run):
    names = ("stem", "stage_a", "reduction_a", "stage_b", "reduction_b", "stage_c")
    assert [run.layers[name].shape for name in names] == [
        (384, 39, 39), (384, 39, 39), (1152, 19, 19), (1152, 19, 19), (2048, 9, 9), (2048, 9, 9),
    ]  # fmt: skip


def test_two_way_adds_two_blocks_to_the_identity():
    block, x = TwoWay(SMALL, 0.5).eval(), torch.randn(1, 8, 6, 6)
    expected = torch.relu(x + 0.5 * block.first(x) + 0.5 * block.second(x))
    torch.testing.assert_close(block(x), expected)


def test_poly_3_adds_the_first_three_powers_and_rectifies_between_them():
    block, x = Poly3(SMALL, 0.5).eval(), torch.randn(1, 8, 6, 6)
    first = block.blocks[0](x)
    second = block.blocks[1](torch.relu(first))
    third = block.blocks[2](torch.relu(second))
    torch.testing.assert_close(block(x), torch.relu(x + 0.5 * (first + second + third)))


def test_poly_3_shares_the_convolutions_of_the_branches_and_nothing_else():
    block = Poly3(SMALL, 1.0)
    one, other = (dict(b.named_modules()) for b in block.blocks[:2])
    shared = [name for name in one if name and one[name] is other[name]]
    assert [type(one[name]).__name__ for name in shared] == ["Conv2d"] * 3
    assert all(name.startswith("0.branches") for name in shared)
    assert one["1.conv"] is not other["1.conv"]


def test_the_residuals_weigh_less_the_deeper_they_stand():
    with uninitialised():
        net = polynet(resolution=75)
    scales = [block.scale for stage in (net.stage_a, net.stage_b, net.stage_c) for block in stage]
    assert len(scales) == 40
    assert (scales[0], round(scales[1], 6), round(scales[-1], 6)) == (1.0, 0.992308, 0.7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 64}, "resolution is 64; use at least 75"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        polynet(**arguments)
