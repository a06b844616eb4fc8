"""DARTS for ImageNet against its authors' code."""

import pytest
import torch

from cnnclaims.verifiers.networks.darts import CELLS, Halving, darts
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = (
    {"stem0": (48, 56, 56), "stem1": (48, 28, 28)}
    | {f"cell{i}": (192, 28, 28) for i in range(1, 5)}
    | {f"cell{i}": (384, 14, 14) for i in range(5, 10)}
    | {f"cell{i}": (768, 7, 7) for i in range(10, 15)}
    | {"avgpool": (768, 1, 1), "flatten": (768,), "fc": (1000,)}
)


def built(**arguments):
    with uninitialised():
        return darts(**arguments)


def test_every_stage_has_its_size():
    net = built()
    run = trace(net)
    assert {name: run.layers[name].shape for name, _ in net.named_children()} == SIZES


def test_version_2_has_the_parameters_that_the_authors_code_reports():
    assert sum(p.numel() for p in built().parameters()) == 4_718_752


def test_version_1_with_50_channels_has_the_4_9_million_of_the_first_paper():
    params = sum(p.numel() for p in built(version=1, channels=50).parameters())
    assert 4_850_000 <= params < 4_950_000


def test_halving_reads_the_even_and_the_odd_places():
    halving = Halving(1, 2)
    torch.nn.init.ones_(halving.conv1.weight)
    torch.nn.init.ones_(halving.conv2.weight)
    halving.bn = torch.nn.Identity()
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert halving(x).flatten().tolist() == [0, 2, 8, 10, 5, 7, 13, 15]


def test_a_block_reads_states_that_are_there():
    for normal, reduction in CELLS.values():
        for plan in (normal, reduction):
            assert len(plan) == 8
            assert all(state < 2 + i // 2 for i, (_, state) in enumerate(plan))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"version": 3}, "version is 3; use 1 or 2"),
        ({"channels": 47}, "channels is 47; use an even number, such as the paper's 48"),
        ({"cells": 2}, "cells is 2; use at least 3, such as the paper's 14"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        darts(**arguments)
