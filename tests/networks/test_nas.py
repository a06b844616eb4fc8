"""NAS v1 against Table 1 and the drawing of Figure 7."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.nas import FIGURE_7, nas_v1
from cnnclaims.verifiers.trace import trace, uninitialised


@pytest.fixture(scope="module")
def net():
    with uninitialised():
        return nas_v1()


def test_every_layer_keeps_the_map_and_has_the_filters_of_the_figure(net):
    run = trace(net)
    sizes = {name: run.layers[name].shape for name, _ in net.named_children()}
    layers = {f"layer{i}": (filters, 32, 32) for i, (_, _, filters, _) in FIGURE_7.items()}
    assert sizes == layers | {"avgpool": (48, 1, 1), "flatten": (48,), "fc": (10,)}


def test_it_has_the_parameters_that_table_1_rounds_to_4_2_million(net):
    assert sum(p.numel() for p in net.parameters()) == 4_201_630
    assert sum(isinstance(m, nn.Conv2d) for m in net.modules()) == 15


def test_a_layer_reads_earlier_layers_alone():
    for number, (height, width, filters, read) in FIGURE_7.items():
        assert all(source < number for source in read)
        assert sorted(set(read)) == list(read)
        assert {height, width} <= {1, 3, 5, 7}
        assert filters in (24, 36, 48, 64)


def test_the_figure_has_66_arrows_between_the_image_and_its_last_layer():
    assert sum(len(read) for *_, read in FIGURE_7.values()) == 66
    assert all(number - 1 in read for number, (*_, read) in FIGURE_7.items())
    assert FIGURE_7[15][3] == (2, 7, 11, 12, 13, 14)  # the long arrow on the left comes from the second layer


def test_one_arrow_less_into_a_7x7_layer_would_show_in_the_printed_parameters():
    for number in (6, 7, 10, 12, 13, 14, 15):
        height, width, filters, read = FIGURE_7[number]
        for source in read:
            assert FIGURE_7[source][2] * filters * height * width > 4_201_630 - 4_150_000


def test_a_layer_depends_on_what_it_reads_and_on_nothing_else(net):
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.1)
    x = torch.rand(1, 3, 32, 32)
    net.eval()
    outputs = {0: x}
    for number, (*_, read) in FIGURE_7.items():
        outputs[number] = net.get_submodule(f"layer{number}")(*(outputs[i] for i in read))
    tail = outputs[15]
    for name in ("avgpool", "flatten", "fc"):
        tail = net.get_submodule(name)(tail)
    assert torch.equal(net(x), tail)


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        nas_v1(classes=0)
