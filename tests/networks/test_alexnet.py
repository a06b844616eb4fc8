import pytest
import torch

from cnnclaims.verifiers.networks import alexnet as family
from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation, alexnet, alexnet_one_gpu

SIZES = {
    "conv1": (96, 55, 55),
    "norm1": (96, 55, 55),
    "pool1": (96, 27, 27),
    "conv2": (256, 27, 27),
    "norm2": (256, 27, 27),
    "pool2": (256, 13, 13),
    "conv3": (384, 13, 13),
    "conv4": (384, 13, 13),
    "conv5": (256, 13, 13),
    "pool5": (256, 6, 6),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
}
PARAMETERS = {
    "conv1": 34944,
    "conv2": 307456,
    "conv3": 885120,
    "conv4": 663936,
    "conv5": 442624,
    "fc6": 37752832,
    "fc7": 16781312,
    "fc8": 4097000,
}


def meta(build, **arguments):
    with torch.device("meta"):
        return build(**arguments)


def sizes(net, batch):
    x, found = torch.zeros(batch, *net.input_shape, device="meta"), {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape)
    return found


def parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("batch", [0, 2])
@pytest.mark.parametrize("image", [224, 227])
def test_every_layer_has_the_size_of_figure_2_with_either_image(image, batch):
    found = sizes(meta(alexnet, image=image), batch)
    assert {name: found[name] for name in SIZES} == {name: (batch, *shape) for name, shape in SIZES.items()}


def test_every_layer_has_its_parameters():
    net = meta(alexnet)
    assert {name: parameters(net.get_submodule(name)) for name in PARAMETERS} == PARAMETERS


@pytest.mark.parametrize(
    ("build", "arguments", "total"),
    [
        (alexnet, {}, 60965224),
        (alexnet, {"image": 224}, 60965224),
        (alexnet, {"groups": 1}, 62378344),  # the public count of re-implementations without groups
        (alexnet, {"classes": 10}, 56909194),
        (alexnet_one_gpu, {}, 59798312),
    ],
)
def test_the_variants_have_their_parameters(build, arguments, total):
    assert parameters(meta(build, **arguments)) == total


def test_only_the_second_fourth_and_fifth_layer_are_split():
    net = meta(alexnet)
    assert [net.get_submodule(f"conv{i}").groups for i in range(1, 6)] == [1, 2, 1, 2, 2]


def test_normalisation_and_pooling_stand_where_the_paper_has_them():
    names = [name for name, _ in meta(alexnet).named_children()]
    assert [name for name in names if name.startswith(("norm", "pool"))] == [
        "norm1", "pool1", "norm2", "pool2", "pool5",
    ]  # fmt: skip


def test_the_border_of_a_224_image_lies_at_the_right_and_at_the_bottom():
    edge = meta(alexnet, image=224).edge(torch.ones(1, 3, 224, 224))
    assert edge.shape == (1, 3, 227, 227)
    assert (edge[..., 224:].sum(), edge[..., 224:, :].sum(), edge[..., :224, :224].min()) == (0, 0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": 3}, "groups is 3.*use 2"),
        ({"groups": 0}, "groups is 0.*use 2"),
        ({"classes": 0}, "classes is 0; use"),
        ({"image": 225}, "image is 225; use 227"),
    ],
)
def test_bad_arguments_are_named_with_their_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        meta(alexnet, **arguments)


def test_a_neighbourhood_without_a_middle_is_refused():
    with pytest.raises(ValueError, match=r"n is 4.*use an odd number"):
        LocalResponseNormalisation(n=4)


def test_normalisation_of_equal_values_can_be_worked_by_hand():
    x = torch.full((1, 6, 1, 1), 100.0, dtype=torch.float64)
    inner, outer = 100 / (2 + 1e-4 * 5e4) ** 0.75, 100 / (2 + 1e-4 * 3e4) ** 0.75
    found = LocalResponseNormalisation()(x).flatten().tolist()
    assert found[2:4] == pytest.approx([inner, inner])
    assert (found[0], found[5]) == pytest.approx((outer, outer))


def test_normalisation_keeps_an_empty_batch():
    assert LocalResponseNormalisation()(torch.zeros(0, 6, 3, 3)).shape == (0, 6, 3, 3)


def test_first_biases_are_one_in_five_layers_and_zero_in_three():
    small = torch.nn.ModuleDict({name: torch.nn.Linear(2, 2) for name in PARAMETERS})
    family.initialise(small, torch.Generator().manual_seed(0))
    assert [small[name].bias[0].item() for name in PARAMETERS] == [0, 1, 0, 1, 1, 1, 1, 0]
    assert all(small[name].weight.abs().max() < 0.05 for name in PARAMETERS)
