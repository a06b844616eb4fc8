"""C2D and I3D ResNet-50 against the sizes of the authors' code, public counts and a count by hand."""

import pytest
import torch

from cnnclaims.verifiers.networks.i3d_resnet import Clip, c2d_resnet50, i3d_resnet50
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.trace import trace, uninitialised

SIZES = {
    "clip": (3, 8, 224, 224),
    "conv1": (64, 8, 112, 112),
    "pool1": (64, 8, 55, 55),
    "res2": (256, 8, 55, 55),
    "pool2": (256, 4, 55, 55),
    "res3": (512, 4, 28, 28),
    "res4": (1024, 4, 14, 14),
    "res5": (2048, 4, 7, 7),
    "pool5": (2048, 1, 1, 1),
    "flatten": (2048,),
    "dropout": (2048,),
    "fc": (400,),
}


def built(network, **arguments):
    with uninitialised():
        return network(**arguments)


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


@pytest.mark.parametrize("network", [c2d_resnet50, i3d_resnet50])
def test_every_stage_has_its_size(network):
    net = built(network)
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert found == SIZES


def test_the_frames_of_a_colour_come_one_behind_another():
    clip = torch.arange(24.0).reshape(1, 24, 1, 1)
    assert Clip(8)(clip)[0, :, 5, 0, 0].tolist() == [5, 13, 21]


def test_frame_by_frame_it_has_the_layers_of_resnet_50():
    shapes = [tuple(p.shape[:2]) for p in built(c2d_resnet50, classes=1000).parameters() if p.dim() > 1]
    plain = [tuple(p.shape[:2]) for p in built(resnet50).parameters() if p.dim() > 1]
    assert shapes == plain
    assert params(built(c2d_resnet50, classes=1000)) == params(built(resnet50)) == 25_557_032


def test_spreading_over_time_adds_the_weights_of_the_other_frames():
    plain, spread = built(c2d_resnet50), built(i3d_resnet50)
    first = 4 * 3 * 64 * 49  # five frames in place of one
    others = 2 * (64 * 64 + 2 * 256 * 64)  # res2, three in place of one in all blocks
    others += 2 * (256 * 128 + 512 * 128)  # res3, in every second block
    others += 2 * (512 * 256 + 2 * 1024 * 256)  # res4
    others += 2 * 2048 * 512  # res5, in the second block alone
    assert params(spread) - params(plain) == first + others
    assert params(spread) == 28_043_472  # PyTorchVideo prints 28.04 million for I3D R50


def test_the_cost_is_that_of_its_maps():
    def bottlenecks(blocks, c_in, inner, before, behind, frames):
        total = before * c_in * inner + behind * (9 * inner * inner + 4 * inner * inner + 4 * inner * c_in)
        return frames * (total + (blocks - 1) * behind * (4 + 9 + 4) * inner * inner)

    total = 8 * 112 * 112 * 3 * 64 * 49
    total += bottlenecks(3, 64, 64, 55 * 55, 55 * 55, 8)
    total += bottlenecks(4, 256, 128, 55 * 55, 28 * 28, 4)
    total += bottlenecks(6, 512, 256, 28 * 28, 14 * 14, 4)
    total += bottlenecks(3, 1024, 512, 14 * 14, 7 * 7, 4)
    assert macs(built(c2d_resnet50)) == total + 2048 * 400 == 19_289_505_792


def test_bad_arguments_are_named_with_their_repair():
    with pytest.raises(ValueError, match="frames is 7; use an even number of at least 2"):
        i3d_resnet50(frames=7)
    with pytest.raises(ValueError, match="classes is 0; use a whole number of at least 1"):
        c2d_resnet50(classes=0)
