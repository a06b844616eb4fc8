"""The first Siamese network against the units that are published of it."""

import torch

from cnnclaims.verifiers.networks.siamese_bromley import siamese_bromley
from cnnclaims.verifiers.trace import trace, uninitialised


def test_its_layers_have_12_x_64_and_16_x_19_units():
    with uninitialised():
        run = trace(siamese_bromley())
    assert run.layers["branch.conv1"].shape == (12, 1, 64)
    assert run.layers["branch.conv2"].shape == (16, 1, 19)
    assert run.layers["branch.flatten"].shape == (304,)
    assert run.layers["cosine"].shape == (1,)


def test_both_halves_use_the_same_parameters():
    # 12 x (8 x 11 + 1) and 16 x (12 x 10 + 1)
    assert sum(p.numel() for p in siamese_bromley().parameters()) == 1068 + 1936


def test_a_signature_beside_itself_has_a_cosine_of_one():
    signature = torch.randn(3, 8, 1, 200)
    cosine = siamese_bromley()(torch.cat([signature, signature], dim=1))
    assert torch.allclose(cosine, torch.ones(3, 1))
