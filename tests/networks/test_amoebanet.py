"""AmoebaNet against the counts of its paper's table and the sizes of its maps."""

import pytest
import torch

from cnnclaims.verifiers.networks.amoebanet import PLANS, amoebanet
from cnnclaims.verifiers.networks.nasnet import Cell
from cnnclaims.verifiers.trace import trace, uninitialised


def traced(**arguments):
    with uninitialised():
        return trace(amoebanet(**arguments))


# Real et al. 2018, the table of ImageNet results: parameters and multiply-adds at 331 pixels
@pytest.mark.parametrize(
    ("cell", "filters", "millions", "billions"), [("A", 190, 86.7, 23.1), ("C", 228, 155.3, 41.1)]
)
def test_it_has_the_parameters_and_multiply_adds_of_its_paper(cell, filters, millions, billions):
    run = traced(cell=cell, filters=filters)
    assert round(sum(layer.params for layer in run.layers.values()) / 1e6, 1) == millions
    assert round(sum(node.macs for node in run.nodes) / 1e9, 1) == billions


def test_every_cell_has_its_size():
    run = traced(n=1)
    assert [run.layers[name].shape for name in ("conv", "stem1", "stem2", "normal1_1", "reduction1")] == [
        (32, 165, 165), (5 * 47, 83, 83), (5 * 95, 42, 42), (4 * 190, 42, 42), (5 * 380, 21, 21),
    ]  # fmt: skip
    assert run.layers["normal2_1"].shape == (4 * 380, 21, 21)
    assert run.layers["reduction2"].shape == (5 * 760, 11, 11)
    assert run.layers["normal3_1"].shape == (4 * 760, 11, 11)


@pytest.mark.parametrize("cell", ["A", "C"])
def test_a_state_that_no_block_reads_is_put_out(cell):
    for plan in PLANS[cell]:
        read = {state for block in plan.blocks for state, _ in block}
        states = {"h", "p", *map(str, range(len(plan.blocks)))}
        assert states - read <= set(plan.out)


def test_the_crossed_convolution_works_on_a_quarter_of_the_channels():
    with uninitialised():
        net = amoebanet(n=1)
    crossed = net.reduction1.blocks[3].right
    assert crossed.conv.row.in_channels == crossed.conv.row.out_channels == 380 // 4
    assert crossed.conv.row.kernel_size == (1, 7)


def test_it_runs_and_trains_on_real_images():
    net = amoebanet(cell="C", n=1, filters=8, resolution=67, classes=3)
    assert sum(isinstance(stage, Cell) for stage in net) == 7
    out = net(torch.randn(2, 3, 67, 67))
    assert out.shape == (2, 3)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "B"}, "cell is 'B'; use 'A' or 'C'"),
        ({"n": 0}, "n is 0; use at least 1"),
        ({"filters": 4}, "filters is 4; use at least 8"),
        ({"resolution": 2}, "resolution is 2; use pixels"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        amoebanet(**arguments)
