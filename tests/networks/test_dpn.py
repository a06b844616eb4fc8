"""DPN-131 against public counts and the sizes of its maps."""

import pytest
import torch

from cnnclaims.verifiers.networks.dpn import DualPathBlock, dpn131
from cnnclaims.verifiers.trace import trace, uninitialised


@pytest.fixture(scope="module")
def run():
    with uninitialised():
        return trace(dpn131())


def test_parameters_are_those_of_the_public_port(run):
    assert sum(layer.params for layer in run.layers.values()) == 79_254_504  # osmr/imgclsmob


def test_multiply_adds_are_those_of_its_paper(run):
    assert round(sum(node.macs for node in run.nodes) / 1e9, 1) == 16.0  # Table 1, at 224 pixels


def test_every_stage_has_its_size(run):
    assert [run.layers[name].shape for name in ("conv1", "maxpool", "conv2", "conv3", "conv4", "conv5")] == [
        (128, 112, 112), (128, 56, 56), (352, 56, 56), (832, 28, 28), (1984, 14, 14), (2688, 7, 7),
    ]  # fmt: skip


def test_a_block_adds_its_first_channels_and_puts_the_rest_beside():
    block = DualPathBlock(40 + 6, 40, 40, 3, stride=1, projects=False).eval()
    x = torch.randn(1, 46, 5, 5)
    y = block.conv3(block.conv2(block.conv1(x)))
    out = block(x)
    assert out.shape == (1, 49, 5, 5)
    torch.testing.assert_close(out[:, :40], x[:, :40] + y[:, :40])
    torch.testing.assert_close(out[:, 40:46], x[:, 40:])
    torch.testing.assert_close(out[:, 46:], y[:, 40:])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 16}, "resolution is 16; use at least 32"),
        ({"classes": 0}, "classes is 0; use at least 1"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        dpn131(**arguments)
