"""The quantised AlexNet against the files that its authors released."""

import pytest
import torch
from torch.nn import functional as F

from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.quantized_cnn import LookupConv2d, LookupLinear, quantized_alexnet

# name: sub-vectors, centres of each, channels of a sub-vector; the released list of conv1 has 8, of which 5 are zero
CENTRES = {
    "conv1": (1, 128, 3),
    "conv2": (6, 128, 8),
    "conv3": (32, 128, 8),
    "conv4": (24, 128, 8),
    "conv5": (24, 128, 8),
    "fc6": (2304, 32, 4),
    "fc7": (1024, 32, 4),
    "fc8": (4096, 16, 1),
}
CODES = {
    "conv1": (11, 11, 1, 96),
    "conv2": (5, 5, 6, 256),
    "conv3": (3, 3, 32, 384),
    "conv4": (3, 3, 24, 384),
    "conv5": (3, 3, 24, 256),
    "fc6": (2304, 4096),
    "fc7": (1024, 4096),
    "fc8": (4096, 1000),
}


@pytest.fixture(scope="module")
def net():
    return quantized_alexnet()


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def test_every_stage_has_the_size_of_alexnet(net):
    assert sizes(net) == sizes(alexnet())
    assert sizes(net)["conv1"] == (96, 55, 55)
    assert sizes(net)["pool5"] == (256, 6, 6)


def test_code_books_have_the_sizes_of_the_released_files(net):
    for name, (parts, centres, channels) in CENTRES.items():
        layer = net.get_submodule(name)
        assert tuple(layer.book.weight.shape) == (parts * centres, channels, 1, 1)
        assert layer.assigned == layer.codes.numel()


def test_codes_have_the_sizes_of_the_released_files(net):
    assert {name: tuple(net.get_submodule(name).codes.shape) for name in CODES} == CODES


def test_a_book_of_one_centre_makes_equal_outputs():
    layer = LookupLinear(6, 4, subvector=3, centres=1)
    out = layer(torch.rand(2, 6))
    assert torch.equal(out, out[:, :1].expand(-1, 4))


def test_looking_up_is_multiplying_by_the_weights_that_the_codes_stand_for():
    layer = LookupLinear(6, 5, subvector=2, centres=3).double()
    layer.codes.random_(3)
    image = torch.rand(4, 6, dtype=torch.float64)
    assert torch.allclose(layer(image), F.linear(image, layer.dense()))


@pytest.mark.parametrize(("stride", "padding", "groups"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), (4, 0, 2)])
def test_looking_up_a_convolution_is_convolving(stride, padding, groups):
    layer = LookupConv2d(8, 6, 5, 2, 3, stride=stride, padding=padding, groups=groups).double()
    layer.codes.random_(3)
    image = torch.rand(2, 8, 13, 13, dtype=torch.float64)
    dense = F.conv2d(image, layer.dense(), stride=stride, padding=padding, groups=groups)
    assert torch.allclose(layer(image), dense)


@pytest.mark.parametrize(
    ("subvector", "centres", "message"),
    [
        (4, 8, "subvector is 4, which does not divide the 6 channels; use a divisor"),
        (0, 8, "subvector is 0, which does not divide"),
        (3, 0, "centres is 0; use a whole number of at least 1"),
    ],
)
def test_books_that_do_not_fit_are_refused_with_a_repair(subvector, centres, message):
    with pytest.raises(ValueError, match=message):
        LookupLinear(6, 5, subvector, centres)
    with pytest.raises(ValueError, match=message):
        LookupConv2d(12, 5, 3, subvector, centres, groups=2)
