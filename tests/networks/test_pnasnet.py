"""PNASNet-5 against public counts and the sizes of its maps."""

import pytest
import torch

from cnnclaims.verifiers.networks.pnasnet import pnasnet5_large, pnasnet5_mobile
from cnnclaims.verifiers.trace import trace, uninitialised


@pytest.fixture(scope="module")
def run():
    with uninitialised():
        return trace(pnasnet5_large())


def test_parameters_are_those_of_the_public_port(run):
    assert sum(layer.params for layer in run.layers.values()) == 86_057_668  # Cadene's, with 1000 classes


def test_multiply_adds_are_those_of_its_paper(run):
    assert round(sum(node.macs for node in run.nodes) / 1e9) == 25  # 25.0 is printed, 24.94 come out


def test_every_cell_has_its_size(run):
    assert run.layers["stem1"].shape == (270, 83, 83)
    assert run.layers["stem2"].shape == (540, 42, 42)
    assert [run.layers[f"cell{i}"].shape for i in range(1, 13)] == (
        [(1080, 42, 42)] * 4 + [(2160, 21, 21)] * 4 + [(4320, 11, 11)] * 4
    )


def test_at_224_pixels_the_last_map_has_seven():
    with uninitialised():
        net = pnasnet5_large(resolution=224)
    run = trace(net)
    assert run.layers["cell12"].shape == (4320, 7, 7)


def test_it_runs_on_meta():
    with torch.device("meta"):
        net = pnasnet5_large(classes=10)
        assert net(torch.zeros(1, *net.input_shape)).shape == (1, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"resolution": 0}, "resolution is 0; use pixels"), ({"classes": 0}, "classes is 0; use at least 1")],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        pnasnet5_large(**arguments)


def test_the_mobile_network_has_nine_cells_and_the_size_of_its_paper():
    with uninitialised():
        run = trace(pnasnet5_mobile())
    assert [run.layers[f"cell{i}"].shape for i in range(1, 10)] == (
        [(270, 28, 28)] * 3 + [(540, 14, 14)] * 3 + [(1080, 7, 7)] * 3
    )
    assert round(sum(layer.params for layer in run.layers.values()) / 1e6, 1) == 5.1
    assert round(sum(node.macs for node in run.nodes) / 1e6) == 587  # 588 is printed
