"""NASNet-A against Figures 2 and 4 and against public counts of the rebuilt networks."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.nasnet import (
    NORMAL,
    OPERATIONS,
    REDUCTION,
    Cell,
    Halving,
    Subsample,
    nasnet_a,
    nasnet_a_cifar,
    nasnet_mobile,
    operation,
    separable,
)
from cnnclaims.verifiers.trace import trace, uninitialised


def traced(build, *arguments):
    with uninitialised():
        return trace(build(*arguments))


def params(run):
    return sum(layer.params for layer in run.layers.values())


# osmr/imgclsmob, gluon/README.md, and Cadene's port: the same networks rebuilt
@pytest.mark.parametrize(("build", "expected"), [(nasnet_mobile, 5_289_978), (nasnet_a, 88_753_150)])
def test_parameters_are_those_of_the_public_list(build, expected):
    assert params(traced(build)) == expected


def test_multiply_adds_are_those_that_the_paper_prints():
    assert round(sum(node.macs for node in traced(nasnet_mobile).nodes) / 1e6) == 564
    assert round(sum(node.macs for node in traced(nasnet_a).nodes) / 1e9, 1) == 23.8


def test_every_cell_of_the_small_network_has_its_size():
    run = traced(nasnet_mobile)
    assert run.layers["conv"].shape == (32, 111, 111)
    assert run.layers["stem1"].shape == (44, 56, 56)
    assert run.layers["stem2"].shape == (88, 28, 28)
    assert {run.layers[f"normal1_{i}"].shape for i in range(1, 5)} == {(264, 28, 28)}
    assert run.layers["reduction1"].shape == (352, 14, 14)
    assert {run.layers[f"normal2_{i}"].shape for i in range(1, 5)} == {(528, 14, 14)}
    assert run.layers["reduction2"].shape == (704, 7, 7)
    assert {run.layers[f"normal3_{i}"].shape for i in range(1, 5)} == {(1056, 7, 7)}


def test_every_cell_of_the_large_network_has_its_size():
    run = traced(nasnet_a)
    assert run.layers["conv"].shape == (96, 165, 165)
    assert run.layers["stem2"].shape == (336, 42, 42)
    assert run.layers["normal1_6"].shape == (1008, 42, 42)
    assert run.layers["normal2_6"].shape == (2016, 21, 21)
    assert run.layers["normal3_6"].shape == (4032, 11, 11)


def test_every_cell_for_cifar_has_its_size():
    run = traced(nasnet_a_cifar)
    assert run.layers["conv"].shape == (96, 32, 32)
    assert run.layers["normal1_1"].shape == (192, 32, 32)
    assert run.layers["reduction1"].shape == (256, 16, 16)
    assert run.layers["normal2_6"].shape == (384, 16, 16)
    assert run.layers["normal3_6"].shape == (768, 8, 8)


def test_the_cells_have_five_blocks_and_put_out_six_and_four_states():
    assert (len(NORMAL.blocks), len(NORMAL.out)) == (5, 6)
    assert (len(REDUCTION.blocks), len(REDUCTION.out)) == (5, 4)


def test_a_reduction_cell_puts_out_what_no_block_reads():
    read = {state for block in REDUCTION.blocks for state, _ in block}
    assert set(REDUCTION.out) - {"1"} == {"h", "p", *"01234"} - read
    # the second block is read by the last, which passes it on; the authors' code puts it out too
    assert "1" in REDUCTION.out


def test_only_the_states_from_outside_are_strided_in_a_reduction_cell():
    with uninitialised():
        cell = Cell(REDUCTION, 8, 8, 8, stride=2, halves=False, first=False)
    assert cell.blocks[0].left.dw1.stride == (2, 2)
    assert cell.blocks[0].left.dw2.stride == (1, 1)
    assert cell.blocks[3].left.pool.stride == 2
    assert cell.blocks[3].right.dw1.stride == (1, 1)


def test_a_separable_convolution_runs_twice_with_nothing_between_its_halves():
    kinds = [type(layer).__name__ for layer in separable(3, 8, 8, 1)]
    assert kinds == ["ReLU", "Conv2d", "Conv2d", "BatchNorm2d"] * 2


def test_halving_reads_every_pixel_of_two_diagonals():
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert Subsample(0)(x).flatten().tolist() == [0, 2, 8, 10]
    assert Subsample(1)(x).flatten().tolist() == [5, 7, 13, 15]
    odd = torch.arange(9.0).reshape(1, 1, 3, 3)
    assert Subsample(1)(odd).flatten().tolist() == [4, 0, 0, 0]


@pytest.mark.parametrize("side", [8, 9])
def test_halving_makes_the_channels_that_are_asked_for(side):
    assert Halving(6, 11)(torch.zeros(2, 6, side, side)).shape == (2, 11, (side + 1) // 2, (side + 1) // 2)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("stride", [1, 2])
def test_every_operation_keeps_or_halves_the_map_and_changes_the_channels(name, stride):
    y = operation(name, 3, 5, stride)(torch.zeros(2, 3, 9, 9))
    assert y.shape == (2, 5, 9, 9) if stride == 1 else (2, 5, 5, 5)


def test_average_pooling_leaves_the_padding_out_of_the_mean():
    pooled = operation("avg3x3", 1, 1, 1)(torch.ones(1, 1, 4, 4))
    assert torch.equal(pooled, torch.ones(1, 1, 4, 4))


def test_an_unknown_operation_is_refused_with_the_list():
    with pytest.raises(ValueError, match="operation is 'sum5x5'; use one of identity, crossed3x3"):
        operation("sum5x5", 4, 4, 1)


def test_a_cell_reads_the_outputs_of_the_two_before_it():
    with uninitialised():
        net = nasnet_a_cifar(n=2, filters=24)
    run = trace(net)
    shapes = {name: run.layers[name].shape for name in ("normal1_1", "normal1_2", "reduction1")}
    assert net.reduction1.fit_p.conv.in_channels == shapes["normal1_1"][0]
    assert net.reduction1.fit_h.conv.in_channels == shapes["normal1_2"][0]
    assert isinstance(net.normal2_1.fit_p, Halving)
    assert isinstance(net.normal1_1.fit_p, nn.Identity)


def test_it_runs_and_trains_on_real_images():
    net = nasnet_a(n=1, filters=96, resolution=67, stem_channels=8, classes=3)
    out = net(torch.randn(2, 3, 67, 67))
    assert out.shape == (2, 3)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_it_runs_on_meta():
    with torch.device("meta"):
        net = nasnet_a_cifar()
        assert net(torch.zeros(1, *net.input_shape)).shape == (1, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n is 0; use at least 1 normal cell"),
        ({"filters": 1538}, "filters is 1538; use a multiple of 24, such as 1536"),
        ({"filters": 0}, "filters is 0; use a multiple of 24, such as 24"),
        ({"resolution": 2}, "resolution is 2; use pixels"),
        ({"stem_channels": 0}, "stem_channels is 0; use at least 1"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        nasnet_a(**arguments)
