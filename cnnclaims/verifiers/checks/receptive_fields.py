"""The rule for the receptive field of a chain of layers, against gradients."""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import nn

from cnnclaims.verifiers.checks.conv_costs import LAYERS, SEED
from cnnclaims.verifiers.checks.found import Found


class Step(NamedTuple):
    """One layer of a chain: kernel, stride, dilation."""

    k: int
    s: int
    d: int


def receptive_field_rule() -> Found:
    """r grows by (k_eff - 1) j and j by the stride, layer by layer; not so with j left at 1."""
    return fields_agree(lambda j, s: j * s, lambda j, s: 1)


def fields_agree(jump: Callable[[int, int], int], control: Callable[[int, int], int]) -> Found:
    """Whether the rule gives the pixels that one output depends on, for random chains, and the control does not."""
    generator = random.Random(SEED)
    chains = [
        [
            Step(generator.randint(1, 4), generator.randint(1, 3), generator.randint(1, 3))
            for _ in range(generator.randint(2, 4))
        ]
        for _ in range(LAYERS)
    ]
    seen = [field_by_gradient(steps) for steps in chains]
    right, others = (
        sum(field_by_rule(steps, rule) == side for steps, side in zip(chains, seen, strict=True))
        for rule in (jump, control)
    )
    sentence = (
        f"the rule gives the pixels that an output depends on, {min(seen)} to {max(seen)} a side, for {right} of "
        f"{len(chains)} random chains of 2 to 4 layers; with the jump left at 1 for {others}"
    )
    return Found(right == len(chains) and others < len(chains), sentence)


def field_by_rule(steps: Sequence[Step], jump: Callable[[int, int], int]) -> int:
    """The two running numbers: r and j."""
    r = j = 1
    for k, s, d in steps:
        r += (k - 1) * d * j
        j = jump(j, s)
    return r


def field_by_gradient(steps: Sequence[Step]) -> int:
    """First to last pixel by which the first output of the chain has a gradient, all weights being positive."""
    line = torch.zeros(1, 1, 500, requires_grad=True)
    x = line
    for k, s, d in steps:
        x = nn.functional.conv1d(x, torch.ones(1, 1, k), stride=s, dilation=d)
    (gradient,) = torch.autograd.grad(x[0, 0, 0], line)
    places = gradient[0, 0].nonzero().flatten()
    return int(places.max() - places.min() + 1)
