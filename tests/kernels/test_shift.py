"""The shift operation by hand, and the module around it."""

import pytest
import torch

from cnnclaims.verifiers.kernels.shift import Shift, csc_module


def test_nine_channels_move_in_nine_directions():
    image = torch.zeros(1, 9, 3, 3)
    image[:, :, 1, 1] = 1
    out = Shift(9, 3)(image)[0]
    places = [tuple(place) for place in out.nonzero()[:, 1:].tolist()]
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2), (1, 1)]


def test_zeros_come_in_at_the_border():
    image = torch.arange(1.0, 10.0).view(1, 1, 3, 3).repeat(1, 9, 1, 1)
    out = Shift(9, 3)(image)[0]
    assert out[0].tolist() == [[5, 6, 0], [8, 9, 0], [0, 0, 0]]  # up and left
    assert out[7].tolist() == [[0, 0, 0], [0, 1, 2], [0, 4, 5]]  # down and right
    assert torch.equal(out[8], image[0, 8])


def test_channels_left_over_stay():
    image = torch.rand(1, 13, 4, 4)
    out = Shift(13, 3)(image)
    assert torch.equal(out[:, 8:], image[:, 8:])


def test_fewer_channels_than_displacements_all_stay():
    image = torch.rand(1, 8, 4, 4)
    assert torch.equal(Shift(8, 3)(image), image)


def test_it_has_no_parameters_and_keeps_shapes_even_of_no_images():
    layer = Shift(25, 5)
    assert not list(layer.parameters())
    assert layer(torch.zeros(0, 25, 7, 9)).shape == (0, 25, 7, 9)


def test_stages_of_the_module_have_their_sizes():
    net = csc_module(16, 3, 3, 8)
    x = torch.zeros(0, *net.input_shape)
    sizes = {}
    for name, stage in net.named_children():
        x = stage(x)
        sizes[name] = tuple(x.shape[1:])
    wide, narrow = (48, 8, 8), (16, 8, 8)
    assert sizes == {
        "bn1": narrow,
        "relu1": narrow,
        "conv1": wide,
        "shift": wide,
        "bn2": wide,
        "relu2": wide,
        "conv2": narrow,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 0}, "channels is 0"),
        ({"expansion": 0}, "expansion is 0"),
        ({"size": 0}, "size is 0"),
        ({"k": 4}, "k is 4"),
    ],
)
def test_an_argument_without_meaning_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        csc_module(**arguments)


def test_unless_told_displacements_reach_one_pixel():
    assert torch.equal(Shift(18)(torch.ones(1, 18, 4, 4)), Shift(18, 3)(torch.ones(1, 18, 4, 4)))


def test_unless_told_the_module_has_64_channels_three_times_as_many_inside_on_28_x_28():
    net = csc_module()
    assert net.input_shape == (64, 28, 28)
    assert net.conv1.weight.shape == (192, 64, 1, 1)
    assert net.shift.k == 3
    assert net.conv1.bias is net.conv2.bias is None
