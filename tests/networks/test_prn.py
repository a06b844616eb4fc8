"""PRN against the authors' list of results, on PeleeNet."""

import pytest
import torch

from cnnclaims.verifiers.networks.prn import prn416
from cnnclaims.verifiers.trace import trace, uninitialised


def built(**arguments):
    with uninitialised():
        return prn416(**arguments)


def stored(net):
    """Millions of numbers that the file of weights has: parameters, means and variances."""
    statistics = (b for name, b in net.named_buffers() if name.rpartition(".")[2].startswith("running"))
    return sum(tensor.numel() for tensor in (*net.parameters(), *statistics)) / 1e6


def billions(net, input=None):
    """Operations as Darknet counts them: two for a multiply-add, one for each value that a pooling reads."""
    nodes = trace(net, input).nodes
    read = sum(4 * node.values for node in nodes if node.op in ("max_pool", "avg_pool"))
    return (2 * sum(node.macs for node in nodes) + read) / 1e9


# Results.md of the authors' repository: Pelee-PRN and Pelee-PRN-3l at 416 pixels, parameters in millions and billions of operations.
@pytest.mark.parametrize(("scales", "params", "operations"), [(2, "3.16", "4.04"), (3, "3.36", "5.03")])
def test_on_peleenet_it_has_the_counts_that_its_authors_list(scales, params, operations):
    net = built(backbone="peleenet", scales=scales)
    assert f"{stored(net):.2f}" == params
    assert f"{billions(net):.2f}" == operations


def test_on_peleenet_it_has_the_operations_that_its_authors_list_at_320_pixels():
    assert f"{billions(built(backbone='peleenet'), 320):.2f}" == "2.39"


def test_every_scale_has_three_boxes_a_place():
    with torch.inference_mode():
        maps = built(scales=3).eval()(torch.zeros(0, 3, 416, 416))
    assert [tuple(x.shape[1:]) for x in maps] == [(255, 13, 13), (255, 26, 26), (255, 52, 52)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scales": 4}, "scales is 4; use 2 or 3"),
        ({"classes": 0}, "classes is 0; use at least 1"),
        ({"backbone": "resnet50"}, "use one of peleenet, csppeleenet"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        prn416(**arguments)
