import pytest
import torch

from cnnclaims.verifiers.networks.fast_rcnn import fast_rcnn_head


def weights(stage):
    return sum(p.numel() for p in stage.parameters() if p.dim() == 2)


def test_the_full_layers_are_those_of_vgg16():
    with torch.device("meta"):
        net = fast_rcnn_head()
    assert weights(net.fc6) == 25088 * 4096
    assert weights(net.fc7) == 4096 * 4096
    assert (net.classes.out_features, net.boxes.out_features) == (21, 84)


def test_the_truncated_layers_have_the_weights_of_the_paper():
    with torch.device("meta"):
        net = fast_rcnn_head(svd=True)
    assert weights(net.fc6) == 1024 * (25088 + 4096) == 29884416
    assert weights(net.fc7) == 256 * (4096 + 4096) == 2097152


@pytest.mark.parametrize("svd", [False, True])
def test_an_empty_batch_runs_through(svd):
    with torch.device("meta"):
        net = fast_rcnn_head(svd=svd)
        assert net(torch.zeros(0, *net.input_shape)).shape == (0, 105)


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="classes is 1; use at least 2"):
        fast_rcnn_head(classes=1)
