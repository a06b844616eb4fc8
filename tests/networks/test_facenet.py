"""FaceNet's NN2 against its table and against OpenFace's definition of it."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.facenet import TABLE_2, L2Pool, facenet_nn2
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = {
    "conv1": (64, 112, 112),
    "pool1": (64, 56, 56),
    "norm1": (64, 56, 56),
    "2": (192, 56, 56),
    "norm2": (192, 56, 56),
    "pool2": (192, 28, 28),
    "3a": (256, 28, 28),
    "3b": (320, 28, 28),
    "3c": (640, 14, 14),
    "4a": (640, 14, 14),
    "4b": (640, 14, 14),
    "4c": (640, 14, 14),
    "4d": (640, 14, 14),
    "4e": (1024, 7, 7),
    "5a": (1024, 7, 7),
    "5b": (1024, 7, 7),
    "avgpool": (1024, 1, 1),
    "flatten": (1024,),
    "fc": (128,),
}
OPENFACE = 7_472_144  # parameters, with scale and shift of a normalisation behind every convolution


@pytest.fixture(scope="module")
def net():
    with uninitialised():
        return facenet_nn2()


def test_every_stage_has_the_size_of_the_table(net):
    run = trace(net)
    assert {name: run.layers[name].shape for name, _ in net.named_children()} == SIZES


def test_the_parameters_are_openfaces_without_its_normalisation(net):
    channels = sum(m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d))
    assert sum(p.numel() for p in net.parameters()) + 2 * channels == OPENFACE


def test_rows_without_a_1x1_halve_the_map_and_pass_the_pooled_input_on(net):
    assert [name for name, row in TABLE_2.items() if not row.one] == ["3c", "4e"]
    assert "1x1" not in net.get_submodule("3c")
    assert isinstance(net.get_submodule("3c.pool"), nn.MaxPool2d)


def test_l2_pooling_is_the_root_of_the_sum_of_squares():
    x = torch.tensor([[3.0, 0.0], [0.0, 4.0]])[None, None]
    assert L2Pool()(x).flatten().tolist() == pytest.approx([5.0] * 4)


def test_l2_pooling_of_nothing_has_a_finite_slope():
    x = torch.zeros(1, 1, 3, 3, requires_grad=True)
    L2Pool()(x).sum().backward()
    assert torch.isfinite(x.grad).all()


def test_a_bad_embedding_is_named_with_its_repair():
    with pytest.raises(ValueError, match="embedding is 0; use at least 1, such as the paper's 128"):
        facenet_nn2(embedding=0)
