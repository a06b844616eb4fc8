"""What Siamese Neural Networks for One-shot Image Recognition claims that is not one number."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import distance
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.siamese import Distance, siamese, swapped
from cnnclaims.verifiers.trace import uninitialised


def swapping_changes_nothing() -> Found:
    """A pair and the same pair swapped get one score; a head on the signed difference must tell them apart."""
    return symmetric(Distance())


def symmetric(head: Callable[[Tensor, Tensor], Tensor]) -> Found:
    """Scores of random pairs, before the sigmoid, in both orders: with the distance and with the plain difference."""
    generator = torch.Generator().manual_seed(2015)
    with uninitialised():
        net = siamese()
    assert isinstance(net.branch, nn.Module)
    assert isinstance(net.score, nn.Module)
    with torch.no_grad():
        for weights in net.parameters():
            weights.normal_(0, weights[0].numel() ** -0.5, generator=generator)
        pair = torch.rand(4, 2, 105, 105, generator=generator)
        one, two = (net.branch(swapped(pair)[:, place : place + 1]) for place in (1, 0))
        off = distance(net.score(head(two, one)), net.score(head(one, two)))
        control = distance(net.score(two - one), net.score(one - two))
    return Found(
        off == 0 and control > 1e-3,
        f"Over 4 random pairs the scores in both orders differ by {off:.2g}; with a signed difference by {control:.2g}.",
    )
