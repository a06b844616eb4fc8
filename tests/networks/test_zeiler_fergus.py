"""ZFNet against the map sizes of its Figure 3 and a count by hand."""

import torch

from cnnclaims.verifiers.networks.zeiler_fergus import zfnet
from cnnclaims.verifiers.trace import trace, uninitialised

FIGURE_3 = {
    "conv1": (96, 110, 110),
    "pool1": (96, 55, 55),
    "conv2": (256, 26, 26),
    "pool2": (256, 13, 13),
    "conv3": (384, 13, 13),
    "conv4": (384, 13, 13),
    "conv5": (256, 13, 13),
    "pool5": (256, 6, 6),
    "flatten": (6 * 6 * 256,),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
}
CONVOLUTIONS = 96 * 3 * 49 + 256 * 96 * 25 + 384 * 256 * 9 + 384 * 384 * 9 + 256 * 384 * 9
FULL = 9216 * 4096 + 4096 * 4096 + 4096 * 1000
BIASES = 96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000


def built():
    with uninitialised():
        return zfnet()


def test_every_stage_has_the_size_of_figure_3():
    net = built()
    x = torch.zeros(0, *net.input_shape)
    for name, stage in net.named_children():
        x = stage(x)
        if name in FIGURE_3:
            assert tuple(x.shape[1:]) == FIGURE_3[name], name


def test_it_has_62_million_parameters_nearly_all_of_them_in_its_full_layers():
    layers = trace(built()).layers.values()
    assert sum(layer.params for layer in layers) == CONVOLUTIONS + FULL + BIASES == 62_357_608
    assert sum(layer.weights for layer in layers if layer.type == "Linear") == FULL
