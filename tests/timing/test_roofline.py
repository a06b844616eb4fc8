"""The roofline: bytes and multiply-adds by hand, rates from made-up times, tables from both."""

import io

import pytest
import torch
from rich.console import Console
from torch import nn
from torch.nn import functional as F

from cnnclaims import roofline_text
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.timing import roofline as module
from cnnclaims.verifiers.timing.machine import Machine
from cnnclaims.verifiers.timing.roofline import Call, moved, recorded, roofline, row, timed
from cnnclaims.verifiers.timing.rounds import Spread
from cnnclaims.verifiers.traced import Node


class Block(nn.Module):
    """One of everything that counts its bytes another way."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1, bias=False)

    def forward(self, x):
        y = F.relu(self.conv(x), inplace=True)
        y = y + y
        y += 1
        return torch.flatten(torch.cat([y, y], 1), 1)


@pytest.fixture
def net():
    return Network({"block": Block().eval()}, (2, 8, 8))


def bytes_by_op(net, images):
    with torch.inference_mode():
        return {call.node.op: call.bytes for call in recorded(net, images) if call}


def test_bytes_are_those_read_and_written(net):
    image, out = 4 * 2 * 8 * 8, 4 * 4 * 8 * 8
    assert bytes_by_op(net, torch.ones(1, 2, 8, 8)) == {
        "conv": image + 4 * 4 * 2 * 9 + out,
        "relu": 2 * out,  # in place: the same values read and written
        "add": 2 * out,  # the second one, which is in place as well
        "concat": out + 2 * out,  # one tensor twice is read once
        "flatten": 0,  # seen another way
    }


def test_weights_are_read_once_a_batch(net):
    one, three = (bytes_by_op(net, torch.ones(n, 2, 8, 8))["conv"] for n in (1, 3))
    weights = 4 * 4 * 2 * 9
    assert three - weights == 3 * (one - weights)


def test_a_view_moves_nothing_and_a_copy_does():
    x = torch.ones(4, 4)
    assert moved([x], [x.view(16)], in_place=False) == 0
    assert moved([x], [x.clone()], in_place=False) == 128
    assert moved([x], [x], in_place=True) == 128


def test_every_pass_has_a_time_for_every_function(net):
    images = torch.ones(1, 2, 8, 8)
    with torch.inference_mode():
        calls = recorded(net, images)
        times = timed(net, images, len(calls), Machine(budget=0))
        assert {len(one) for one in times} == {len(calls)}
        with pytest.raises(RuntimeError, match=r"called .* torch functions, the one before"):
            timed(net, images, len(calls) + 1, Machine(budget=0))


CONV = Node("conv", "block.conv", (-1,), (4, 8, 8), macs=1000, weight=(4, 2, 3, 3))


def test_a_layer_with_many_multiply_adds_a_byte_is_bound_by_computing():
    found = row(Call(CONV, 100), Spread(2.0, 1.0, 3.0, 5), batch=3, peak=3000.0, bandwidth=1000.0)
    assert (found["macs"], found["macs_per_byte"], found["bound"]) == (3000, 30, "compute")
    assert found["share_of_ceiling"] == 0.5  # 1 s at the ceiling, 2 s measured
    assert (found["macs_per_second"], found["bytes_per_second"]) == (1500, 50)
    assert (found["seconds"], found["quartiles"]) == (2.0, [1.0, 3.0])
    assert found["op"] == "full conv"


def test_a_layer_with_few_is_bound_by_memory():
    found = row(Call(CONV, 8000), Spread(10.0, 9.0, 11.0, 5), batch=1, peak=3000.0, bandwidth=1000.0)
    assert found["bound"] == "memory"
    assert found["share_of_ceiling"] == pytest.approx(0.8)


def test_what_moves_nothing_has_no_share():
    found = row(Call(Node("flatten", "", (0,), (256,)), 0), Spread(1e-6, 1e-6, 1e-6, 5), 1, 3e9, 1e9)
    assert found["share_of_ceiling"] is None
    assert found["macs_per_byte"] is None


@pytest.fixture
def found(monkeypatch):
    """A roofline with made-up ceilings; the layers are real."""
    monkeypatch.setattr(module, "ceilings", lambda machine: (1e10, 1e10))
    arguments = {"c_in": 8, "c_out": 16, "k": 3, "size": 12}
    return roofline("depthwise_separable", arguments, "ds()", Machine(budget=0), 2, None)


def test_a_roofline_has_ceilings_the_whole_and_every_layer(found):
    assert found["ceilings"] == {"macs_per_second": 1e10, "bytes_per_second": 1e10}
    assert (found["batch"], found["input"], found["network"]) == (2, [8, 12, 12], "ds()")
    assert [layer["op"] for layer in found["layers"]] == ["depthwise conv", "pointwise conv"]
    assert [layer["macs"] for layer in found["layers"]] == [2 * 8 * 9 * 144, 2 * 8 * 16 * 144]
    assert found["seconds"]["low"] > 0


def test_multiply_adds_are_those_of_the_measure(found):
    from cnnclaims.verifiers.kernels.convolution import depthwise_separable
    from cnnclaims.verifiers.measures.cost import macs
    from cnnclaims.verifiers.trace import trace

    assert sum(one["macs"] for one in found["layers"]) == 2 * macs(trace(depthwise_separable(8, 16, 3, 12)))


def test_operations_are_summed_with_the_longest_first():
    layer = {"macs": 10, "bytes": 4, "share_of_ceiling": 0.5}
    layers = [
        {**layer, "op": "conv", "seconds": 1.0},
        {**layer, "op": "add", "seconds": 5.0, "share_of_ceiling": None},
        {**layer, "op": "conv", "seconds": 3.0, "share_of_ceiling": 1.0},
    ]
    add, conv = roofline_text.by_operation(layers)
    assert (add["op"], add["layers"], add["least"]) == ("add", 1, 0)
    assert (conv["op"], conv["layers"], conv["macs"], conv["seconds"]) == ("conv", 2, 20, 4.0)
    assert conv["least"] / conv["seconds"] == (0.5 + 3.0) / 4


def test_the_tables_have_every_layer_and_every_operation(found):
    out = io.StringIO()
    for table in (roofline_text.layers_table(found), roofline_text.operations_table(found)):
        Console(file=out, width=200).print(table)
    lines = out.getvalue()
    assert lines.count("depthwise conv") == lines.count("pointwise conv") == 2
    head = roofline_text.headline(found)
    assert "10.0 G multiply-adds/s (product of matrices), 10.0 GB/s (copy); they meet at 1.00" in head
    assert head.startswith("ds(), 2 x 8 x 12 x 12, on ")


def test_ceilings_are_the_best_of_the_rounds(monkeypatch):
    monkeypatch.setattr(module, "PRODUCT", {"cpu": 16})
    monkeypatch.setattr(module, "COPIED", {"cpu": 4096})
    monkeypatch.setattr(module, "rounds", lambda *given: [(4.0,), (2.0,), (8.0,)])
    assert module.ceilings(Machine()) == (16**3 / 2.0, 2 * 4096 / 2.0)
