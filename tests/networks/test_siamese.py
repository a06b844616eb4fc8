import torch

from cnnclaims.verifiers.networks.siamese import siamese, siamese_branch

SIZES = {
    "conv1": (64, 96, 96),
    "pool1": (64, 48, 48),
    "conv2": (128, 42, 42),
    "pool2": (128, 21, 21),
    "conv3": (128, 18, 18),
    "pool3": (128, 9, 9),
    "conv4": (256, 6, 6),
    "flatten": (9216,),
    "fc": (4096,),
}


def test_every_stage_has_the_size_of_the_figure():
    net = siamese_branch()
    x = torch.zeros(1, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert {name: found[name] for name in SIZES} == SIZES


def test_the_pair_shares_one_branch():
    with torch.device("meta"):
        assert sum(p.numel() for p in siamese().parameters()) == 38951745
        assert sum(p.numel() for p in siamese(bias=False).parameters()) == 38951744


def test_an_empty_batch_runs_through():
    assert siamese()(torch.zeros(0, 2, 105, 105)).shape == (0, 1)
