"""ResNeXt's block by its definition: what paths do alone, and the forms that get its weights."""

import pytest
import torch

from cnnclaims.verifiers.kernels.resnext_block import in_form, resnext_block_by_definition
from cnnclaims.verifiers.networks.resnext import resnext_block


def built():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return resnext_block(3, 2, "c", channels=4, size=5).double().eval()


def image():
    return torch.randn(1, 4, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_paths_whose_last_layers_are_zero_leave_the_input():
    weights = dict(built().block.state_dict())
    weights["conv3.weight"] = torch.zeros_like(weights["conv3.weight"])
    y, _ = resnext_block_by_definition(image(), weights, 3)
    assert torch.allclose(y, image().relu(), atol=1e-15)


def test_a_path_reads_nothing_of_the_others():
    weights = dict(built().block.state_dict())
    alone = {name: value.clone() for name, value in weights.items()}
    alone["conv3.weight"][:, 2:] = 0  # the first path only
    other = {name: value.clone() for name, value in alone.items()}
    other["conv1.weight"][2:] = 7.0
    one, two = (resnext_block_by_definition(image(), kept, 3)[0] for kept in (alone, other))
    assert torch.equal(one, two)


def test_multiplications_are_those_of_the_template():
    _, multiplications = resnext_block_by_definition(image(), built().block.state_dict(), 3)
    assert multiplications == 25 * 3 * (4 * 2 + 9 * 2 * 2 + 2 * 4)


@pytest.mark.parametrize("form", ["a", "b"])
def test_another_form_has_weights_of_its_own_with_the_same_values(form):
    block = built()
    other = in_form(block, form, 3)
    assert sum(p.numel() for p in other.parameters()) == sum(p.numel() for p in block.parameters())
    second = other.get_parameter("block.paths.1.conv1.weight")
    assert torch.equal(second, block.get_parameter("block.conv1.weight")[2:4])
    assert second.data_ptr() != block.get_parameter("block.conv1.weight").data_ptr()
