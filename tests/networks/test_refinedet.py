"""RefineDet as released for ResNet-101, on six backbones."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.refinedet import BACKBONES, Transfer, refinedet320
from cnnclaims.verifiers.trace import trace, uninitialised

SIDES = (40, 20, 10, 5)


@pytest.fixture(scope="module", params=BACKBONES)
def backbone(request):
    return request.param


def test_the_maps_have_40_20_10_and_5_places_a_side_and_the_channels_of_their_stages(backbone):
    with uninitialised():
        net = refinedet320(backbone)
    run = trace(net)
    _, read, channels = BACKBONES[backbone]
    maps = [run.layers[name].shape for name in (*read, "extra")]
    assert maps == [(c, side, side) for c, side in zip((*channels, 512), SIDES, strict=True)]
    assert [run.layers[f"transfers.{i}"].shape for i in range(4)] == [(256, s, s) for s in SIDES]
    assert [run.layers[f"anchors.{i}"].shape for i in range(4)] == [(18, s, s) for s in SIDES]
    assert [run.layers[f"boxes.{i}"].shape for i in range(4)] == [(12, s, s) for s in SIDES]
    assert [run.layers[f"classes.{i}"].shape for i in range(4)] == [(243, s, s) for s in SIDES]


def test_on_resnet_101_the_layers_behind_it_add_up_by_hand():
    with uninitialised():
        net = refinedet320()
    behind = sum(
        parameter.numel()
        for name in ("extra", "transfers", "anchors", "boxes", "classes")
        for parameter in net.get_submodule(name).parameters()
    )
    extra = 2048 * 512 + 2048 * 128 + 128 * 128 * 9 + 128 * 512 + 2 * (512 + 128 + 128 + 512)
    lateral = 9 * 256 * (512 + 1024 + 2048 + 512)
    squares = 8 * 9 * 256 * 256 + 3 * 4 * 256 * 256  # two more 3x3 a map, three 2x2 between the maps
    norms = 2 * 256 * (3 * 4 + 3)
    predictors = 18 * (9 * (512 + 1024 + 2048 + 512) + 4) + (12 + 243) * 4 * (9 * 256 + 1)
    assert behind == extra + lateral + squares + norms + predictors == 19_490_884


def test_a_finer_map_gets_what_the_coarser_one_found():
    torch.manual_seed(1)
    transfer = Transfer(8, coarsest=False).eval()
    x = torch.randn(1, 8, 4, 4)
    coarse = torch.randn(1, 256, 2, 2)
    assert transfer(x, coarse).shape == (1, 256, 4, 4)
    assert not torch.equal(transfer(x, coarse), transfer(x, torch.zeros_like(coarse)))
    assert isinstance(transfer.up.conv, nn.ConvTranspose2d)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backbone": "vgg16"}, "backbone is 'vgg16'; use one of resnet50, resnet101"),
        ({"classes": 0}, "classes is 0; use at least 1, such as the 80 of COCO"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        refinedet320(**arguments)
