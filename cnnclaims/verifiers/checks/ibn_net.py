"""IBN-Net (arXiv 1807.09441): what instance normalisation takes away, where it stands, and what it costs."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.agreement import Draw, Sides, agree
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks import densenet, ibn_net, resnet, resnext, senet
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised

STAGES = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")

# -- Section 3: appearance --------------------------------------------------------------------------------------


def instance_ignores_appearance() -> Found:
    """Instance normalisation gives the same for a map and for the map times a positive number plus another."""
    return ignores_appearance(lambda x: F.instance_norm(x, eps=0))


def ignores_appearance(normalise: Callable[[Tensor], Tensor]) -> Found:
    """Whether each channel of each image may be scaled and shifted on its own; normalising over the batch is the control."""

    def draw(draw: Draw) -> Sides:
        maps = draw.image(draw.whole(2, 6))
        scale, shift = draw.normal(*maps.shape[:2], 1, 1).exp(), 3 * draw.normal(*maps.shape[:2], 1, 1)
        changed = scale * maps + shift
        over_batch = [
            F.batch_norm(x, None, None, training=True, eps=1e-30) for x in (maps, changed)
        ]  # of the same size as the sides, so that the control is their difference
        one, other = normalise(maps), normalise(changed)
        return Sides(one, other, one + over_batch[1] - over_batch[0])

    return agree(
        "each channel of each image normalised, before and after a scale and a shift of its own, without epsilon",
        "normalisation over the batch before and after",
        draw,
    )


# -- Section 3: where instance normalisation stands ---------------------------------------------------------------
# What was built is found again: both sorts of normalisation have as many parameters, so no count depends on the place.


class Share(NamedTuple):
    """Channels behind a block's first convolution: all, and those that are normalised image by image."""

    channels: int
    by_instance: int


def shares(net: Network) -> dict[str, list[Share]]:
    """What each block of each stage does with its first convolution's channels, seen from two random images."""
    return {stage: [share(block.bn1) for block in net.get_submodule(stage).children()] for stage in STAGES}  # type: ignore[arg-type]


def share(layer: nn.Module) -> Share:
    """Feeds two images of different means; a channel normalised by instance comes out with mean zero for each."""
    channels = sum(parameter.numel() for name, parameter in layer.named_parameters() if "weight" in name)
    generator = torch.Generator().manual_seed(180709441)
    images = torch.randn(2, channels, 6, 6, generator=generator) + torch.tensor([1.0, 4.0]).view(2, 1, 1, 1)
    with torch.no_grad():
        means = layer.eval()(images).mean((2, 3))
    return Share(channels, int((means.abs() < 1e-4).all(0).sum()))


def half_of_the_channels() -> Found:
    """Behind the first convolution of every changed block half of the channels are normalised by instance."""
    return halves(shares(ibn_net.resnet50_ibn_a()), shares(resnet.resnet50()))


def halves(found: dict[str, list[Share]], control: dict[str, list[Share]]) -> Found:
    """Whether every block with any instance normalisation has it on half of its channels; the control has none."""
    blocks = [one for stage in found.values() for one in stage if one.by_instance]
    half = sum(2 * one.by_instance == one.channels for one in blocks)
    others = sum(one.by_instance for stage in control.values() for one in stage)
    widths = ", ".join(
        f"{by_instance} of {channels}"
        for channels, by_instance in sorted({(one.channels, one.by_instance) for one in blocks})
    )
    sentence = (
        f"{half} of {len(blocks)} blocks with instance normalisation have it on half of the channels ({widths}); plain "
        f"ResNet-50 normalises {others} channels by instance"
    )
    return Found(bool(blocks) and half == len(blocks) and others == 0, sentence, own_word=True)


def three_stages() -> Found:
    """All blocks of conv2_x to conv4_x are changed, none of conv5_x."""
    return stages_are(shares(ibn_net.resnet50_ibn_a()), STAGES[:3], shares(resnet.resnet50()))


def stages_are(
    found: dict[str, list[Share]], expected: Iterable[str], control: dict[str, list[Share]]
) -> Found:
    """Whether the named stages have instance normalisation in every block, the others in none; the control nowhere."""
    changed = {stage: sum(one.by_instance > 0 for one in blocks) for stage, blocks in found.items()}
    wanted = {stage: len(blocks) if stage in tuple(expected) else 0 for stage, blocks in found.items()}
    others = sum(one.by_instance > 0 for blocks in control.values() for one in blocks)
    said = ", ".join(f"{count} of {len(found[stage])} blocks of {stage}" for stage, count in changed.items())
    sentence = f"instance normalisation stands in {said}, and in {others} blocks of plain ResNet-50"
    return Found(changed == wanted and others == 0, sentence, own_word=True)


# -- Abstract: cost --------------------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """Trainable parameters and multiply-adds of one image."""

    params: int
    macs: int


def cost(net: Network) -> Cost:
    """Counted on the built network."""
    params = sum(parameter.numel() for parameter in net.parameters())
    return Cost(params, sum(node.macs for node in trace(net).nodes))


def nothing_added() -> Found:
    """IBN-a leaves parameters and multiply-adds of six networks as they are; IBN-b adds a few scales and shifts."""
    with uninitialised():
        plain50 = cost(resnet.resnet50(stride="3x3"))
        pairs = {
            "ResNet-50": (plain50, cost(ibn_net.resnet50_ibn_a())),
            "ResNet-101": (cost(resnet.resnet101(stride="3x3")), cost(ibn_net.resnet101_ibn_a())),
            "ResNeXt-101": (cost(resnext.resnext101_32x4d()), cost(ibn_net.resnext101_ibn_a())),
            "SE-ResNet-101": (cost(senet.se_resnet101()), cost(ibn_net.se_resnet101_ibn_a())),
            "DenseNet-121": (cost(densenet.densenet121()), cost(ibn_net.densenet121_ibn_a())),
            "DenseNet-169": (cost(densenet.densenet169()), cost(ibn_net.densenet169_ibn_a())),
        }
        return costs_the_same(pairs, (plain50, cost(ibn_net.resnet50_ibn_b())))


def costs_the_same(pairs: dict[str, tuple[Cost, Cost]], control: tuple[Cost, Cost]) -> Found:
    """Whether both counts are equal in every pair; the control's parameters must differ."""
    equal = [name for name, (plain, changed) in pairs.items() if plain == changed]
    more = control[1].params - control[0].params
    said = ", ".join(
        f"{name} {pairs[name][1].params:,} parameters and {pairs[name][1].macs:,} multiply-adds"
        for name in equal
    )
    sentence = (
        f"with IBN-a {len(equal)} of {len(pairs)} networks count as without it: {said or 'none'}; IBN-b adds {more:,} "
        f"parameters to ResNet-50"
    )
    return Found(len(equal) == len(pairs) and more > 0, sentence)
