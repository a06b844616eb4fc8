"""What Inception-v4 and Inception-ResNet (arXiv:1602.07261) claim that is not one number."""

from fractions import Fraction

import torch

from cnnclaims.verifiers.checks.dropped import drops
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.inception_v3 import inception_v3
from cnnclaims.verifiers.networks.inception_v4 import (
    Residual,
    inception_resnet_v1,
    inception_resnet_v2,
    inception_v4,
)
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

MARGIN = Fraction(1, 10)  # what "about" allows elsewhere


def resnet_v1_costs_like_inception_v3() -> Found:
    """Inception-ResNet-v1 costs what Inception v3 costs, within a tenth; Inception-v4 must not."""
    with uninitialised():
        ours, other, control = inception_resnet_v1(), inception_v3(), inception_v4()
    return same_cost("Inception-ResNet-v1", "Inception v3", ours, other, control)


def resnet_v2_costs_like_inception_v4() -> Found:
    """Inception-ResNet-v2 as drawn costs what Inception-v4 costs, within a tenth; Inception v3 must not."""
    with uninitialised():
        ours, other, control = inception_resnet_v2(), inception_v4(), inception_v3()
    return same_cost("Inception-ResNet-v2", "Inception-v4", ours, other, control)


def same_cost(name: str, other_name: str, ours: Network, other: Network, control: Network) -> Found:
    """Whether two networks cost the same within the margin, and the control does not cost what the other does."""
    cost, expected, controls = (macs(trace(net)) for net in (ours, other, control))
    ratio, differs = Fraction(cost, expected), Fraction(controls, expected)
    return Found(
        abs(ratio - 1) <= MARGIN < abs(differs - 1),
        f"{name} costs {cost / 1e9:.3f} G multiply-adds and {other_name} {expected / 1e9:.3f} G, {float(ratio):.3f} "
        f"times as much; the control costs {float(differs):.3f} times as much.",
    )


def released_scales_lie_between() -> Found:
    """All blocks of the released Inception-ResNet-v2 but the last scale by 0.1 to 0.3; the last must not."""
    with uninitialised():
        net = inception_resnet_v2(layout="released")
    one = torch.ones((), dtype=torch.float64)
    return scales_lie_between([m.scale(one).item() for m in net.modules() if isinstance(m, Residual)])


def scales_lie_between(scales: list[float]) -> Found:
    """Whether all factors but the last are 0.1 to 0.3, and the last is outside."""
    inside = [factor for factor in scales if 0.1 <= factor <= 0.3]
    before = scales[:-1]
    counted = ", ".join(f"{before.count(factor)} times by {factor:g}" for factor in dict.fromkeys(before))
    return Found(
        inside == before,
        f"The residuals of {len(scales)} blocks are scaled {counted}, and once, at the end, by {scales[-1]:g}.",
        own_word=True,  # factors that the network was given; no count depends on them
    )


def dropout_of_the_features() -> Found:
    """Figure 9: of the averaged features that the classifier is handed 0.8 are kept; at test all."""
    with uninitialised():
        return keeps(inception_v4())


def keeps(net: Network) -> Found:
    """Whether that is so in a network."""
    return drops(
        net, {"between average and classifier": ("flatten", "linear")}, "0.8", "probability", kept=True
    )
