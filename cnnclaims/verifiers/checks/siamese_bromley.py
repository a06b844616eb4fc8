"""What Signature Verification using a "Siamese" Time Delay Neural Network claims that is not one number."""

import copy
from itertools import pairwise

import torch
from torch import Tensor

from cnnclaims.verifiers.checks.agreement import seeded
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.siamese_bromley import FEATURES, LAYERS, POINTS, STRIDE, siamese_bromley

STEPS = range(1, 11)  # no step is printed


def layers_need_200_points() -> Found:
    """Of all lengths up to 400 and all steps up to 10 the printed length alone gives 64 and 19 units with no point left over."""
    return fits_alone(POINTS, (64, 19))


def fits_alone(points: int, units: tuple[int, ...]) -> Found:
    """The lengths of a signature, each with a step, that fill layers of so many units to the last point.

    Length, fields and units are all printed by the same work.
    """
    fitting = [(n, step) for n in range(30, 401) for step in STEPS if _filled(n, step) == units]
    listed = ", ".join(f"{n} by steps of {step}" for n, step in fitting) or "none"
    return Found(
        fitting == [(points, STRIDE)],
        f"lengths that fill layers of {units[0]} and {units[1]} units in time, with fields of {LAYERS[0][2]} and {LAYERS[1][2]}, "
        f"to the last point: {listed}; tried are steps of {STEPS[0]} to {STEPS[-1]}, the same in both layers",
        own_word=True,
    )


def _filled(length: int, step: int) -> tuple[int, ...] | None:
    units = []
    for _, _, field in LAYERS:
        length, rest = divmod(length - field, step)
        if rest or length < 0:
            return None
        length += 1
        units.append(length)
    return tuple(units)


def halves_are_the_same_network() -> Found:
    """One signature gets the same features in either place, whatever the weights become; with weights of their own it must not."""
    with seeded(1993):
        net = siamese_bromley().double()
        return are_twins(net, Untied(net))


class Untied(Network):
    """A pair of halves that start alike and then have weights of their own: the second is a copy, as training may leave it."""

    def __init__(self, net: Network) -> None:
        one = net.get_submodule("branch")
        stages = {"branch": one, "other": copy.deepcopy(one), "cosine": net.get_submodule("cosine")}
        super().__init__(stages, net.input_shape)

    def forward(self, x: Tensor) -> Tensor:
        """The cosine of what the two halves make of a pair."""
        one, two, cosine = (self.get_submodule(name) for name in ("branch", "other", "cosine"))
        y: Tensor = cosine(one(x[:, :FEATURES]), two(x[:, FEATURES:]))
        return y


def are_twins(net: Network, control: Network) -> Found:
    """Whether both places give a signature the same features before and after each weight tensor is changed."""
    (alike, of), (other, _) = (alike_after_changes(each) for each in (net, control))
    sentence = (
        f"a network of two halves gives a signature the same features in both places before and after {alike} of {of} changes of "
        f"its weights, which alter both; halves with weights of their own do so after {other}"
    )
    return Found(alike == of > 0 and other < of, sentence, own_word=True)


@torch.no_grad()
def alike_after_changes(net: Network) -> tuple[int, int]:
    """In how many of how many changes of one weight tensor both halves' features of one signature change, and stay alike."""
    features: list[tuple[Tensor, Tensor]] = []
    hook = net.get_submodule("cosine").register_forward_pre_hook(lambda _, pair: features.append(pair))
    signature = torch.randn(2, FEATURES, 1, POINTS, dtype=torch.float64)
    pair = torch.cat((signature, signature), 1)
    net(pair)
    parameters = list(net.parameters())
    for parameter in parameters:
        parameter.add_(torch.randn_like(parameter), alpha=0.1)
        net(pair)
    hook.remove()
    alike = sum(
        torch.equal(*now) and not torch.equal(now[0], before[0]) and not torch.equal(now[1], before[1])
        for before, now in pairwise(features)
    )
    return alike if torch.equal(*features[0]) else 0, len(parameters)
