"""CNN-S against Table 1 of its paper and the released network."""

import torch

from cnnclaims.verifiers.networks.vgg_cnn_s import vgg_cnn_s

STAGES = {
    "conv1": (96, 109, 109),
    "relu1": (96, 109, 109),
    "norm1": (96, 109, 109),
    "pool1": (96, 37, 37),
    "conv2": (256, 33, 33),
    "relu2": (256, 33, 33),
    "pool2": (256, 17, 17),
    "conv3": (512, 17, 17),
    "relu3": (512, 17, 17),
    "conv4": (512, 17, 17),
    "relu4": (512, 17, 17),
    "conv5": (512, 17, 17),
    "relu5": (512, 17, 17),
    "pool5": (512, 6, 6),
    "flatten": (18432,),
    "fc6": (4096,),
    "relu6": (4096,),
    "drop6": (4096,),
    "fc7": (4096,),
    "relu7": (4096,),
    "drop7": (4096,),
    "fc8": (1000,),
}


def test_every_stage_has_its_size():
    with torch.device("meta"):
        net = vgg_cnn_s()
        x = torch.zeros(1, *net.input_shape)
        found = {}
        for name, stage in net.named_children():
            x = stage(x)
            found[name] = tuple(x.shape[1:])
    assert found == STAGES


def test_it_has_the_parameters_of_the_released_network():
    with torch.device("meta"):
        assert sum(p.numel() for p in vgg_cnn_s().parameters()) == 102_908_520
